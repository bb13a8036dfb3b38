import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { OperationsVariables } from '../../lambdas/operations/env.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { WorkQueue } from './work-queue.ts';
import { allow, workerFunction } from './worker-function.ts';

/**
 * Carries out the acts of operators that pass on what others have sent. An operator may invoke it, and cannot vouch for a
 * sender in any other way. Its reserved concurrency of 1 makes acts wait for each other.
 *
 * @param queues every queue with a dead-letter queue
 */
export function operations(
  scope: Construct,
  queues: readonly Pick<WorkQueue, 'queue' | 'deadLetters'>[],
  ownSenders: string,
  { settings, surroundings }: PipelineParts,
): LambdaFunction {
  const variables: OperationsVariables = {
    OWN_SENDERS: ownSenders,
    DEDUPLICATION_WINDOW_DAYS: String(settings.deduplicationWindowDays),
  };
  return workerFunction(scope, {
    ...surroundings,
    job: 'operations',
    description: 'Acts of operators: sends dead letters back',
    memoryMegabytes: 256,
    // A slice lasts twenty seconds at most (lambdas/operations/acts.ts), and ends with the requests under way.
    timeoutSeconds: 60,
    concurrency: 1,
    variables,
    permissions: [
      allow(
        ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
        ...queues.map(({ deadLetters }) => deadLetters.queueArn),
      ),
      allow(['sqs:SendMessage', 'sqs:GetQueueAttributes'], ...queues.map(({ queue }) => queue.queueArn)),
    ],
  });
}
