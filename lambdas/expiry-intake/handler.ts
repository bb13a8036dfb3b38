import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoClient } from '../adapters/document-table.ts';
import { JobQueue } from '../adapters/job-queue.ts';
import { Ledger } from '../adapters/ledger.ts';
import { removalInStreamRecord } from '../adapters/ledger-item.ts';
import { wireText } from '../domain/contract/wire-json.ts';
import { dimension, expiryLane } from '../domain/work/names.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { streamBatch } from '../runtime/stream-batch.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { expiryIntakeEnvironment } from './env.ts';
import { expiryIntake } from './expiry-intake.ts';

const env = readEnvironment(expiryIntakeEnvironment, process.env);
const telemetry = new Telemetry();

export const handler = streamBatch({
  telemetry,
  work: expiryIntake(env, {
    ledger: new Ledger(dynamoClient(), env.LEDGER_TABLE_NAME, clock),
    checks: new JobQueue(new SQSClient(), env.EXPIRY_QUEUE_URL, wireText),
    removalIn: removalInStreamRecord,
    observer: telemetry.observer({ [dimension.lane]: expiryLane }),
    clock,
  }),
});
