import { Alias } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/**
 * Publishes outcomes to the producers. Subscribers can filter by the message attributes `outcome`, `action`, `source`.
 *
 * @param serviceName the sender that subscribers see: the pipeline's name
 */
export function outcomeTopic(scope: Construct, serviceName: string): Topic {
  return new Topic(scope, 'Topic', {
    displayName: serviceName,
    enforceSSL: true,
    // An outcome holds a short link, which may sign a user in. The AWS managed key of SNS works for publishers in this account.
    masterKey: Alias.fromAliasName(scope, 'Key', 'alias/aws/sns'),
  });
}
