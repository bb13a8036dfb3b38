import { type UsePerItem, useOn } from '../../../cli/cost/measured-use.ts';
import { plansOf } from '../../../cli/pipeline/configured-pipeline.ts';
import { itemOf, linkKey, pk, recordKeyOf, recordVersion } from '../../../lambdas/adapters/ledger-item.ts';
import { expiryLane, qrLane } from '../../../lambdas/domain/work/names.ts';
import type { WorkerPlan } from '../../../lib/config/rate/worker-plan.ts';
import { withSimulatedTimers } from '../month/time/simulated-timers.ts';
import { startExpiryIntake } from '../month/world/schedules.ts';
import { type MonthSize, monthSize } from '../month/world/size.ts';
import { startExpiryWorker, startLinkWorker, startQrWorker } from '../month/world/workers.ts';
import { creates } from '../world/commands.ts';
import { variantPipeline } from '../world/synthesis.ts';
import { type Bill, emptyBill } from './bill.ts';
import { itemBytes } from './item-bytes.ts';
import { MeteredCloud } from './metered-cloud.ts';

const from = Date.parse('2026-03-01T00:00:00Z');
const [second, minute, day] = [1_000, 60_000, 86_400_000];
/** CloudWatch Logs adds so many bytes to the text of each event. */
const logEventBytes = 26;
/** Lambda's own lines about an invocation: START, END and REPORT, with the IDs that they hold (Lambda Developer Guide). */
const invocationLogBytes = 80 + 60 + 190 + 3 * logEventBytes;
const inTens = (messages: number) => Math.ceil(messages / 10);

/** What one item of each kind uses, with everything that its functions do for it. Bytes are of one record or line. */
export interface Lives {
  /** A create of a full batch, by lane. */
  backlog: Record<string, Bill>;
  /** A create that comes alone, by lane. */
  alone: Record<string, Bill>;
  qrCode: Bill;
  /** The end of a link that renews itself, which the expiry worker checks, and of one that certainly ends. They end at once. */
  checked: Bill;
  certain: Bill;
  /** The end of links that renew themselves, of which one ends every ten seconds. */
  trickle: Bill;
  recordBytes: { link: number; request: number; history: number };
}

interface Scene {
  cloud: MeteredCloud;
  size: MonthSize;
  /** Bytes of log lines since the last bill. */
  logged: { bytes: number };
}

/**
 * Plays creates, QR codes and ends of links through the shipped functions and adapters, in simulated time, and counts what each uses of
 * AWS's services. It takes some seconds, and gives the same on any machine. Processor time takes no simulated time.
 */
export async function playLives(report: (line: string) => void = () => {}): Promise<Lives> {
  const pipeline = variantPipeline({});
  const size = monthSize(pipeline, pipeline.account.monthlyQuotaCalls);
  const cloud = new MeteredCloud(size, from, 1);
  const logged = { bytes: 0 };
  return captured(logged, () =>
    withSimulatedTimers(cloud.clock, async () => {
      for (const lane of size.lanes) startLinkWorker(cloud, lane);
      startQrWorker(cloud);
      startExpiryWorker(cloud);
      startExpiryIntake(cloud);
      // A governor would write it every minute.
      cloud.clock.every(minute, async () => cloud.control.setRecord(cloud.clock.wallMilliseconds()));
      await cloud.clock.runUntil(from + minute);
      const scene = { cloud, size, logged };
      const lives = emptyLives();
      for (const { name, plan } of size.lanes) {
        report(`cost: lane ${name}`);
        lives.backlog[name] = await play(scene, name, 4 * plan.batchSize, '300d');
        lives.alone[name] = await playAlone(scene, name, 40);
      }
      lives.recordBytes = recordBytesIn(cloud);
      report('cost: QR codes and ends of links');
      const [lane] = size.lanes.toSorted((one, other) => other.plan.batchSize - one.plan.batchSize);
      if (lane === undefined) throw new Error('the configuration has no lane');
      lives.qrCode = await playCodes(scene, lane.name, 2 * size.qr.batchSize);
      lives.checked = await playEnds(scene, lane.name, 2_000, true);
      lives.certain = await playEnds(scene, lane.name, 2_000, false);
      lives.recordBytes.history = lives.certain.s3Bytes;
      lives.trickle = await playTrickle(scene, lane.name, 300);
      return lives;
    }),
  );
}

const emptyLives = (): Lives => ({
  backlog: {},
  alone: {},
  qrCode: emptyBill(),
  checked: emptyBill(),
  certain: emptyBill(),
  trickle: emptyBill(),
  recordBytes: { link: 0, request: 0, history: 0 },
});

