import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { WorkerPlan } from '../config/rate-budget.ts';
import { allow } from './worker-function.ts';

/** What an event source mapping and the batch runtime do with the queue. */
export const consume = (queue: Queue) =>
  allow(
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
    queue.queueArn,
  );

/**
 * Feeds a worker from its queue. `MaximumConcurrency` equals the function's reserved concurrency: pollers do not know the
 * latter, and each batch they send in vain costs its messages a receive. `Enabled` stays out of the template, so that a
 * deployment does not wake a lane that was paused.
 *
 * Lambda stops filling a batch at 6 MB of payload: 1,000 commands of up to 6 KB arrive together, larger ones in smaller
 * batches.
 */
export function feed(scope: Construct, worker: LambdaFunction, queue: Queue, plan: WorkerPlan): EventSourceMapping {
  return new EventSourceMapping(scope, 'Mapping', {
    target: worker,
    eventSourceArn: queue.queueArn,
    batchSize: plan.batchSize,
    ...(plan.windowSeconds > 0 && { maxBatchingWindow: Duration.seconds(plan.windowSeconds) }),
    maxConcurrency: plan.concurrency,
    reportBatchItemFailures: true,
  });
}
