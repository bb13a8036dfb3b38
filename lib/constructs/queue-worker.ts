import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { apiVariables } from '../config/account-api.ts';
import { callTimeoutMilliseconds, type WorkerPlan } from '../config/rate/worker-plan.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { allow, type WorkerFunctionProps, workerFunction } from './worker-function.ts';

/** A function and the mapping that feeds it. */
export interface FedFunction {
  readonly function: LambdaFunction;
  readonly mapping: EventSourceMapping;
}

export interface QueueWorkerProps extends Omit<WorkerFunctionProps, 'timeoutSeconds' | 'concurrency'> {
  readonly plan: WorkerPlan;
  readonly queue: Queue;
}

/** The permissions that an event source mapping and the batch runtime need on their queues. */
export const consume = (...queues: Queue[]) =>
  allow(
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
    ...queues.map(({ queueArn }) => queueArn),
  );

/** The environment variables that all workers with a queue share. */
export const queueWorkerVariables = (plan: WorkerPlan, { account, state, outcomes, surroundings }: PipelineParts) => ({
  ...apiVariables(account, surroundings.network),
  API_TOKEN_SECRET_ARN: state.apiToken.secretArn,
  CALLS_IN_FLIGHT: String(plan.callsInFlight),
  CALL_TIMEOUT_MILLISECONDS: String(callTimeoutMilliseconds),
  MOST_RETURNED_MESSAGES: String(plan.mostReturnedMessages),
  LEDGER_TABLE_NAME: state.ledger.tableName,
  QR_BUCKET_NAME: state.qrImages.bucketName,
  OUTCOME_TOPIC_ARN: outcomes.topicArn,
});

/** Longer than any invocation, or another change could take the lease while its holder still runs. */
export const leaseSeconds = ({ timeoutSeconds }: WorkerPlan) => String(timeoutSeconds + 30);

/**
 * A worker of its plan's size, fed from its queue. `MaximumConcurrency` equals the function's reserved concurrency, which
 * the pollers do not know. Each batch that Lambda throttles costs its messages a receive. The template leaves `Enabled` out,
 * so a deployment does not resume a paused lane.
 *
 * Lambda stops filling a batch at 6 MB of payload: 1,000 commands fit up to 6 KB each. Larger commands come in smaller
 * batches.
 */
export function queueWorker(scope: Construct, { plan, queue, ...props }: QueueWorkerProps): FedFunction {
  const worker = workerFunction(scope, {
    ...props,
    timeoutSeconds: plan.timeoutSeconds,
    concurrency: plan.concurrency,
    permissions: [consume(queue), ...props.permissions],
  });
  const mapping = new EventSourceMapping(scope, 'Mapping', {
    target: worker,
    eventSourceArn: queue.queueArn,
    batchSize: plan.batchSize,
    ...(plan.windowSeconds > 0 && { maxBatchingWindow: Duration.seconds(plan.windowSeconds) }),
    maxConcurrency: plan.concurrency,
    reportBatchItemFailures: true,
  });
  return { function: worker, mapping };
}
