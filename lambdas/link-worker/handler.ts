import { readFileSync } from 'node:fs';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ControlTable } from '../adapters/control-table.ts';
import { DeliveryQueue } from '../adapters/delivery-queue.ts';
import { dynamoClient } from '../adapters/document-table.ts';
import { HttpRecords } from '../adapters/http-records.ts';
import { JobQueue } from '../adapters/job-queue.ts';
import { Ledger } from '../adapters/ledger.ts';
import { LinkIdSecret } from '../adapters/link-id-secret.ts';
import { onDemandStores } from '../adapters/on-demand-stores.ts';
import { OneLinkClient } from '../adapters/onelink-client.ts';
import { OutcomeTopic, quietMillisecondsAt, topicClient } from '../adapters/outcome-topic.ts';
import { Secret } from '../adapters/secret.ts';
import { SenderDecisionsTable } from '../adapters/sender-decisions-table.ts';
import { wireJson } from '../domain/contract/wire-json.ts';
import { linkPoliciesSchema, policyChecker } from '../domain/policy/link-policy.ts';
import { dimension } from '../domain/work/names.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { RateLimiter } from '../runtime/rate-limiter.ts';
import { sqsBatch } from '../runtime/sqs-batch.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { linkWorkerEnvironment, policiesFile } from './env.ts';
import { linkWorker } from './link-worker.ts';

const env = readEnvironment(linkWorkerEnvironment, process.env);
const telemetry = new Telemetry();
const lane = { [dimension.lane]: env.LANE };
const [sqs, secrets, dynamo] = [new SQSClient(), new SecretsManagerClient(), dynamoClient()];
const stores = onDemandStores(env);
const policies = linkPoliciesSchema.parse(JSON.parse(readFileSync(new URL(policiesFile, import.meta.url), 'utf8')));
const turns = RateLimiter.atPace(env.LINK_CALLS_PER_SECOND, clock, env.INVOCATION_GAP);
const token = new Secret(secrets, env.API_TOKEN_SECRET_ARN);
const linkIdSecret = new LinkIdSecret({ secrets, dynamo }, env, clock);
const [sns, perPublish] = [topicClient(), env.OUTCOMES_PER_PUBLISH];
const quiet = quietMillisecondsAt(env.LINK_CALLS_PER_SECOND);
const topicOf = (arn: string) => new OutcomeTopic(sns, arn, perPublish, quiet);
const api = new OneLinkClient(env, { token, turns, clock, onCall: telemetry.apiCalls(lane) });

export const handler = sqsBatch({
  mostReturned: env.MOST_RETURNED_MESSAGES,
  clock,
  telemetry,
  turns,
  api,
  deduplicationWindowDays: env.DEDUPLICATION_WINDOW_DAYS,
  ownSenders: env.OWN_SENDERS,
  queue: new DeliveryQueue(sqs, env.LANE_QUEUE_URL),
  work: linkWorker(env, {
    api,
    quota: (accountId) => api.quota(accountId),
    linkIdSecret,
    ledger: new Ledger(dynamo, env.LEDGER_TABLE_NAME, clock),
    control: new ControlTable(dynamo, env.LEDGER_TABLE_NAME, clock),
    pace: turns,
    policy: policyChecker(policies),
    parked: stores.parked,
    held: stores.held,
    senders: new SenderDecisionsTable(dynamo, env.LEDGER_TABLE_NAME, clock),
    onQuotaCall: telemetry.quotaCalls(),
    httpRecords: new HttpRecords(dynamo, env.LEDGER_TABLE_NAME, clock),
    outcomes: topicOf(env.OUTCOME_TOPIC_ARN),
    privateOutcomes: env.PRIVATE_TOPIC_ARN === undefined ? undefined : topicOf(env.PRIVATE_TOPIC_ARN),
    qrQueue: new JobQueue(sqs, env.QR_QUEUE_URL, wireJson),
    qrImages: stores.qrImages,
    archive: stores.archive,
    observer: telemetry.observer(lane),
    clock,
  }),
});
