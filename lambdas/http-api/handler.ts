import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { ControlTable } from '../adapters/control-table.ts';
import { dynamoClient } from '../adapters/document-table.ts';
import { HttpLimits } from '../adapters/http-limits.ts';
import { HttpRecords } from '../adapters/http-records.ts';
import { JoinedReads } from '../adapters/joined-reads.ts';
import { Ledger } from '../adapters/ledger.ts';
import { LinkIdSecret } from '../adapters/link-id-secret.ts';
import { ledgerAttribute } from '../adapters/names.ts';
import { QrStore } from '../adapters/qr-store.ts';
import { ReaderFunction } from '../adapters/reader-function.ts';
import { VouchingQueue } from '../adapters/vouching-queue.ts';
import { httpRulesSchema } from '../domain/http/rules.ts';
import { policyChecker } from '../domain/policy/link-policy.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { httpApiEnvironment, httpRulesFile, openApiFile } from './env.ts';
import { httpApi } from './http-api.ts';

const env = readEnvironment(httpApiEnvironment, process.env);
const telemetry = new Telemetry();
const dynamo = dynamoClient();
const joined = new JoinedReads(ledgerAttribute.key);
const beside = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const rules = httpRulesSchema.parse(JSON.parse(beside(httpRulesFile)));
// A list of a hundred commands makes ten requests.
const queues = new VouchingQueue(new SQSClient(), clock, 10);

const answer = httpApi(env, rules, {
  control: new ControlTable(dynamo, env.LEDGER_TABLE_NAME, clock, joined),
  ledger: new Ledger(dynamo, env.LEDGER_TABLE_NAME, clock, joined),
  records: new HttpRecords(dynamo, env.LEDGER_TABLE_NAME, clock, joined),
  limits: new HttpLimits(dynamo, env.LEDGER_TABLE_NAME, clock),
  lanes: {
    send: (lane, messages, deadline) => {
      const url = env.LANE_QUEUE_URLS[lane];
      if (url === undefined) throw new Error(`LANE_QUEUE_URLS: the lane ${lane} has no queue`);
      return queues.send(url, messages, deadline);
    },
  },
  linkIdSecret: new LinkIdSecret({ secrets: new SecretsManagerClient(), dynamo }, env, clock),
  reader: new ReaderFunction(new LambdaClient(), env.READER_FUNCTION_NAME),
  codes: new QrStore(new S3Client(), env.QR_BUCKET_NAME),
  policy: policyChecker(rules.policies),
  openapi: () => beside(openApiFile),
  newMessageId: randomUUID,
  random: Math.random,
  observer: telemetry.observer({}),
  clock,
});

/** Event and answer hold link data. Nothing here logs them. */
export async function handler(event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> {
  telemetry.beginInvocation(context);
  try {
    return await answer(event, { remainingMilliseconds: () => context.getRemainingTimeInMillis() });
  } finally {
    telemetry.endInvocation();
  }
}
