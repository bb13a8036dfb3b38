import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { EventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** Runs a function every minute. EventBridge and Lambda drop a late run, because the next run does the same work. */
export function everyMinute(scope: Construct, target: LambdaFunction): void {
  const late = { maxEventAge: Duration.seconds(60), retryAttempts: 0 };
  new EventInvokeConfig(scope, 'Invocation', { function: target, ...late });
  new Rule(scope, 'EveryMinute', {
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaTarget(target, late)],
  });
}
