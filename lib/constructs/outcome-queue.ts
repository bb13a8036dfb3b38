import { Effect, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ProducerSettings } from '../config/config-schema.ts';
import { arnOf, isDirect, policySid } from '../config/principals.ts';
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
    admitReaders(queue, producer);
  }

  /** How alarms and the dashboard name the queue. */
  get subject(): string {
    return this.source;
  }
}

/**
 * The private outcomes of one producer: the data of its links. Its principals alone may receive them, dead letters included.
 * The policies of both queues deny it to everybody else, whatever the policies of IAM permit.
 */
export class PrivateOutcomeQueue extends OutcomeQueue {
  constructor(scope: Construct, id: string, props: OutcomeQueueProps) {
    super(scope, id, props);
    admitReaders(this.deadLetters, props.producer);
    for (const queue of [this.queue, this.deadLetters]) denyOthers(queue, props.producer);
  }

  /** No source holds a colon, so no other queue has this name. */
  override get subject(): string {
    return `private:${this.source}`;
  }
}

function admitReaders(queue: Queue, producer: ProducerSettings): void {
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

/** All keys of a condition must hold. So it denies a caller that is none of the roles and users, and of none of the accounts. */
function denyOthers(queue: Queue, { source, principals }: ProducerSettings): void {
  const arns = principals.flatMap((one) => (isDirect(one) ? [arnOf(one)] : []));
  const accounts = principals.flatMap((one) => ('account' in one ? [one.account] : []));
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: `${policySid(source)}ZAlone`,
      effect: Effect.DENY,
      principals: [new StarPrincipal()],
      actions: ['sqs:ReceiveMessage'],
      resources: [queue.queueArn],
      conditions: {
        StringNotEquals: {
          ...(arns.length > 0 && { 'aws:PrincipalArn': arns }),
          ...(accounts.length > 0 && { 'aws:PrincipalAccount': accounts }),
        },
      },
    }),
  );
}
