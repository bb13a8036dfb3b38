import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ProducerSettings } from '../config/config-schema.ts';
import { policySid } from '../config/principals.ts';
import { outcomesOf } from './outcome-topic.ts';
import { readersOf } from './readers.ts';
import { type QueueRules, WorkQueue } from './work-queue.ts';

/** Six times the timeout of a function that takes half a minute for a batch, as Lambda recommends for a queue. */
const visibilityTimeoutSeconds = 180;

export interface OutcomeQueueProps {
  readonly producer: ProducerSettings;
  readonly topic: Topic;
  readonly retentionDays: number;
  readonly rules: QueueRules;
}

/**
 * The outcomes of one producer, and of no other. The producer's principals may receive them. What its consumer does not
 * complete, or SNS cannot deliver, becomes a dead letter, which only operators can read.
 */
export class OutcomeQueue extends WorkQueue {
  readonly source: string;

  constructor(scope: Construct, id: string, { producer, topic, retentionDays, rules }: OutcomeQueueProps) {
    super(scope, id, { rules, retentionDays, visibilityTimeoutSeconds });
    this.source = producer.source;
    const { queue, deadLetters } = this;
    topic.addSubscription(outcomesOf(producer.source, queue, deadLetters));
    const principals = readersOf(producer);
    if (principals.length === 0) return;
    queue.addToResourcePolicy(
      new PolicyStatement({
        sid: policySid(producer.source),
        principals,
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
        resources: [queue.queueArn],
      }),
    );
  }
}
