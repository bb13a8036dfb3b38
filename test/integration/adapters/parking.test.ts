import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { ParkedStore } from '../../../lambdas/adapters/parked-store.ts';
import { ReplayQueue } from '../../../lambdas/adapters/replay-queue.ts';
import type { ParkedCommand } from '../../../lambdas/domain/parked-command.ts';
import { givenEngines } from './given-engines.ts';

const engines = await givenEngines();
const parkedAt = Date.parse('2026-03-09T10:15:30.123Z');

const command = (requestId: string, change: Partial<ParkedCommand> = {}): ParkedCommand => ({
  v: 1,
  lane: 'campaign',
  messageId: `m-${requestId}`,
  sentAtMilliseconds: 1_773_000_000_000,
  receiveCount: 1,
  parkedAtMilliseconds: parkedAt,
  source: 'crm',
  requestId,
  body: JSON.stringify({ requestId }),
  ...change,
});

async function lotsOf(store: ParkedStore, lane: string) {
  const lots = [];
  for await (const lot of store.lots(lane)) lots.push(lot);
  return lots;
}

describe('the parked store', () => {
  it('keeps commands in lots that sort by time and tell how much they hold', async () => {
    const bucket = await engines.bucket('parked');
    const store = new ParkedStore(engines.s3, bucket);
    await Promise.all(['a', 'b', 'c'].map((requestId) => store.add(command(requestId))));
    await store.add(command('earlier', { parkedAtMilliseconds: parkedAt - 86_400_000, receiveCount: 3 }));
    await store.add(command('other', { lane: 'transactional' }));
    const lots = await lotsOf(store, 'campaign');
    expect(lots.map(({ commands, parkedAtMilliseconds }) => [commands, parkedAtMilliseconds])).toEqual([
      [1, parkedAt - 86_400_000],
      [3, parkedAt],
    ]);
    expect(lots[1]?.key).toMatch(/^parked\/campaign\/20260309T101530123Z-3-[0-9a-f]{32}\.ndjson$/);
    expect(await store.read(lots[0] ?? { key: '' })).toEqual([
      command('earlier', { parkedAtMilliseconds: parkedAt - 86_400_000, receiveCount: 3 }),
    ]);
    expect((await store.read(lots[1] ?? { key: '' })).map(({ requestId }) => requestId)).toEqual(['a', 'b', 'c']);

    for (const lot of lots) await store.remove(lot);
    expect(await lotsOf(store, 'campaign')).toEqual([]);
    // Another replayer was quicker.
    expect(await store.read(lots[0] ?? { key: '' })).toEqual([]);
    expect((await engines.s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(1);
  });

  it('writes no line that nobody could read', async () => {
    const bucket = await engines.bucket('unreadable');
    const store = new ParkedStore(engines.s3, bucket);
    await expect(store.add(command('a', { sentAtMilliseconds: Number.NaN }))).rejects.toThrow(
      'the line to park is no parked command of version 1',
    );
    expect((await engines.s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(0);
  });

  it('lists more than a page', async () => {
    const bucket = await engines.bucket('pages');
    const store = new ParkedStore(engines.s3, bucket);
    const times = Array.from({ length: 1_050 }, (_, index) => parkedAt + index);
    const name = (time: number) => new Date(time).toISOString().replaceAll(/[-:.]/g, '');
    await Promise.all(
      times.map((time) =>
        engines.s3.send(
          new PutObjectCommand({ Bucket: bucket, Key: `parked/campaign/${name(time)}-2-00.ndjson`, Body: '' }),
        ),
      ),
    );
    expect((await lotsOf(store, 'campaign')).map((lot) => lot.parkedAtMilliseconds)).toEqual(times);
  });

  it('refuses a line of a version that it does not know, and says which: it must not be lost in silence', async () => {
    const bucket = await engines.bucket('versions');
    const key = 'parked/campaign/20260309T101530123Z-1-00.ndjson';
    const Body = `${JSON.stringify({ ...command('a'), v: 2 })}\n`;
    await engines.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
    await expect(new ParkedStore(engines.s3, bucket).read({ key })).rejects.toThrow(
      `${key}: line 1 is no parked command of version 1`,
    );
  });
});

describe('the replay queue', () => {
  it('sends commands back as the messages that they were', async () => {
    const url = await engines.queue('replay');
    const queue = new ReplayQueue(engines.sqs);
    const sent = Array.from({ length: 23 }, (_, index) => command(`r-${index}`, { receiveCount: index }));
    await queue.send(url, sent);
    expect(await queue.depth(url)).toBe(23);
    const received = await engines.drain(url);
    expect(received.map(({ body }) => body).sort()).toEqual(sent.map(({ body }) => body).sort());
    expect(received.find(({ body }) => body.includes('"r-7"'))?.attributes).toEqual({
      OriginalMessageId: 'm-r-7',
      OriginalSentTimestamp: '1773000000000',
      OriginalReceiveCount: '7',
    });
  });

  it('sends long ones in as many requests as it takes', async () => {
    const url = await engines.queue('long');
    const body = 'x'.repeat(300_000);
    await new ReplayQueue(engines.sqs).send(
      url,
      ['a', 'b', 'c', 'd'].map((id) => command(id, { body })),
    );
    expect(await engines.drain(url)).toHaveLength(4);
  });
});
