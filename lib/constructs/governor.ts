import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { expiryLane, qrLane } from '../../lambdas/domain/work/names.ts';
import type { GovernorVariables } from '../../lambdas/governor/env.ts';
import { apiVariables, quotaSourceOf } from '../config/account-api.ts';
import { quotaCallsOf } from '../config/account-faults.ts';
import { callTimeoutMilliseconds } from '../config/rate/worker-plan.ts';
import type { Expiry } from './expiry.ts';
import type { Lane } from './lane.ts';
import { mappingArns } from './mapping-arns.ts';
import type { PipelineParts, Sibling } from './pipeline-parts.ts';
import type { QrCodes } from './qr-codes.ts';
import { scheduledFunction } from './scheduled-function.ts';
import { siblingReads, siblingsText } from './siblings.ts';
import { allow } from './worker-function.ts';

export interface GovernorProps extends PipelineParts {
  readonly lanes: readonly Lane[];
  readonly expiry: Expiry;
  readonly qrCodes: QrCodes;
  readonly siblings: readonly Sibling[];
}

/**
 * Polls the quota and probes the API every minute. Then it writes the control record, which the workers read, and turns the
 * mappings of paused lanes off.
 *
 * @throws Error when the pipeline has no template to probe with.
 */
export function governor(
  scope: Construct,
  { settings, account, state, lanes, expiry, qrCodes, siblings, surroundings }: GovernorProps,
): LambdaFunction {
  const governed = lanes.map(({ name, settings: { quotaReserveCalls, hourlyCapCalls, dailyCapCalls }, ...lane }) => ({
    name,
    reserveCalls: quotaReserveCalls,
    hourlyCapCalls,
    dailyCapCalls,
    mappings: [lane.linkWorker.mapping.eventSourceMappingId],
  }));
  const shared = [
    {
      name: expiryLane,
      // A dead printed code is worse than a late campaign, so renewals may use as much as the most urgent lane.
      reserveCalls: Math.min(...lanes.map((lane) => lane.settings.quotaReserveCalls)),
      mappings: [expiry.mapping.eventSourceMappingId],
    },
    // A QR call costs no quota, so the QR worker does not park.
    { name: qrLane, mappings: [qrCodes.mapping.eventSourceMappingId] },
  ];
  const all = [...governed, ...shared];
  const [probeTemplateId] = Object.keys(settings.templates);
  if (probeTemplateId === undefined) throw new Error('templates: must hold at least one template; got {}');
  const variables: GovernorVariables = {
    ...apiVariables(account, surroundings.network),
    QUOTA_FROM: quotaSourceOf(account),
    API_TOKEN_SECRET_ARN: state.apiToken.secretArn,
    LINK_ID_SECRET_ARN: state.linkIdSecret.secretArn,
    APPSFLYER_ACCOUNT_ID: account.accountId,
    CALL_TIMEOUT_MILLISECONDS: String(callTimeoutMilliseconds),
    MONTHLY_QUOTA_CALLS: String(account.monthlyQuotaCalls),
    ...(settings.monthlyQuotaShare !== undefined && {
      MONTHLY_SHARE_CALLS: String(quotaCallsOf(account, settings)),
    }),
    SIBLINGS: siblingsText(scope, siblings),
    LEDGER_TABLE_NAME: state.ledger.tableName,
    PROBE_TEMPLATE_ID: probeTemplateId,
    LANES: JSON.stringify(all),
  };
  return scheduledFunction(scope, {
    ...surroundings,
    job: 'governor',
    description: 'Polls the quota, probes the API, and opens, parks and pauses the lanes',
    memoryMegabytes: settings.memoryMegabytes.governor,
    // Enough for three calls of 10 s each and the mappings. The run ends before the next one starts.
    timeoutSeconds: 55,
    variables,
    permissions: [
      allow(['dynamodb:BatchGetItem', 'dynamodb:PutItem'], state.ledger.tableArn),
      allow(['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'], ...mappingArns(scope, all)),
      allow(['secretsmanager:GetSecretValue'], state.apiToken.secretArn, state.linkIdSecret.secretArn),
      ...siblingReads(scope, siblings, surroundings.key?.keyArn),
    ],
  });
}
