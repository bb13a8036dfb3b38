import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { CampaignFiles, FileChanged } from '../../../../lambdas/adapters/campaign-files.ts';
import { type CampaignContent, CampaignTable } from '../../../../lambdas/adapters/campaign-table.ts';
import type { CheckedRow, RowResult } from '../../../../lambdas/domain/campaign/row.ts';
import { InMemoryCampaignFiles } from '../../../world/in-memory-campaign-files.ts';
import { InMemoryCampaignTable } from '../../../world/in-memory-campaign-table.ts';
import { stillClock } from '../../../world/stillness.ts';
import { givenEngines, givenTable } from './given-engines.ts';
import { givenLostAnswers } from './given-lost-answers.ts';

const spring = { source: 'crm', name: 'spring' };
const nothing = { record: undefined, corrupt: false };

const content = (change: Partial<CampaignContent> = {}): CampaignContent => ({
  ...spring,
  drop: 1,
  file: { key: 'inbox/crm/spring.csv', etag: '"a"', bytes: 10, droppedAt: 1_000 },
  settings: {},
  lane: 'campaign',
  state: 'checking',
  check: { byte: 0, row: 0, line: 1, digestObjects: 0, done: false },
  rows: 0,
  toSend: 0,
  quotaCalls: 0,
  qrCodes: 0,
  chunks: 0,
  sent: 0,
  settled: 0,
  settledBeyond: [],
  tallies: {},
  firstFaults: [],
  faultsByRule: {},
  changedAt: 5,
  ...change,
});

/** The behaviour that the checker, the sender and operators rely on, in memory and in DynamoDB. */
describe.each<[string, () => Promise<CampaignTable | InMemoryCampaignTable>]>([
  ['in memory', async () => new InMemoryCampaignTable()],
  [
    'over DynamoDB’s wire',
    async () => {
      const { client, table } = await givenTable();
      return new CampaignTable(client, table, stillClock());
    },
  ],
])('the campaign table %s', (_, given) => {
  let campaigns: CampaignTable | InMemoryCampaignTable;
  beforeAll(async () => {
    campaigns = await given();
  });

  it('accepts a write only from a writer that has read the last revision', async () => {
    const campaign = { source: 'crm', name: 'written' };
    expect(await campaigns.read(campaign)).toEqual(nothing);
    const first = await campaigns.write(content({ ...campaign }), nothing);
    expect(first).toEqual({ ...content({ ...campaign }), v: 1, revision: 1 });
    expect(await campaigns.write(content({ ...campaign, rows: 7 }), nothing)).toBeUndefined();
    const read = await campaigns.read(campaign);
    expect(read).toEqual({ record: first, corrupt: false });
    expect(await campaigns.write(content({ ...campaign, rows: 8 }), read)).toMatchObject({ rows: 8, revision: 2 });
    expect(await campaigns.write(content({ ...campaign, rows: 9 }), read)).toBeUndefined();
    expect((await campaigns.read(campaign)).record).toMatchObject({ rows: 8, revision: 2 });
  });

  it('reads many records at once, without those that do not exist', async () => {
    const [one, two] = [
      { source: 'crm', name: 'one' },
      { source: 'crm', name: 'two' },
    ];
    await campaigns.write(content(one), nothing);
    await campaigns.write(content(two), nothing);
    const { records, corrupt } = await campaigns.readAll([one, two, { source: 'crm', name: 'three' }]);
    expect(records.map(({ name }) => name).sort()).toEqual(['one', 'two']);
    expect(corrupt).toEqual([]);
  });

  it('does an operator’s act in the states that allow it, without a revision', async () => {
    const campaign = { source: 'crm', name: 'steered' };
    const record = async () => (await campaigns.read(campaign)).record;
    expect(await campaigns.act(campaign, { act: 'pause', reason: 'typo' }, 10)).toBe(false);
    await campaigns.write(content({ ...campaign, state: 'waiting' }), nothing);
    expect(await campaigns.act(campaign, { act: 'pause', reason: 'typo', by: 'role/ops' }, 10)).toBe(true);
    const paused = { at: 10, reason: 'typo', by: 'role/ops' };
    expect(await record()).toMatchObject({ state: 'waiting', paused, changedAt: 10, revision: 2 });
    expect(await campaigns.act(campaign, { act: 'approve', by: 'role/ops' }, 11)).toBe(true);
    const approved = { approvedAt: 11, approvedBy: 'role/ops' };
    expect(await record()).toMatchObject({ state: 'sending', paused, ...approved, revision: 3 });
    expect(await campaigns.act(campaign, { act: 'approve' }, 12)).toBe(false);
    expect(await campaigns.act(campaign, { act: 'resume' }, 13)).toBe(true);
    expect(await record()).not.toHaveProperty('paused');
    expect(await campaigns.act(campaign, { act: 'cancel' }, 14)).toBe(true);
    expect((await record())?.cancelled).toEqual({ at: 14 });
    expect(await record()).toMatchObject({ state: 'cancelled', changedAt: 14, revision: 5 });
    for (const act of ['cancel', 'resume', 'approve'] as const) {
      expect(await campaigns.act(campaign, { act }, 15)).toBe(false);
    }
  });

  it('keeps who gave an order', async () => {
    const campaign = { source: 'crm', name: 'steered-by' };
    const record = async () => (await campaigns.read(campaign)).record;
    await campaigns.write(content({ ...campaign, state: 'waiting' }), nothing);
    await campaigns.act(campaign, { act: 'pause', reason: 'typo', by: 'anna' }, 10);
    await campaigns.act(campaign, { act: 'approve', by: 'ben' }, 11);
    await campaigns.act(campaign, { act: 'cancel', by: 'cara' }, 12);
    expect(await record()).toMatchObject({
      state: 'cancelled',
      paused: { at: 10, reason: 'typo', by: 'anna' },
      approvedBy: 'ben',
      cancelled: { at: 12, by: 'cara' },
    });
  });

  it('makes a writer with an older reading read again after an act', async () => {
    const campaign = { source: 'crm', name: 'raced' };
    await campaigns.write(content({ ...campaign, state: 'sending' }), nothing);
    const read = await campaigns.read(campaign);
    await campaigns.act(campaign, { act: 'cancel' }, 20);
    expect(await campaigns.write(content({ ...campaign, state: 'sending', sent: 1 }), read)).toBeUndefined();
  });

  it('lists drops, so that the end of an older drop does not hide a newer one', async () => {
    expect(await campaigns.active()).toEqual([]);
    await campaigns.unlist({ ...spring, drop: 1 });
    await campaigns.list({ ...spring, drop: 1 });
    await campaigns.list({ ...spring, drop: 1 });
    await campaigns.list({ ...spring, drop: 2 });
    await campaigns.unlist({ ...spring, drop: 1 });
    expect(await campaigns.active()).toEqual([{ ...spring, drop: 2 }]);
    await campaigns.unlist({ ...spring, drop: 2 });
    expect(await campaigns.active()).toEqual([]);
  });
});

