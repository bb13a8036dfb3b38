import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { ControlTable } from '../adapters/control-table.ts';
import { dynamoClient } from '../adapters/document-table.ts';
import { HeldStore } from '../adapters/held-store.ts';
import { OutcomeTopic, topicClient } from '../adapters/outcome-topic.ts';
import { ParkedStore } from '../adapters/parked-store.ts';
import { QuarantineStore } from '../adapters/quarantine-store.ts';
import { ReplayQueue } from '../adapters/replay-queue.ts';
import { SenderDecisionsTable } from '../adapters/sender-decisions-table.ts';
import { dimension } from '../domain/work/names.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { replayerEnvironment } from './env.ts';
import { replayer } from './replayer.ts';

const env = readEnvironment(replayerEnvironment, process.env);
const telemetry = new Telemetry();
const [s3, dynamo] = [new S3Client(), dynamoClient()];
const replay = replayer(env, {
  control: new ControlTable(dynamo, env.LEDGER_TABLE_NAME, clock),
  parked: new ParkedStore(s3, env.ARCHIVE_BUCKET_NAME),
  held: new HeldStore(s3, env.ARCHIVE_BUCKET_NAME),
  senders: new SenderDecisionsTable(dynamo, env.LEDGER_TABLE_NAME, clock),
  queue: new ReplayQueue(new SQSClient(), clock),
  quarantine: new QuarantineStore(s3, env.ARCHIVE_BUCKET_NAME),
  outcomes: new OutcomeTopic(topicClient(), env.OUTCOME_TOPIC_ARN, 10),
  observer: telemetry.observer({}),
  laneObserver: (lane) => telemetry.observer({ [dimension.lane]: lane }),
  clock,
});

export async function handler(_event: unknown, context: Context): Promise<void> {
  telemetry.beginInvocation(context);
  try {
    await replay({ remainingMilliseconds: () => context.getRemainingTimeInMillis() });
  } finally {
    telemetry.endInvocation();
  }
}
