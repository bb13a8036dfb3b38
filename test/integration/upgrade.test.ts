import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { producerKey } from '../../cli/pipeline/local-senders.ts';
import { isRecording, record } from '../world/release-record.ts';
import {
  knownPart,
  type ReleasedState,
  releasedCommands,
  releasedSecret,
  releasedState,
} from '../world/release-state.ts';
import { messagesOf, runningPipeline } from '../world/running-pipeline.ts';

const { command, creates, removal, parked } = releasedCommands;
const csv = 'pid;c;af_sub1\r\nsms;spring;1\r\nsms;spring;2\r\nsms;spring;3\r\n';
const settings = { template: 'A1b3', lane: 'campaign' };

type Pipeline = Awaited<ReturnType<typeof runningPipeline>>;
const reserve = (pipeline: Pipeline, quotaRemaining: number) => pipeline.api.control.changeSettings({ quotaRemaining });
/** The tests share two cores with others. */
const patience = { timeout: 300_000, interval: 500 };
const govern = (pipeline: Pipeline) =>
  vi.waitUntil(async () => (await pipeline.run('Governor')) === 'succeeded', patience);
const inCampaign = (commands: readonly object[]) =>
  messagesOf(commands).map((message) => ({ ...message, lane: 'campaign' }));

/** Commands in the parked lots of an archive. */
const parkedIn = (objects: ReadonlyMap<string, Buffer>) =>
  [...objects]
    .filter(([key]) => key.startsWith('parked/'))
    .reduce((sum, [, lot]) => sum + lot.toString().trim().split('\n').length, 0);

/** Makes one of each record that outlives a release: links, requests, a tombstone, parked lots, an unfinished campaign. */
async function leave(): Promise<ReleasedState> {
  const pipeline = await runningPipeline({ linkIdSecret: releasedSecret });
  try {
    const made = await pipeline.sendAndAwait(messagesOf(creates), 300);
    const gone = await pipeline.sendAndAwait(messagesOf([removal]), 300);
    reserve(pipeline, 10);
    await govern(pipeline);
    await pipeline.send(
      'campaign',
      inCampaign(parked),
      ({ source }) => source,
      () => {},
    );
    await vi.waitUntil(async () => parkedIn(await pipeline.objects('ArchiveBucketName')) === parked.length, patience);
    const s3 = new S3Client({ ...pipeline.cloud.clientConfig('s3', producerKey('crm')), forcePathStyle: true });
    const Bucket = pipeline.outputs.CampaignBucketName;
    await s3.send(
      new PutObjectCommand({ Bucket, Key: 'inbox/crm/spring.campaign.json', Body: JSON.stringify(settings) }),
    );
    await s3.send(new PutObjectCommand({ Bucket, Key: 'inbox/crm/spring.csv', Body: csv }));
    // It would touch the lane's reserve, so it waits for approval. Then it waits for quota.
    const approved = () => pipeline.campaigns.act({ source: 'crm', name: 'spring' }, { act: 'approve' }, Date.now());
    await vi.waitUntil(approved, patience);
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

let pipeline: Pipeline;
let left: ReleasedState;

beforeAll(async () => {
  if (isRecording) record('state', await leave());
  left = releasedState();
  pipeline = await runningPipeline({ linkIdSecret: releasedSecret });
  pipeline.api.control.preload(left.links);
  await pipeline.takeUp(left);
}, 900_000);
afterAll(() => pipeline?.stop());

describe('this release, on what the release before has left', () => {
  it('reads its control record, and does not make a new one', async () => {
    const before = left.items.find(({ pk }) => pk === 'control');
    await govern(pipeline);
    const after = (await pipeline.ledger()).get('control');
    expect(Number(after?.revision)).toBeGreaterThan(Number(before?.revision));
    // It was parking there, and so it opens. In a record that the governor makes anew, it would only be open.
    expect(after?.lanes).toMatchObject({ campaign: { state: 'open', openedAt: expect.any(Number) } });
    expect(await pipeline.logs()).not.toContain('the control record was lost');
  });

  it('answers each repeat with the recorded outcome, without a call', async () => {
    const answered = await pipeline.sendAndAwait(messagesOf([...creates, removal]), 300);
    expect(answered.map(({ answer }) => knownPart(answer)).toSorted()).toEqual(left.outcomes.map(knownPart).toSorted());
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
      300,
    );
    expect(answered.map(({ answer }) => answer?.outcome)).toEqual(['updated', 'superseded']);
  });

  it('replays its parked commands, and finishes its campaign, once there is quota', async () => {
    reserve(pipeline, 5_000_000);
    await govern(pipeline);
    await vi.waitUntil(
      async () => (await pipeline.ledger()).get('campaign#crm/spring')?.state === 'finished',
      patience,
    );
    await vi.waitUntil(async () => {
      const records = await pipeline.ledger();
      return parked.every(({ requestId }) => records.has(`request#crm/${requestId}`));
    }, patience);
    const results = (await pipeline.left()).objects.CampaignBucketName['results/crm/spring.csv'] ?? '';
    expect(results.match(/https:\/\/acme\.onelink\.me\/A1b3\//g)).toHaveLength(3);
    expect(pipeline.api.control.stats().links.made).toBe(5);
  }, 650_000);

  it('checks the end of a link of that release', async () => {
    await pipeline.expireInLedger('A1b3/poster');
    const [renewed] = await pipeline.awaitLinkOutcomes(1, 300);
    expect(renewed).toMatchObject({ outcome: 'renewed', requestId: 'chosen' });
  }, 350_000);
});