describe('the campaign table in DynamoDB', () => {
  it('recognises its own write whose answer was lost', async () => {
    const { client, table } = await givenTable();
    const { lossy, lost } = await givenLostAnswers(client);
    const campaigns = new CampaignTable(lossy, table, stillClock());
    const written = await campaigns.write(content(), nothing);
    expect(written).toMatchObject({ revision: 1 });
    expect(await campaigns.write(content({ state: 'waiting' }), { record: written, corrupt: false })).toBeDefined();
    expect(await campaigns.act(spring, { act: 'approve' }, 9)).toBe(true);
    expect(lost()).toBe(3);
  });

  it('names a malformed record, reads the others, and lets a writer replace it', async () => {
    const { client, table } = await givenTable();
    const campaigns = new CampaignTable(client, table, stillClock());
    const other = { source: 'crm', name: 'other' };
    await client.send(
      new PutItemCommand({ TableName: table, Item: { pk: { S: 'campaign#crm/spring' }, v: { N: '9' } } }),
    );
    await campaigns.write(content(other), nothing);
    const { records, corrupt } = await campaigns.readAll([spring, other]);
    expect(records).toMatchObject([other]);
    expect(corrupt).toEqual(['crm/spring']);
    const reading = await campaigns.read(spring);
    expect(reading).toEqual({ record: undefined, corrupt: true });
    expect(await campaigns.write(content({ drop: 7 }), reading)).toMatchObject({ drop: 7, revision: 1 });
    expect((await campaigns.read(spring)).record).toMatchObject({ drop: 7 });
  });

  it('leaves out an element of the list that is no drop', async () => {
    const { client, table } = await givenTable();
    const elements = ['crm/spring/2', 'crm/spring', 'crm/spring/0', 'crm/a/b/1', '/spring/1'];
    await client.send(
      new PutItemCommand({ TableName: table, Item: { pk: { S: 'campaigns' }, active: { SS: elements } } }),
    );
    expect(await new CampaignTable(client, table, stillClock()).active()).toEqual([{ ...spring, drop: 2 }]);
  });
});

interface GivenFiles {
  files: CampaignFiles | InMemoryCampaignFiles;
  drop(key: string, content: string): Promise<void>;
}

