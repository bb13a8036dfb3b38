import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface OutcomeTopicProps {
  /** What subscribers see as the sender: the pipeline's name. */
  readonly serviceName: string;
}

/** Tells the producers what became of their commands. Message attributes to filter by: `outcome`, `action`, `source`. */
export class OutcomeTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: OutcomeTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: props.serviceName,
      enforceSSL: true,
      // An outcome holds a short link, which may sign somebody in. SNS's own key serves this account's publishers.
      masterKey: Alias.fromAliasName(this, 'Key', 'alias/aws/sns'),
    });
  }

  /** Lets somebody subscribe, in this account or another. They see every source's outcomes. */
  grantSubscribe(grantee: IGrantable): void {
    this.topic.grantSubscribe(grantee);
  }

  /** Delivers one source's outcomes to a queue, as they are, without SNS's envelope. */
  subscribe(queue: IQueue, source: string): void {
    this.topic.addSubscription(
      new SqsSubscription(queue, {
        rawMessageDelivery: true,
        filterPolicy: { source: SubscriptionFilter.stringFilter({ allowlist: [source] }) },
      }),
    );
  }
}
