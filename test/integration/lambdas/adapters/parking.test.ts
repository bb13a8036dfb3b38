import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { type SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { ParkedStore } from '../../../../lambdas/adapters/parked-store.ts';
import { QuarantineStore } from '../../../../lambdas/adapters/quarantine-store.ts';
import { ReplayQueue } from '../../../../lambdas/adapters/replay-queue.ts';
import type { ParkedCommand } from '../../../../lambdas/domain/contract/parked-command.ts';
import { makePicky } from '../../../world/picky-messages.ts';
import { givenEngines } from './given-engines.ts';

const engines = await givenEngines();
const deadline = { remainingMilliseconds: () => 60_000 };
const slept: number[] = [];
const clock = { sleep: async (milliseconds: number) => void slept.push(milliseconds) };
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
  it('keeps commands in lots whose names sort by time and contain the number of commands', async () => {
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
    expect(await store.read(lots[0] ?? { key: '' })).toEqual({
      commands: [command('earlier', { parkedAtMilliseconds: parkedAt - 86_400_000, receiveCount: 3 })],
      unreadable: [],
    });
    expect((await store.read(lots[1] ?? { key: '' })).commands.map(({ requestId }) => requestId)).toEqual([
      'a',
      'b',
      'c',
    ]);

    for (const lot of lots) await store.remove(lot);
    expect(await lotsOf(store, 'campaign')).toEqual([]);
    // Another replayer has removed it.
    expect(await store.read(lots[0] ?? { key: '' })).toEqual({ commands: [], unreadable: [] });
    expect((await engines.s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(1);
  });

  it('refuses to write an unreadable line', async () => {
    const bucket = await engines.bucket('unreadable');
    const store = new ParkedStore(engines.s3, bucket);
    await expect(store.add(command('a', { sentAtMilliseconds: Number.NaN }))).rejects.toThrow(
      'the line to park is not a parked command of version 1',
    );
    expect((await engines.s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(0);
  });

  it('lists more lots than a page', async () => {
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

  it('separates unreadable lines from the commands beside them', async () => {
    const bucket = await engines.bucket('versions');
    const key = 'parked/campaign/20260309T101530123Z-1-00.ndjson';
    const broken = [
      JSON.stringify({ ...command('a'), v: 2 }),
      JSON.stringify({ ...command('a'), sentAtMilliseconds: null }),
      '{"v":1,',
      '\u001f\u008b trash',
    ];
    const Body = [...broken, JSON.stringify(command('b'))].map((line) => `${line}\n`).join('');
    await engines.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
    expect(await new ParkedStore(engines.s3, bucket).read({ key })).toEqual({
      commands: [command('b')],
      unreadable: broken,
    });
  });

  it('lists other systems’ objects too, so that none stays unnoticed', async () => {
    const bucket = await engines.bucket('strays');
    await engines.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'parked/campaign/notes.txt', Body: 'x' }));
    expect(await lotsOf(new ParkedStore(engines.s3, bucket), 'campaign')).toMatchObject([
      { key: 'parked/campaign/notes.txt', commands: 1, bytes: 1 },
    ]);
  });
});

describe('the quarantine', () => {
  it('keeps a lot byte for byte, and repeated lines once', async () => {
    const bucket = await engines.bucket('quarantine');
    const store = new QuarantineStore(engines.s3, bucket);
    const lot = 'parked/campaign/a b/ü.ndjson';
    const trash = new Uint8Array([0x1f, 0x8b, 0xff, 0x00, 0xfe]);
    await engines.s3.send(new PutObjectCommand({ Bucket: bucket, Key: lot, Body: trash }));
    for (const _ of [1, 2]) {
      await store.keepLot('campaign', lot);
      await store.keepLines('campaign', 'parked/campaign/1.ndjson', 'refused', ['{"a":1}', '{"b":2}']);
    }
    const objects = [];
    for await (const object of store.objects()) objects.push(object);
    expect(objects).toMatchObject([
      { lane: 'campaign', reason: 'refused', bytes: 16 },
      { key: 'quarantine/campaign/unreadable/a b/ü.ndjson', lane: 'campaign', reason: 'unreadable', bytes: 5 },
    ]);
    expect(await store.lines(objects[0]?.key ?? '')).toEqual(['{"a":1}', '{"b":2}']);
    const copy = await engines.s3.send(new GetObjectCommand({ Bucket: bucket, Key: objects[1]?.key }));
    expect(await copy.Body?.transformToByteArray()).toEqual(trash);
    await store.remove(objects[0]?.key ?? '');
    expect(await store.lines(objects[0]?.key ?? '')).toBeUndefined();
    // Another replayer has removed it.
    await store.keepLot('campaign', 'parked/campaign/gone.ndjson');
  });
});

describe('the replay queue', () => {
  it('sends commands back as their original messages', async () => {
    const url = await engines.queue('replay');
    const queue = new ReplayQueue(engines.sqs, clock);
    const sent = Array.from({ length: 23 }, (_, index) => command(`r-${index}`, { receiveCount: index }));
    expect(await queue.send(url, sent, deadline)).toEqual([]);
    expect(await queue.depth(url)).toBe(23);
    const received = await engines.drain(url);
    expect(received.map(({ body }) => body).sort()).toEqual(sent.map(({ body }) => body).sort());
    expect(received.find(({ body }) => body.includes('"r-7"'))?.attributes).toEqual({
      OriginalMessageId: 'm-r-7',
      OriginalSentTimestamp: '1773000000000',
      OriginalReceiveCount: '7',
      FirstSender: 'source:crm',
    });
  });

  it('passes on the first sender and the message group of each command', async () => {
    const sent: unknown[] = [];
    const send = async ({ input: { Entries = [] } }: SendMessageBatchCommand) => {
      sent.push(
        ...Entries.map(({ MessageGroupId, MessageAttributes }) => [MessageGroupId, MessageAttributes?.FirstSender]),
      );
      return {};
    };
    const commands = [command('a', { sender: 'AROAEXAMPLEOFACRMROLE', groupId: 'tenant-7' }), command('b')];
    await new ReplayQueue({ send } as unknown as SQSClient, clock).send('http://queue', commands, deadline);
    expect(sent).toEqual([
      ['tenant-7', { DataType: 'String', StringValue: 'AROAEXAMPLEOFACRMROLE' }],
      // A version that did not ask for the sender had accepted this one as its source's.
      [undefined, { DataType: 'String', StringValue: 'source:crm' }],
    ]);
  });

  it('splits long commands over several requests', async () => {
    const url = await engines.queue('long');
    const body = 'x'.repeat(300_000);
    await new ReplayQueue(engines.sqs, clock).send(
      url,
      ['a', 'b', 'c', 'd'].map((id) => command(id, { body })),
      deadline,
    );
    expect(await engines.drain(url)).toHaveLength(4);
  });

  it('sends the others if SQS refuses one as invalid', async () => {
    const url = await engines.queue('one-refused');
    const tooLong = command('b', { body: 'x'.repeat(1024 * 1024) });
    const refused = await new ReplayQueue(engines.sqs, clock).send(
      url,
      [command('a'), tooLong, command('c')],
      deadline,
    );
    expect(refused).toEqual([tooLong]);
    expect((await engines.drain(url)).map(({ body }) => body)).toEqual(['{"requestId":"a"}', '{"requestId":"c"}']);
  });

  it('escapes raw characters that an earlier version has parked', async () => {
    for (const on of ['refuse', 'replace'] as const) {
      const url = await engines.queue(`raw-${on}`);
      const sqs = new SQSClient({ ...engines.settings, useQueueUrlAsEndpoint: false });
      makePicky(sqs, on);
      await new ReplayQueue(sqs, clock).send(url, [command('a', { body: '{"x":"a\uffff"}' })], deadline);
      expect((await engines.drain(url)).map(({ body }) => body)).toEqual(['{"x":"a\\uffff"}']);
    }
  });

  it('finds the message for which SQS refuses the whole request', async () => {
    const sent: string[] = [];
    const send = async ({ input: { Entries = [] } }: SendMessageBatchCommand) => {
      const bodies = Entries.map(({ MessageBody = '' }) => MessageBody);
      if (bodies.includes('bad')) throw Object.assign(new Error('no'), { name: 'InvalidMessageContents' });
      sent.push(...bodies);
      return {};
    };
    const commands = ['a', 'bad', 'c'].map((body) => command(body, { body }));
    const queue = new ReplayQueue({ send } as unknown as SQSClient, clock);
    expect((await queue.send('u', commands, deadline)).map(({ body }) => body)).toEqual(['bad']);
    expect(sent).toEqual(['a', 'c']);
  });

  /** An SQS that fails these bodies this often. */
  const failing = (times: Record<string, number>) => {
    const sent: string[] = [];
    const send = async ({ input: { Entries = [] } }: SendMessageBatchCommand) => {
      const Failed: { Id: string; Code: string; SenderFault: boolean }[] = [];
      for (const { Id = '', MessageBody = '' } of Entries) {
        const left = times[MessageBody] ?? 0;
        times[MessageBody] = left - 1;
        if (left > 0) Failed.push({ Id, Code: 'InternalError', SenderFault: false });
        else sent.push(MessageBody);
      }
      return { Failed };
    };
    return { sent, sqs: { send } as unknown as SQSClient };
  };

  it('sends an entry up to five times if SQS does not accept it, and then returns it as refused', async () => {
    slept.length = 0;
    const { sent, sqs } = failing({ b: 4, c: 1_000 });
    const commands = ['a', 'b', 'c'].map((body) => command(body, { body }));
    const refused = await new ReplayQueue(sqs, clock).send('u', commands, deadline);
    expect(refused.map(({ body }) => body)).toEqual(['c']);
    expect(sent).toEqual(['a', 'b']);
    expect(slept).toEqual([200, 400, 800, 1_600]);
  });

  it('refuses no command when SQS accepts none, and waits no longer than the remaining time', async () => {
    slept.length = 0;
    const { sqs } = failing({ a: 1_000, b: 1_000 });
    const commands = ['a', 'b'].map((body) => command(body, { body }));
    let remaining = 5_300;
    const sleep = async (milliseconds: number) => {
      slept.push(milliseconds);
      remaining -= milliseconds;
    };
    const ending = { remainingMilliseconds: () => remaining };
    await expect(new ReplayQueue(sqs, { sleep }).send('u', commands, ending)).rejects.toThrow(
      'SQS accepted none of 2 messages',
    );
    expect(slept).toEqual([200, 100]);
  });
});