/** The behaviour of the campaign bucket, in memory and over S3's wire. */
describe.each<[string, () => Promise<GivenFiles>]>([
  [
    'in memory',
    async () => {
      const files = new InMemoryCampaignFiles();
      return { files, drop: async (key, text) => files.drop(key, text, Date.now()) };
    },
  ],
  [
    'over S3’s wire',
    async () => {
      const { s3, bucket } = await givenEngines();
      const Bucket = await bucket('campaigns');
      const drop = async (Key: string, Body: string) => {
        await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      };
      return { files: new CampaignFiles(s3, Bucket), drop };
    },
  ],
])('the campaign bucket %s', (_, given) => {
  let files: GivenFiles['files'];
  let drop: GivenFiles['drop'];
  beforeAll(async () => {
    ({ files, drop } = await given());
  });
  const key = 'inbox/crm/spring.csv';
  const bytesOf = async (file: Parameters<typeof files.bytes>[0], from?: number) => {
    const parts: Uint8Array[] = [];
    for await (const part of files.bytes(file, from)) parts.push(part);
    return Buffer.concat(parts).toString();
  };
  const opened = async () => (await files.file(key)) ?? expect.fail('no file');

  it('reads a file from an offset on, with its size, its ETag and the second of its arrival', async () => {
    expect(await files.file('inbox/crm/none.csv')).toBeUndefined();
    const before = Date.now();
    await drop(key, 'name\r\nbärlin\r\n');
    const file = await opened();
    expect(file).toMatchObject({ key, bytes: 15, etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) });
    expect(file.droppedAt % 1_000).toBe(0);
    expect(Math.abs(file.droppedAt - before)).toBeLessThan(10_000);
    expect(await bytesOf(file)).toBe('name\r\nbärlin\r\n');
    expect(await bytesOf(file, 6)).toBe('bärlin\r\n');
    expect(await bytesOf(file, 15)).toBe('');
  });

  it('reads nothing from an empty file', async () => {
    await drop(key, '');
    expect(await bytesOf(await opened())).toBe('');
  });

  it.each([
    ['of the same length', 'name\r\nPARIS\r\n'],
    ['that is shorter', 'n'],
  ])('stops at a file %s', async (_words, other) => {
    await drop(key, 'name\r\nparis\r\n');
    const file = await opened();
    await drop(key, other);
    await expect(bytesOf(file, 6)).rejects.toThrow(FileChanged);
  });

  it('reads the settings beside a file, and refuses to read large ones', async () => {
    expect(await files.settings(spring)).toBeUndefined();
    await drop('inbox/crm/spring.campaign.json', '{"lane":"campaign"}');
    expect(await files.settings(spring)).toEqual({ text: '{"lane":"campaign"}' });
    await drop('inbox/crm/spring.campaign.json', ' '.repeat(64 * 1024 + 1));
    expect(await files.settings(spring)).toBe('too-large');
  });

  it('keeps chunks, results, rejected rows and digests, apart by drop and number', async () => {
    const row: CheckedRow = {
      row: 1,
      line: 2,
      cells: ['bär'],
      check: 'send',
      requestId: 'spring/1',
      command: { a: 1 },
    };
    const faults = [{ path: 'name', rule: 'empty', message: 'is empty' }];
    const rejected: CheckedRow = { row: 2, line: 3, cells: [''], check: 'rejected', faults };
    const result: RowResult = { row: 1, line: 2, cells: ['bär'], status: 'created', shortUrl: 'https://x.example/a' };
    await files.putChunk(spring, 1, 1, [row, rejected]);
    await files.putChunk(spring, 2, 1, [row]);
    await files.putChunkResult(spring, 1, 1, [result]);
    await files.putRejected(spring, 1, 1, [rejected]);
    await files.putRejected(spring, 1, 2, []);
    await files.putDigests(spring, 1, 1, new Uint8Array([0, 255, 10]));
    expect(await files.chunk(spring, 1, 1)).toEqual([row, rejected]);
    expect(await files.chunk(spring, 2, 1)).toEqual([row]);
    expect(await files.chunkResult(spring, 1, 1)).toEqual([result]);
    expect(await files.rejected(spring, 1, 1)).toEqual([rejected]);
    expect(await files.rejected(spring, 1, 2)).toEqual([]);
    expect([...(await files.digests(spring, 1, 1))]).toEqual([0, 255, 10]);
    await expect(files.chunk(spring, 1, 2)).rejects.toThrow('has no work/crm/spring/1/chunk-0000002.ndjson');
    await expect(files.digests(spring, 1, 2)).rejects.toThrow('has no work/crm/spring/1/digests-0000002.bin');
  });

  it('uploads an object from its parts, whole or not at all, and lists the results', async () => {
    async function* parts(fails = false) {
      yield 'a,b\r\n';
      yield 'ä,1\r\n';
      if (fails) throw new Error('the test ends the upload here');
    }
    await files.upload('results/crm/spring.csv', parts(), 'text/csv; charset=utf-8');
    await expect(files.upload('results/crm/broken.csv', parts(true), 'text/csv')).rejects.toThrow('the test ends');
    await files.upload('results/crm2/other.csv', parts(), 'text/csv');
    const keys = async (source?: string) => {
      const found: string[] = [];
      for await (const one of files.results(source)) found.push(`${one.key} ${one.bytes}`);
      return found;
    };
    expect(await keys('crm')).toEqual(['results/crm/spring.csv 11']);
    expect(await keys()).toEqual(['results/crm/spring.csv 11', 'results/crm2/other.csv 11']);
  });
});
