import { readFileSync } from 'node:fs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { httpKeyPrefix, prefix } from '../../lambdas/adapters/names.ts';
import { type HttpApiVariables, httpRulesFile, openApiFile } from '../../lambdas/http-api/env.ts';
import { type HttpAuthorizerVariables, usageIdentifier } from '../../lambdas/http-authorizer/env.ts';
import { contractVariables } from '../config/account-api.ts';
import { httpProducersOf } from '../config/http.ts';
import { httpRulesOf } from '../config/http-rules.ts';
import type { Lane } from './lane.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { allow, workerFunction } from './worker-function.ts';

/** API Gateway waits for an integration for 29 seconds (quotas of REST APIs). Then nobody reads the function's answer. */
export const integrationTimeoutSeconds = 29;

export interface HttpApiProps extends PipelineParts {
  readonly lanes: readonly Lane[];
  readonly reader: LambdaFunction;
}

/** Answers the calls. It sends commands to their lanes, and reads what became of them. */
export function httpFunction(
  scope: Construct,
  { settings, account, state, lanes, reader, surroundings }: HttpApiProps,
): LambdaFunction {
  const { concurrency } = settings.http;
  const variables: HttpApiVariables = {
    LEDGER_TABLE_NAME: state.ledger.tableName,
    QR_BUCKET_NAME: state.qrImages.bucketName,
    LINK_ID_SECRET_ARN: state.linkIdSecret.secretArn,
    READER_FUNCTION_NAME: reader.functionName,
    LANE_QUEUE_URLS: JSON.stringify(Object.fromEntries(lanes.map((one) => [one.name, one.commands.queue.queueUrl]))),
    DEDUPLICATION_WINDOW_DAYS: String(settings.deduplicationWindowDays),
    WAITING_SLOTS: String(Math.floor(concurrency / 2)),
    ...contractVariables(account),
  };
  return workerFunction(scope, {
    ...surroundings,
    job: 'http-api',
    files: filesOfHttpApi(settings),
    description: 'Answers the calls of the HTTP API: commands, requests, links and QR codes',
    memoryMegabytes: settings.memoryMegabytes.httpApi,
    timeoutSeconds: integrationTimeoutSeconds,
    concurrency,
    variables,
    permissions: [
      allow(['sqs:SendMessage'], ...lanes.map(({ commands }) => commands.queue.queueArn)),
      allow(
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        state.ledger.tableArn,
      ),
      // To withdraw a claim. No other record is removed by a call.
      new PolicyStatement({
        actions: ['dynamodb:DeleteItem'],
        resources: [state.ledger.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${httpKeyPrefix}*`] } },
      }),
      allow(['s3:GetObject'], state.qrImages.arnForObjects(`${prefix.qr}*`)),
      // Without it, S3 answers 403 for a missing object, not 404.
      allow(['s3:ListBucket'], state.qrImages.bucketArn),
      allow(['secretsmanager:GetSecretValue'], state.linkIdSecret.secretArn),
      allow(['lambda:InvokeFunction'], reader.functionArn),
    ],
  });
}

/** What the function reads beside its code: its rules, and the OpenAPI document that `npm run schemas` has generated. */
export function filesOfHttpApi(settings: PipelineParts['settings']): Record<string, string> {
  const openApi = readFileSync(new URL('../../schemas/openapi.json', import.meta.url), 'utf8');
  return {
    [httpRulesFile]: JSON.stringify(httpRulesOf(settings)),
    // Without its line breaks, it is half as large.
    [openApiFile]: JSON.stringify(JSON.parse(openApi)),
  };
}

/** Checks the keys of callers. A check is a hash and a comparison, so its size is no setting. */
export function httpAuthorizer(
  scope: Construct,
  keysSecretArn: string,
  { settings, surroundings }: PipelineParts,
): LambdaFunction {
  const identifiers = httpProducersOf(settings)
    .filter(({ keys }) => keys)
    .map(({ source }) => [source, usageIdentifier(surroundings.serviceName, source)]);
  const variables: HttpAuthorizerVariables = {
    KEYS_SECRET_ARN: keysSecretArn,
    USAGE_IDENTIFIERS: JSON.stringify(Object.fromEntries(identifiers)),
  };
  return workerFunction(scope, {
    ...surroundings,
    job: 'http-authorizer',
    description: 'Checks the keys of the HTTP API’s callers',
    memoryMegabytes: 256,
    // A caller waits for it. A cold start and a read of the secret take about a second.
    timeoutSeconds: 10,
    concurrency: settings.http.concurrency,
    variables,
    permissions: [allow(['secretsmanager:GetSecretValue'], keysSecretArn)],
  });
}
