import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { EventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { GovernorVariables } from '../lambdas/governor/env.ts';
import type { AccountSettings, PipelineSettings } from './config-schema.ts';
import { callTimeoutMilliseconds } from './rate-budget.ts';
import type { PipelineState } from './state-stack.ts';
import { allow, type FunctionSurroundings, WorkerFunction } from './worker-function.ts';

export interface GovernorProps {
  readonly settings: PipelineSettings;
  readonly account: AccountSettings;
  readonly state: PipelineState;
  readonly surroundings: FunctionSurroundings;
}

/** Asks for the quota every minute, probes the API, and writes the control record that the workers read. */
export class Governor extends Construct {
  readonly function: LambdaFunction;

  /** @throws Error when the pipeline has no template to probe with. */
  constructor(scope: Construct, id: string, { settings, account, state, surroundings }: GovernorProps) {
    super(scope, id);
    const [probeTemplateId] = Object.keys(settings.templates);
    if (probeTemplateId === undefined) throw new Error('templates: must hold at least one template; got {}');
    const variables: GovernorVariables = {
      API_BASE_URL: account.apiBaseUrl,
      API_TOKEN_SECRET_ARN: state.apiToken.secretArn,
      APPSFLYER_ACCOUNT_ID: account.accountId,
      CALL_TIMEOUT_MILLISECONDS: String(callTimeoutMilliseconds),
      MONTHLY_QUOTA_CALLS: String(account.monthlyQuotaCalls),
      LEDGER_TABLE_NAME: state.ledger.tableName,
      PROBE_TEMPLATE_ID: probeTemplateId,
    };
    const worker = new WorkerFunction(this, 'Worker', {
      ...surroundings,
      job: 'governor',
      description: 'Watches the quota and the API, and tells the lanes',
      memoryMegabytes: settings.memoryMegabytes.governor,
      // Room for two calls of 10 s each and a repeat, and over before the next minute's.
      timeoutSeconds: 45,
      // Two governors at once could write the control record out of order.
      concurrency: 1,
      variables,
      permissions: [
        allow(['dynamodb:GetItem', 'dynamodb:PutItem'], state.ledger.tableArn),
        allow(['secretsmanager:GetSecretValue'], state.apiToken.secretArn),
      ],
    });
    this.function = worker.function;
    // A poll that comes late tells nothing that the next one does not.
    new EventInvokeConfig(this, 'Invocation', {
      function: this.function,
      maxEventAge: Duration.seconds(60),
      retryAttempts: 0,
    });
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(this.function, { maxEventAge: Duration.seconds(60), retryAttempts: 0 })],
    });
  }
}
