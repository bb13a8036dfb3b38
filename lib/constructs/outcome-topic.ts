import { Alias, type IKey } from 'aws-cdk-lib/aws-kms';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/**
 * Publishes the outcomes of all sources. A subscriber chooses its filter itself, so only operators may subscribe.
 *
 * @param serviceName the sender that subscribers see: the pipeline's name
 * @param key the landing zone's, if it has one
 */
export function outcomeTopic(scope: Construct, serviceName: string, key: IKey | undefined): Topic {
  return new Topic(scope, 'Topic', {
    displayName: serviceName,
    enforceSSL: true,
    // SNS signs with SHA-256. Its default is SHA-1.
    signatureVersion: '2',
    // An outcome holds a short link, which may sign a user in. The AWS managed key of SNS works for publishers in this account.
    masterKey: key ?? Alias.fromAliasName(scope, 'Key', 'alias/aws/sns'),
  });
}

/**
 * A subscription that delivers one source's outcomes to a queue, without SNS's envelope.
 *
 * @param deadLetters gets what SNS cannot deliver
 */
export const outcomesOf = (source: string, queue: IQueue, deadLetters?: IQueue) =>
  new SqsSubscription(queue, {
    rawMessageDelivery: true,
    filterPolicy: { source: SubscriptionFilter.stringFilter({ allowlist: [source] }) },
    ...(deadLetters && { deadLetterQueue: deadLetters }),
  });
