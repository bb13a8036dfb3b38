import { Duration } from 'aws-cdk-lib';
import {
  BackoffFunction,
  Subscription,
  SubscriptionFilter,
  SubscriptionProtocol,
  type Topic,
} from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterRetentionDays, type PipelineSettings } from '../config/config-schema.ts';
import { pascalSource } from '../config/source-names.ts';
import { type QueueRules, queueProps } from './work-queue.ts';

export interface OutcomeDeliveriesProps {
  readonly topic: Topic;
  readonly posted: ReturnType<typeof postedOutcomes>;
  readonly rules: QueueRules;
}

/**
 * SNS tries a delivery again for an hour at most (SNS, *Message delivery retries*). These tries take at most
 * 2 × 5 s + 4 × 300 s + 6 × 300 s = 50 minutes.
 */
const deliveryPolicy = {
  healthyRetryPolicy: {
    numRetries: 12,
    minDelayTarget: Duration.seconds(5),
    numMinDelayRetries: 2,
    maxDelayTarget: Duration.seconds(300),
    numMaxDelayRetries: 6,
    backoffFunction: BackoffFunction.EXPONENTIAL,
  },
};

/** The producers whose outcomes SNS posts to an address. */
export const postedOutcomes = ({ producers }: Pick<PipelineSettings, 'producers'>) =>
  producers.flatMap(({ source, outcomeUrl }) => (outcomeUrl === undefined ? [] : [{ source, outcomeUrl }]));

/**
 * Posts the outcomes of producers to their addresses, one source to each. SNS signs each notification in its envelope, so
 * deliveries are not raw. What it cannot deliver becomes a dead letter.
 */
export class OutcomeDeliveries extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { topic, posted, rules }: OutcomeDeliveriesProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...queueProps(rules),
      retentionPeriod: Duration.days(deadLetterRetentionDays),
    });
    for (const { source, outcomeUrl } of posted) {
      new Subscription(this, `To${pascalSource(source)}`, {
        topic,
        protocol: SubscriptionProtocol.HTTPS,
        endpoint: outcomeUrl,
        rawMessageDelivery: false,
        filterPolicy: { source: SubscriptionFilter.stringFilter({ allowlist: [source] }) },
        deliveryPolicy,
        deadLetterQueue: this.deadLetters,
      });
    }
  }
}
