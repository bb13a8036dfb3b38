import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { producerKey } from '../../cli/pipeline/local-senders.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import { isRecording, record, released } from '../world/release-record.ts';
import { type LeftState, messagesOf, runningPipeline } from '../world/running-pipeline.ts';

/** Of the fixture, and of nothing else. */
const linkIdSecret = 'a secret of the test, long enough to derive link IDs with';

const command = {
  specVersion: '1.0',
  source: 'product',
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'print', c: 'posters' },
  requestedAt: '2026-03-01T10:00:00Z',
};
const derived = { ...command, requestId: 'derived' };
const chosen = { ...command, requestId: 'chosen', shortlinkId: 'poster', qr: {} };
const deleted = { ...command, requestId: 'deleted', shortlinkId: 'flyer' };
const { data: _, ...change } = command;
const removal = {
  ...change,
  requestId: 'removal',
  action: 'delete',
  shortlinkId: 'flyer',
  requestedAt: '2026-03-01T11:00:00Z',
};
const parked = ['parked-1', 'parked-2'].map((requestId) => ({ ...command, source: 'crm', requestId }));
const csv = 'pid;c;af_sub1\r\nsms;spring;1\r\nsms;spring;2\r\nsms;spring;3\r\n';
const settings = { template: 'A1b3', lane: 'campaign' };

interface Left extends LeftState {
  /** Epoch milliseconds at which it was recorded. */
  readonly at: number;
  readonly links: readonly {
    onelinkId: string;
    shortlinkId: string;
    data: Record<string, string>;
    ttl: string;
    expiry: string;
  }[];
  readonly outcomes: readonly Outcome[];
}

type Pipeline = Awaited<ReturnType<typeof runningPipeline>>;
const reserve = (pipeline: Pipeline, quotaRemaining: number) => pipeline.api.control.changeSettings({ quotaRemaining });
const govern = (pipeline: Pipeline) =>
  vi.waitUntil(async () => (await pipeline.run('Governor')) === 'succeeded', { timeout: 60_000 });
const inCampaign = (commands: readonly object[]) =>
  messagesOf(commands).map((message) => ({ ...message, lane: 'campaign' }));

/** Makes one of each record that outlives a release: links, requests, a tombstone, parked lots, an unfinished campaign. */
async function leave(): Promise<Left> {
  const pipeline = await runningPipeline({ linkIdSecret });
  try {
    const made = await pipeline.sendAndAwait(messagesOf([derived, chosen, deleted]), 120);
    const gone = await pipeline.sendAndAwait(messagesOf([removal]), 120);
    reserve(pipeline, 10);
    await govern(pipeline);
    await pipeline.sendAndAwait(inCampaign(parked), 120);
    const s3 = new S3Client({ ...pipeline.cloud.clientConfig('s3', producerKey('crm')), forcePathStyle: true });
    const Bucket = pipeline.outputs.CampaignBucketName;
    await s3.send(
      new PutObjectCommand({ Bucket, Key: 'inbox/crm/spring.campaign.json', Body: JSON.stringify(settings) }),
    );
    await s3.send(new PutObjectCommand({ Bucket, Key: 'inbox/crm/spring.csv', Body: csv }));
    await vi.waitUntil(async () => (await pipeline.ledger()).get('campaign#crm/spring')?.state === 'sending', {
      timeout: 120_000,
      interval: 500,
    });
    const links = [...pipeline.api.control.links()].map(({ onelinkId, shortlinkId, payload, expiry }) => ({
      onelinkId,
      shortlinkId,
      data: payload as Record<string, string>,
      ttl: '31d',
      expiry,
    }));
    const outcomes = [...made, ...gone].flatMap(({ answer }) => answer ?? []);
    return { at: Date.now(), links, outcomes, ...(await pipeline.left()) };
  } finally {
    await pipeline.stop();
  }
}

