import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { DeliveryQueue } from '../adapters/delivery-queue.ts';
import { VouchingQueue } from '../adapters/vouching-queue.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { sqsBatch } from '../runtime/sqs-batch.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { forwarderEnvironment } from './env.ts';
import { type ForwarderPorts, forwarder } from './forwarder.ts';
import { queueNameOf } from './queue-name.ts';

const env = readEnvironment(forwarderEnvironment, process.env);
const telemetry = new Telemetry();
const sqs = new SQSClient();
// One environment can fill a fast lane with five requests of ten messages under way.
const lanes = new VouchingQueue(sqs, clock, 5);

const batches = new Map(
  env.INGRESS_QUEUES.map(({ url, source, lane, mostReturned }) => {
    const laneUrl = env.LANE_QUEUE_URLS[lane];
    if (laneUrl === undefined) throw new Error(`INGRESS_QUEUES: the lane ${lane} has no queue in LANE_QUEUE_URLS`);
    const send: ForwarderPorts['lane']['send'] = (messages, deadline) => lanes.send(laneUrl, messages, deadline);
    const handle = sqsBatch({
      work: forwarder(source, { lane: { send }, observer: telemetry.observer({}) }),
      queue: new DeliveryQueue(sqs, url),
      telemetry,
      deduplicationWindowDays: env.DEDUPLICATION_WINDOW_DAYS,
      ownSenders: env.OWN_SENDERS,
      mostReturned,
      clock,
    });
    return [queueNameOf(url), handle] as const;
  }),
);

/** A batch is of one queue, because each mapping has its own. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const arn = event.Records[0]?.eventSourceARN ?? '';
  const handle = batches.get(queueNameOf(arn));
  if (handle === undefined) throw new Error(`${arn} is not an ingress queue of this function`);
  return handle(event, context);
}
