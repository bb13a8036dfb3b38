import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterRetentionDays } from '../config/config-schema.ts';
import { maxReceiveCount } from '../config/rate/worker-plan.ts';
import { kept } from './kept.ts';
import { refuseLargePolicy } from './policy-limits.ts';

/** How SQS keeps the messages of a pipeline. */
export interface QueueRules {
  /** SQS's own keys if absent. */
  readonly key?: IKey | undefined;
  /** Whether queues stay when their stack is deleted. */
  readonly keepQueues?: boolean | undefined;
}

/** With the shortest period, five minutes, KMS costs twelve times as much. */
const dataKeyReuse = Duration.hours(1);

/** What all queues have in common. TLS only, and encrypted. */
export const queueProps = ({ key, keepQueues = false }: QueueRules): QueueProps => ({
  ...(key
    ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key, dataKeyReuse }
    : { encryption: QueueEncryption.SQS_MANAGED }),
  enforceSSL: true,
  ...(keepQueues && { removalPolicy: kept }),
});

export interface WorkQueueProps {
  readonly rules: QueueRules;
  readonly retentionDays: number;
  readonly visibilityTimeoutSeconds: number;
  /** SQS's own limit if absent. */
  readonly maxMessageBytes?: number;
}

/**
 * A queue and its dead-letter queue. With SQS's own keys, EventBridge and SNS can write without a key policy. A message may have up to 1 MiB, SQS's limit. A command has at most a few KB.
 */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...queueProps(props.rules),
      retentionPeriod: Duration.days(deadLetterRetentionDays),
    });
    this.queue = new Queue(this, 'Queue', {
      ...queueProps(props.rules),
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
