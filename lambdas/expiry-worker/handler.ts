import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ControlTable } from '../adapters/control-table.ts';
import { DeliveryQueue } from '../adapters/delivery-queue.ts';
import { dynamoClient } from '../adapters/document-table.ts';
import { Ledger } from '../adapters/ledger.ts';
import { removalInStreamRecord } from '../adapters/ledger-item.ts';
import { LinkIdSecret } from '../adapters/link-id-secret.ts';
import { onDemandStores } from '../adapters/on-demand-stores.ts';
import { OneLinkClient } from '../adapters/onelink-client.ts';
import { OutcomeTopic, topicClient } from '../adapters/outcome-topic.ts';
import { Secret } from '../adapters/secret.ts';
import { dimension, expiryLane } from '../domain/work/names.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { RateLimiter } from '../runtime/rate-limiter.ts';
import { sqsBatch } from '../runtime/sqs-batch.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { expiryWorkerEnvironment } from './env.ts';
import { expiryWorker } from './expiry-worker.ts';

const env = readEnvironment(expiryWorkerEnvironment, process.env);
const telemetry = new Telemetry();
const lane = { [dimension.lane]: expiryLane };
const dynamo = dynamoClient();
const stores = onDemandStores(env);
const turns = RateLimiter.atPace(env.EXPIRY_CALLS_PER_SECOND, clock);
const secrets = new SecretsManagerClient();
const token = new Secret(secrets, env.API_TOKEN_SECRET_ARN);
const api = new OneLinkClient(env, { token, turns, clock, onCall: telemetry.apiCalls(lane) });

export const handler = sqsBatch({
  mostReturned: env.MOST_RETURNED_MESSAGES,
  clock,
  telemetry,
  turns,
  api,
  queue: new DeliveryQueue(new SQSClient(), env.EXPIRY_QUEUE_URL),
  work: expiryWorker(env, {
    api,
    ledger: new Ledger(dynamo, env.LEDGER_TABLE_NAME, clock),
    control: new ControlTable(dynamo, env.LEDGER_TABLE_NAME, clock),
    onQuotaCall: telemetry.quotaCalls(),
    linkIdSecret: new LinkIdSecret({ secrets, dynamo }, env, clock),
    removalIn: removalInStreamRecord,
    history: stores.archive,
    qrImages: stores.qrImages,
    outcomes: new OutcomeTopic(topicClient(), env.OUTCOME_TOPIC_ARN, 10),
    observer: telemetry.observer(lane),
    clock,
  }),
});
