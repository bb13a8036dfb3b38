import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { WorkerPlan } from '../config/rate-budget.ts';
import { allow } from './worker-function.ts';

/** The permissions that an event source mapping and the batch runtime need on the queue. */
export const consume = (queue: Queue) =>
  allow(
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
    queue.queueArn,
  );

/**
 * Feeds a worker from its queue. `MaximumConcurrency` equals the function's reserved concurrency, which the pollers do not
 * know. Each batch that Lambda throttles costs its messages a receive. The template leaves `Enabled` out, so a deployment
 * does not resume a paused lane.
 *
 * Lambda stops filling a batch at 6 MB of payload: 1,000 commands fit up to 6 KB each. Larger commands come in smaller
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
