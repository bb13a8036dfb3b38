import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { expiryLane } from '../../lambdas/domain/work/names.ts';
import type { GovernorVariables } from '../../lambdas/governor/env.ts';
import type { AccountSettings, PipelineSettings } from '../config/config-schema.ts';
import { callTimeoutMilliseconds } from '../config/rate-budget.ts';
import { everyMinute } from './every-minute.ts';
import type { Expiry } from './expiry.ts';
import type { Lane } from './lane.ts';
import type { PipelineState } from './pipeline-state.ts';
import { allow, type FunctionSurroundings, WorkerFunction } from './worker-function.ts';

export interface GovernorProps {
  readonly settings: PipelineSettings;
  readonly account: AccountSettings;
  readonly state: PipelineState;
  readonly lanes: readonly Lane[];
  readonly expiry: Expiry;
  readonly surroundings: FunctionSurroundings;
}

/**
 * Asks for the quota every minute, probes the API, writes the control record that the workers read, and switches the
 * mappings of lanes that are paused.
 */
export class Governor extends Construct {
  readonly function: LambdaFunction;

  /** @throws Error when the pipeline has no template to probe with. */
  constructor(scope: Construct, id: string, { settings, account, state, lanes, expiry, surroundings }: GovernorProps) {
    super(scope, id);
    const governed = lanes.map(({ name, settings: { quotaReserveCalls, hourlyCapCalls, dailyCapCalls }, ...lane }) => ({
      name,
      reserveCalls: quotaReserveCalls,
      hourlyCapCalls,
      dailyCapCalls,
      mappings: [lane.linkWorker.mapping, lane.qrWorker.mapping].map((one) => one.eventSourceMappingId),
    }));
    governed.push({
      name: expiryLane,
      // A printed code that dies is worse than a campaign that waits: renewals may use what the most urgent lane may.
      reserveCalls: Math.min(...lanes.map((lane) => lane.settings.quotaReserveCalls)),
      hourlyCapCalls: undefined,
      dailyCapCalls: undefined,
      mappings: [expiry.mapping.eventSourceMappingId],
    });
    const mappingArns = governed.flatMap(({ mappings }) =>
      mappings.map((resourceName) =>
        Stack.of(this).formatArn({
          service: 'lambda',
          resource: 'event-source-mapping',
          resourceName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ),
    );
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
      LANES: JSON.stringify(governed),
    };
    const worker = new WorkerFunction(this, 'Worker', {
      ...surroundings,
      job: 'governor',
      description: 'Watches the quota and the API, tells the lanes, and pauses them',
      memoryMegabytes: settings.memoryMegabytes.governor,
      // Room for three calls of 10 s each and the mappings, and over before the next minute's.
      timeoutSeconds: 55,
      // Two governors at once could write the control record out of order.
      concurrency: 1,
      variables,
      permissions: [
        allow(['dynamodb:BatchGetItem', 'dynamodb:PutItem'], state.ledger.tableArn),
        allow(['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'], ...mappingArns),
        allow(['secretsmanager:GetSecretValue'], state.apiToken.secretArn),
      ],
    });
    this.function = worker.function;
    everyMinute(this, this.function);
  }
}