/** Creates that wait when their worker begins, so that batches are full. */
async function play(scene: Scene, lane: string, count: number, ttl: string): Promise<Bill> {
  const end = begin(scene, lane);
  send(scene, lane, `backlog-${lane}`, count, { ttl });
  await settle(scene, lane);
  return end(count, inTens(count));
}

/** Creates that come ten seconds apart. A producer sends each in a request of its own. */
async function playAlone(scene: Scene, lane: string, count: number): Promise<Bill> {
  const { cloud } = scene;
  const end = begin(scene, lane);
  for (let index = 0; index < count; index++) {
    send(scene, lane, `alone-${lane}-${index}`, 1, { ttl: '300d' });
    await cloud.clock.runUntil(cloud.clock.wallMilliseconds() + 10 * second);
  }
  await settle(scene, lane);
  return end(count, count);
}

/** The QR codes of creates that were carried out before, so that the worker's batches are full. */
async function playCodes(scene: Scene, lane: string, count: number): Promise<Bill> {
  const { cloud } = scene;
  const mapping = cloud.mappings.get(qrLane);
  mapping?.switch(false);
  cloud.sends.clear();
  // One create in fifty has a code, so its job is seldom sent with another.
  send(scene, lane, 'codes', 50 * count, { ttl: '300d', qrEvery: 50 });
  await settle(scene, lane);
  const end = begin(scene, qrLane);
  mapping?.switch(true);
  await settle(scene, qrLane);
  return end(count, cloud.sends.get(qrLane) ?? 0);
}

/** The ends of links that were made at once. */
async function playEnds(scene: Scene, lane: string, count: number, renews: boolean): Promise<Bill> {
  const { cloud } = scene;
  send(scene, lane, `ends-${renews}`, count, { ttl: '1d', renewTtl: renews });
  await settle(scene, lane);
  return ended(scene, count, () => cloud.clock.runUntil(cloud.clock.wallMilliseconds() + 1.2 * day));
}

async function playTrickle(scene: Scene, lane: string, count: number): Promise<Bill> {
  const { cloud } = scene;
  const { ledger, clock } = cloud;
  send(scene, lane, 'trickle', count, { ttl: '1d', renewTtl: true });
  await settle(scene, lane);
  // They were made at once. So that they end one by one, each gets another end.
  const own = [...ledger.links.values()].filter(({ requestId }) => requestId.startsWith('trickle-'));
  const first = Math.min(...own.map(({ expiresAt }) => expiresAt));
  for (const [index, record] of own.entries()) record.expiresAt = first + 10 * index;
  for (const [index, record] of own.entries()) {
    const link = cloud.api.links.get(`${record.address.onelinkId}/${record.address.shortlinkId}`);
    if (link !== undefined) link.expiresAt = first + 10 * index;
  }
  return ended(scene, count, () => clock.runUntil(clock.wallMilliseconds() + 1.5 * day));
}

async function ended(scene: Scene, count: number, pass: () => Promise<void>): Promise<Bill> {
  const { cloud } = scene;
  cloud.sends.clear();
  cloud.intakeRuns = 0;
  const end = begin(scene, expiryLane);
  await pass();
  await settle(scene, expiryLane);
  const each = end(count, cloud.sends.get(expiryLane) ?? 0);
  return {
    ...each,
    invocations: each.invocations + cloud.intakeRuns / count,
    lambdaMilliseconds: each.lambdaMilliseconds + intakeMilliseconds,
    logBytes: each.logBytes + (cloud.intakeRuns * invocationLogBytes) / count,
  };
}

/** The intake's time for a removal: a quarter of a second of processor time for a hundred. */
const intakeMilliseconds = 2.5;

function send(
  { cloud }: Scene,
  lane: string,
  name: string,
  count: number,
  { ttl, renewTtl = true, qrEvery = 0 }: { ttl: string; renewTtl?: boolean; qrEvery?: number },
): void {
  const mapping = cloud.mappings.get(lane);
  mapping?.switch(false);
  const requestedAt = new Date(cloud.clock.wallMilliseconds()).toISOString();
  for (const { body } of creates(name, count, qrEvery)) {
    const command = { ...JSON.parse(body), requestedAt, ttl, renewTtl };
    cloud.queue(lane).send({ body: JSON.stringify(command), senderId: 'AROAEXAMPLEOFCRMROLE1:session' });
  }
  mapping?.switch(true);
}

/** Lets time pass until nothing waits for the worker any more. */
async function settle({ cloud }: Scene, lane: string): Promise<void> {
  const mapping = cloud.mappings.get(lane);
  for (let passed = 0; passed < 24 * 60; passed++) {
    await cloud.clock.runUntil(cloud.clock.wallMilliseconds() + minute);
    if (cloud.queue(lane).depth === 0 && mapping?.running === 0) return;
  }
  throw new Error(`the messages of ${lane} do not end`);
}

