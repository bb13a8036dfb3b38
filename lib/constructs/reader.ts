import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ReaderVariables } from '../../lambdas/reader/env.ts';
import { apiVariables } from '../config/account-api.ts';
import type { ReaderPlan } from '../config/rate/reader-plan.ts';
import { callTimeoutMilliseconds } from '../config/rate/worker-plan.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { allow, workerFunction } from './worker-function.ts';

/**
 * Sends the GETs of the operators' tools, which invoke it synchronously. Its reserved concurrency of one and its pace keep
 * all tools together within their share. Only one tool has a turn at a time. Lambda throttles the others, and they try again.
 */
export function reader(
  scope: Construct,
  plan: ReaderPlan,
  { settings, account, state, surroundings }: PipelineParts,
): LambdaFunction {
  const variables: ReaderVariables = {
    ...apiVariables(account, surroundings.network),
    API_TOKEN_SECRET_ARN: state.apiToken.secretArn,
    CALL_TIMEOUT_MILLISECONDS: String(callTimeoutMilliseconds),
    CALLS_IN_FLIGHT: String(plan.callsInFlight),
    READ_CALLS_PER_SECOND: String(plan.callsPerSecond),
  };
  return workerFunction(scope, {
    ...surroundings,
    job: 'reader',
    description: 'Reads links at the API for the operators’ tools, within their share of the rate',
    memoryMegabytes: settings.memoryMegabytes.reader,
    timeoutSeconds: plan.timeoutSeconds,
    concurrency: plan.concurrency,
    variables,
    permissions: [allow(['secretsmanager:GetSecretValue'], state.apiToken.secretArn)],
  });
}
