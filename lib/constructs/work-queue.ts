import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterRetentionDays } from '../config/config-schema.ts';
import { maxReceiveCount } from '../config/rate-budget.ts';
import { refuseLargePolicy } from './policy-limits.ts';

export interface WorkQueueProps {
  readonly retentionDays: number;
  readonly visibilityTimeoutSeconds: number;
  /** SQS's own limit if absent. */
  readonly maxMessageBytes?: number;
}

/**
 * A queue and its dead-letter queue, TLS only. SQS's own keys encrypt both. So EventBridge and SNS can write without a key
 * policy. A message may have up to 1 MiB, SQS's limit. A command has at most a few KB.
 */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(deadLetterRetentionDays),
    });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(props.retentionDays),
      visibilityTimeout: Duration.seconds(props.visibilityTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
      ...(props.maxMessageBytes !== undefined && { maxMessageSizeBytes: props.maxMessageBytes }),
    });
    refuseLargePolicy(
      this.queue,
      'Give the lane fewer producers, or name their AWS account as the principal: each producer then has a queue of its own.',
    );
  }
}
