import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { EventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type WorkerFunctionProps, workerFunction } from './worker-function.ts';

/**
 * Runs a function every minute, and never twice at once. Two governors could write the control record out of order, and two
 * replayers would send the same lots twice. EventBridge and Lambda drop a late run, because the next run does the same work.
 */
export function scheduledFunction(scope: Construct, props: Omit<WorkerFunctionProps, 'concurrency'>): LambdaFunction {
  const target = workerFunction(scope, { ...props, concurrency: 1 });
  const late = { maxEventAge: Duration.seconds(60), retryAttempts: 0 };
  new EventInvokeConfig(scope, 'Invocation', { function: target, ...late });
  new Rule(scope, 'EveryMinute', {
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaTarget(target, late)],
  });
  return target;
}