/** Begins the bill of a worker. @returns what ends it, with the number of items and of the requests that sent them */
function begin({ cloud, logged }: Scene, lane: string): (items: number, sends: number) => Bill {
  const bill = emptyBill();
  cloud.bill = bill;
  logged.bytes = 0;
  const mapping = cloud.mappings.get(lane);
  if (mapping === undefined) throw new Error(`the cloud has no mapping ${lane}`);
  mapping.onEnded = ({ length }, milliseconds) => {
    bill.invocations++;
    bill.lambdaMilliseconds += Math.ceil(milliseconds);
    bill.sqsRequests += 2 * inTens(length);
  };
  return (items, sends) => {
    mapping.onEnded = () => {};
    cloud.bill = emptyBill();
    bill.sqsRequests += sends;
    bill.logBytes = logged.bytes + bill.invocations * invocationLogBytes;
    const each = Object.entries(bill).map(([name, sum]) => [name, sum / items]);
    return Object.fromEntries(each) as unknown as Bill;
  };
}

function recordBytesIn({ ledger }: MeteredCloud): Lives['recordBytes'] {
  const links = [...ledger.links.values()].map((link) => itemBytes({ [pk]: linkKey(link.address), ...itemOf(link) }));
  const requests = [...ledger.answered.values()].map((one) =>
    itemBytes({ [pk]: recordKeyOf(one), ...recordVersion, ...one }),
  );
  return { link: meanOf(links), request: meanOf(requests), history: 0 };
}

const meanOf = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** Counts the log lines that functions write meanwhile, and prints none of them. */
async function captured<Result>(logged: { bytes: number }, run: () => Promise<Result>): Promise<Result> {
  const variables = { POWERTOOLS_SERVICE_NAME: 'OneLink-production', POWERTOOLS_METRICS_NAMESPACE: 'OneLinkPipeline' };
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));
  Object.assign(process.env, variables);
  for (const { stream, write } of streams) {
    stream.write = ((text: string, ...rest: never[]) => {
      if (!text.startsWith('{')) return write.call(stream, text, ...rest);
      logged.bytes += Buffer.byteLength(text) - 1 + logEventBytes;
      return true;
    }) as typeof stream.write;
  }
  try {
    return await run();
  } finally {
    for (const { stream, write } of streams) stream.write = write;
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** A count beside the use that the cost model has. Lambda's time may be less, because the model assumes a slower API. */
export interface Compared {
  what: string;
  measure: keyof UsePerItem;
  counted: number;
  priced: number;
  isSame: boolean;
}

/** Each count beside its part of the cost model (cli/cost/measured-use.ts). */
export function livesBeside(lives: Lives, pipeline: Parameters<typeof plansOf>[0]): Compared[] {
  const { plans, qr, expiry } = plansOf(pipeline);
  if (qr === undefined || expiry === undefined) throw new Error('the configuration has shares that cannot be planned');
  const [campaign] = plans.toSorted((one, other) => other.link.batchSize - one.link.batchSize);
  const useOf = (link: WorkerPlan) => useOn({ link, qr, expiry });
  const uses: [string, Bill | undefined, UsePerItem][] = plans.map(({ lane, link }) => [
    `a create on the lane ${lane}`,
    lives.backlog[lane],
    useOf(link).link,
  ]);
  if (campaign !== undefined) {
    const { qrCode, checkedEnd, certainEnd } = useOf(campaign.link);
    uses.push(['a QR code', lives.qrCode, qrCode], ['a checked end', lives.checked, checkedEnd]);
    uses.push(['a certain end', lives.certain, certainEnd]);
  }
  return uses.flatMap(([what, bill, use]) =>
    (Object.keys(use) as (keyof UsePerItem)[]).map((measure): Compared => {
      const [counted, priced] = [bill === undefined ? Number.NaN : countOf[measure](bill), use[measure]];
      const isTime = measure === 'lambdaMilliseconds';
      const isSame = isTime
        ? counted <= priced && counted >= 0.75 * priced
        : Math.abs(counted - priced) <= 0.005 + 0.03 * priced;
      return { what, measure, counted, priced, isSame };
    }),
  );
}

const countOf: Record<keyof UsePerItem, (bill: Bill) => number> = {
  lambdaMilliseconds: ({ lambdaMilliseconds }) => lambdaMilliseconds,
  lambdaRequests: ({ invocations }) => invocations,
  sqsRequests: ({ sqsRequests }) => sqsRequests,
  dynamoDbWriteUnits: ({ writeUnits }) => writeUnits,
  dynamoDbReadUnits: ({ readUnits }) => readUnits,
  snsPublishes: ({ snsPublishes }) => snsPublishes,
  s3Puts: ({ s3Puts }) => s3Puts,
  logBytes: ({ logBytes }) => logBytes,
};
