import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DeliveryQueue } from '../adapters/delivery-queue.ts';
import { dynamoClient } from '../adapters/document-table.ts';
import { Ledger } from '../adapters/ledger.ts';
import { OneLinkClient } from '../adapters/onelink-client.ts';
import { OutcomeTopic, topicClient } from '../adapters/outcome-topic.ts';
import { QrStore } from '../adapters/qr-store.ts';
import { Secret } from '../adapters/secret.ts';
import { dimension, qrLane } from '../domain/work/names.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { RateLimiter } from '../runtime/rate-limiter.ts';
import { sqsBatch } from '../runtime/sqs-batch.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { qrWorkerEnvironment } from './env.ts';
import { qrWorker } from './qr-worker.ts';

const env = readEnvironment(qrWorkerEnvironment, process.env);
const telemetry = new Telemetry();
const turns = RateLimiter.atPace(env.QR_CALLS_PER_SECOND, clock);
const token = new Secret(new SecretsManagerClient(), env.API_TOKEN_SECRET_ARN);
const api = new OneLinkClient(env, { token, turns, clock, onCall: telemetry.apiCalls({ [dimension.lane]: qrLane }) });

export const handler = sqsBatch({
  mostReturned: env.MOST_RETURNED_MESSAGES,
  clock,
  telemetry,
  turns,
  api,
  deduplicationWindowDays: env.DEDUPLICATION_WINDOW_DAYS,
  queue: new DeliveryQueue(new SQSClient(), env.QR_QUEUE_URL),
  work: qrWorker(env, {
    api,
    ledger: new Ledger(dynamoClient(), env.LEDGER_TABLE_NAME, clock),
    store: new QrStore(new S3Client(), env.QR_BUCKET_NAME),
    // A person may wait for it. At the QR rate, a batch of outcomes would seldom hold two.
    outcomes: new OutcomeTopic(topicClient(), env.OUTCOME_TOPIC_ARN, 1),
    observerOf: (lane) => telemetry.observer({ [dimension.lane]: lane }),
    clock,
  }),
});