/** The same records, as if they had been written now: times that end something move on, or everything would have ended. */
function nowFrom({ at, items, ...left }: Left): Left {
  const later = Math.round((Date.now() - at) / 1000);
  const moved = (value: unknown, name = ''): unknown => {
    if (typeof value === 'number' && /^(?:linkE|e)xpiresAt$|^until$/.test(name)) return value + later;
    if (Array.isArray(value)) return value.map((one) => moved(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, moved(one, key)]));
  };
  const links = left.links.map((link) => ({
    ...link,
    expiry: new Date(Date.parse(link.expiry) + later * 1000).toISOString(),
  }));
  return { ...left, at, links, items: items.map((item) => moved(item) as Record<string, unknown>) };
}

let pipeline: Pipeline;
let left: Left;

beforeAll(async () => {
  if (isRecording) record('state', await leave());
  left = nowFrom(released<Left>('state'));
  pipeline = await runningPipeline({ linkIdSecret });
  pipeline.api.control.preload(left.links);
  await pipeline.takeUp(left);
}, 600_000);
afterAll(() => pipeline?.stop());

describe('this release, on what the release before has left', () => {
  it('reads its control record, and does not make a new one', async () => {
    const before = left.items.find(({ pk }) => pk === 'control');
    await govern(pipeline);
    const after = (await pipeline.ledger()).get('control');
    expect(Number(after?.revision)).toBeGreaterThan(Number(before?.revision));
    expect(await pipeline.metrics()).not.toHaveProperty('ControlRebuilt');
  });

  it('answers each repeat with the recorded outcome, without a call', async () => {
    const answered = await pipeline.sendAndAwait(messagesOf([derived, chosen, deleted, removal]), 120);
    const known = (outcome: Outcome | undefined) => [
      outcome?.requestId,
      outcome?.outcome,
      outcome?.outcomeId,
      outcome?.link,
    ];
    expect(answered.map(({ answer }) => known(answer)).toSorted()).toEqual(left.outcomes.map(known).toSorted());
    expect(answered.every(({ answer }) => answer?.repeat)).toBe(true);
    expect(pipeline.api.control.stats().links.made).toBe(0);
  });

  it('changes a link of that release, and leaves its tombstones alone', async () => {
    const update = {
      ...command,
      requestId: 'update',
      action: 'update',
      shortlinkId: 'poster',
      data: { pid: 'print', c: 'again' },
    };
    const late = { ...update, requestId: 'late', shortlinkId: 'flyer', requestedAt: '2026-03-01T10:30:00Z' };
    const answered = await pipeline.sendAndAwait(
      messagesOf([{ ...update, requestedAt: '2026-03-02T10:00:00Z' }, late]),
      120,
    );
    expect(answered.map(({ answer }) => answer?.outcome)).toEqual(['updated', 'superseded']);
  });

  it('replays its parked commands, and finishes its campaign, once there is quota', async () => {
    reserve(pipeline, 5_000_000);
    await govern(pipeline);
    await vi.waitUntil(async () => (await pipeline.ledger()).get('campaign#crm/spring')?.state === 'finished', {
      timeout: 240_000,
      interval: 500,
    });
    await vi.waitUntil(
      async () => {
        const records = await pipeline.ledger();
        return parked.every(({ requestId }) => records.has(`request#crm/${requestId}`));
      },
      { timeout: 120_000, interval: 500 },
    );
    const results = (await pipeline.left()).objects.CampaignBucketName['results/crm/spring.csv'] ?? '';
    expect(results.match(/https:\/\/acme\.onelink\.me\/A1b3\//g)).toHaveLength(3);
    expect(pipeline.api.control.stats().links.made).toBe(5);
  }, 400_000);

  it('checks the end of a link of that release', async () => {
    await pipeline.expireInLedger('A1b3/poster');
    const [renewed] = await pipeline.awaitLinkOutcomes(1, 120);
    expect(renewed).toMatchObject({ outcome: 'renewed', requestId: 'chosen' });
  }, 150_000);
});
