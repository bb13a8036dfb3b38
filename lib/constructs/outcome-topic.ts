import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface OutcomeTopicProps {
  /** The sender that subscribers see: the pipeline's name. */
  readonly serviceName: string;
}

/** Publishes outcomes to the producers. Subscribers can filter by the message attributes `outcome`, `action`, `source`. */
export class OutcomeTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: OutcomeTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: props.serviceName,
      enforceSSL: true,
      // An outcome holds a short link, which may sign a user in. The AWS managed key of SNS works for publishers in this account.
      masterKey: Alias.fromAliasName(this, 'Key', 'alias/aws/sns'),
    });
  }

  /** Allows the grantee, in this account or another, to subscribe. The grantee receives the outcomes of all sources. */
  grantSubscribe(grantee: IGrantable): void {
    this.topic.grantSubscribe(grantee);
  }

  /** Delivers one source's outcomes to a queue, without SNS's envelope. */
  subscribe(queue: IQueue, source: string): void {
    this.topic.addSubscription(
      new SqsSubscription(queue, {
        rawMessageDelivery: true,
        filterPolicy: { source: SubscriptionFilter.stringFilter({ allowlist: [source] }) },
      }),
    );
  }
}
