import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkStranded } from '../../../cli/commands/doctor/doctor.ts';
import { strandedLanes } from '../../../cli/pipeline/archive/parked-lots.ts';
import { searchQuarantine } from '../../../cli/pipeline/story/archive-search.ts';
import { ParkedStore } from '../../../lambdas/adapters/parked-store.ts';
import { QuarantineStore } from '../../../lambdas/adapters/quarantine-store.ts';
import type { ParkedCommand } from '../../../lambdas/domain/contract/parked-command.ts';
import { quarantineActs } from '../../../lambdas/operations/quarantine.ts';
import { givenEngines } from '../lambdas/adapters/given-engines.ts';
import { givenStack } from './given-stack.ts';

const { s3, bucket: makeBucket, settings } = await givenEngines();
let buckets = 0;
let bucket = '';

const acts = () => quarantineActs({ quarantine: new QuarantineStore(s3, bucket), parked: new ParkedStore(s3, bucket) });
const onelink = await givenStack('Here', () => ({ ArchiveBucketName: bucket }), {
  'quarantine-release': (act, context) => acts()['quarantine-release'](act, context),
  'quarantine-drop': (act, context) => acts()['quarantine-drop'](act, context),
});
process.env.AWS_ENDPOINT_URL_S3 = settings.endpoint;

const command: ParkedCommand = {
  v: 1,
  lane: 'campaign',
  messageId: 'm-1',
  sentAtMilliseconds: 5,
  receiveCount: 1,
  parkedAtMilliseconds: Date.parse('2026-03-09T10:15:30Z'),
  source: 'crm',
  requestId: 'r-1',
  body: '{"source":"crm","requestId":"r-1","action":"create","data":{"pid":"secret-pid"}}',
};
const sound = JSON.stringify(command);
const cutOff = JSON.stringify({ ...command, requestId: 'r-2' }).slice(0, -30);
const timeless = JSON.stringify({ ...command, requestId: 'r-3', sentAtMilliseconds: null, body: '{}' });
const later = JSON.stringify({ ...command, v: 2 });
const lot = 'quarantine/campaign/unreadable/20260309T101530000Z-5-0a1b.ndjson';

const put = (key: string, ...lines: string[]) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: lines.map((line) => `${line}\n`).join('') }));
async function keys(prefix = ''): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Contents.map(({ Key = '' }) => Key);
}

beforeEach(async () => {
  bucket = await makeBucket(`archive-${++buckets}`);
});

describe('quarantine', () => {
  test('list names the objects in quarantine, or those of one lane', async () => {
    await put(lot, 'trash');
    await put('quarantine/transactional/refused/lot', sound);
    const { code, out } = await onelink('quarantine', 'list', '--json');
    expect(out.map((line) => JSON.parse(line))).toMatchObject([
      { key: lot, lane: 'campaign', reason: 'unreadable', bytes: 6 },
      { lane: 'transactional', reason: 'refused' },
    ]);
    expect(code).toBe(0);
    expect((await onelink('quarantine', 'list', '--lane', 'campaign')).out).toHaveLength(1);
    await put('parked/campaign/not-in-quarantine', sound);
    expect((await onelink('quarantine', 'list', '--lane', 'nope')).out).toEqual(['nothing is in quarantine']);
  });

  test('show prints the request and the fault of each line, and no value of a link', async () => {
    await put(lot, 'trash', cutOff, timeless, later, sound);
    const { code, out } = await onelink('quarantine', 'show', lot);
    expect(out).toEqual([
      'line  bytes  source  requestId  action  messageId  what is wrong',
      '1  5  ?  ?  ?  ?  is not a JSON object: cut off, or not written by a worker',
      `2  ${cutOff.length}  crm  r-2  ?  m-1  is not a JSON object: cut off, or not written by a worker`,
      `3  ${timeless.length}  crm  r-3  ?  m-1  has no valid sentAtMilliseconds: release repairs it`,
      `4  ${later.length}  crm  r-1  create  m-1  has version 2, which this release cannot read`,
      `5  ${sound.length}  crm  r-1  create  m-1  can be read: release parks it again`,
    ]);
    expect(code).toBe(0);
    await put('quarantine/campaign/refused/lot', sound);
    const refused = await onelink('quarantine', 'show', 'quarantine/campaign/refused/lot', '--json');
    expect(JSON.parse(refused.out[0] ?? '')).toMatchObject({
      why: 'the lane’s queue refused it: release sends it again',
    });
  });

  test('release parks the readable lines again, keeps the rest, and prints how to delete it', async () => {
    await put(lot, 'trash', sound);
    const { code, out, err } = await onelink('quarantine', 'release', lot);
    expect(out).toEqual(['1 parked again, 1 unreadable line left in quarantine']);
    expect(err).toEqual([
      'To find the rest, run: onelink quarantine list. To delete it, run: onelink quarantine release KEY --drop',
    ]);
    expect(code).toBe(1);
    expect(await keys('parked/campaign/')).toEqual([expect.stringMatching(/20260309T101530000Z-1-/)]);
    expect(await keys('quarantine/')).toEqual([expect.stringMatching(/^quarantine\/campaign\/unreadable\/rest\./)]);
  });

  test('release --drop deletes an object only after a confirmation', async () => {
    await put(lot, 'trash');
    const unasked = await onelink('quarantine', 'release', lot, '--drop');
    const noTerminal = 'The input is not a terminal. To delete without a confirmation, add --yes. Nothing was deleted.';
    expect(unasked).toEqual({ code: 2, out: [], err: [noTerminal] });
    expect(await keys()).toEqual([lot]);
    const confirmed = await onelink('quarantine', 'release', lot, '--drop', '--yes');
    expect(confirmed).toEqual({ code: 0, out: ['dropped'], err: [] });
    expect(await keys()).toEqual([]);
    const again = await onelink('quarantine', 'release', lot, '--drop', '--yes');
    expect([again.code, again.err[0]]).toEqual([2, expect.stringContaining('There is no such object in quarantine')]);
  });

  test('show, release and drop refuse a key outside quarantine', async () => {
    await put('parked/campaign/lot', sound);
    for (const words of [['show'], ['release'], ['release', '--drop', '--yes']]) {
      const { code, err } = await onelink('quarantine', ...words.slice(0, 1), 'parked/campaign/lot', ...words.slice(1));
      expect([code, err[0]]).toEqual([2, expect.stringContaining('must begin with quarantine/')]);
    }
    expect(await keys()).toEqual(['parked/campaign/lot']);
  });

  test('a trace finds a request in quarantine, even in a line that is cut off', async () => {
    await put(lot, 'trash', cutOff);
    await put('quarantine/campaign/refused/lot', sound);
    const store = new QuarantineStore(s3, bucket);
    const found = async (source: string, requestId: string) => {
      const objects = await searchQuarantine(store, { source, requestId }, new AbortController().signal);
      return objects.map(({ key }) => key);
    };
    expect(await found('crm', 'r-2')).toEqual([lot]);
    expect(await found('crm', 'r-1')).toEqual(['quarantine/campaign/refused/lot']);
    expect(await found('crm', 'r-4')).toEqual([]);
    expect(await found('studio', 'r-1')).toEqual([]);
  });
});

describe('parked list', () => {
  test('shows what is parked for a removed lane, and ends with exit code 1', async () => {
    await new ParkedStore(s3, bucket).add(command);
    await new ParkedStore(s3, bucket).add({ ...command, lane: 'bulk' });
    const { code, out } = await onelink('parked', 'list');
    expect(out).toEqual([
      expect.stringMatching(/^campaign {2}1 command in 1 lot, 0\.0 MB {2}oldest 2026-03-09 10:15:30 UTC \(/),
      expect.stringMatching(/^bulk {2}1 command in 1 lot, .* not replayed: the pipeline has no such lane$/),
    ]);
    expect(code).toBe(1);
    expect((await onelink('parked', 'list', '--lane', 'campaign')).code).toBe(0);
    const unknown = await onelink('parked', 'list', '--lane', 'nope');
    expect(unknown).toMatchObject({ code: 2, err: ['There is no lane nope. The lanes are campaign, bulk.'] });
  });

  test('shows no age that a lot cannot have', async () => {
    await put('parked/campaign/00010101T000000000Z-1-0a.ndjson', sound);
    await put('parked/campaign/99991231T235959999Z-1-0a.ndjson', sound);
    expect((await onelink('parked', 'list')).out).toEqual(['campaign  2 commands in 2 lots, 0.0 MB  of unknown age']);
    await new ParkedStore(s3, bucket).add(command);
    expect((await onelink('parked', 'list')).out).toEqual([
      expect.stringMatching(/^campaign {2}3 commands in 3 lots, 0\.0 MB {2}oldest 2026-03-09 10:15:30 UTC/),
    ]);
  });
});

describe('what is parked for a removed lane', () => {
  const lanes = ['campaign'];

  test('is counted for status, and fails the doctor, which names the lane and the remedy', async () => {
    await put('parked/campaign/2026/20260309T101530000Z-5-0a1b.ndjson', sound);
    const store = new ParkedStore(s3, bucket);
    expect(await strandedLanes(store, lanes)).toEqual([]);
    expect(await checkStranded(store, { archive: bucket, lanes })).toMatchObject({ result: 'ok' });

    await put('parked/studio-old/2026/20260309T101530000Z-5-0a1c.ndjson', sound);
    expect(await strandedLanes(store, lanes)).toEqual([{ lane: 'studio-old', commands: 5 }]);
    expect(await checkStranded(store, { archive: bucket, lanes })).toEqual({
      name: 'parked commands',
      result: 'failed',
      words: '5 commands for studio-old: the pipeline has no such lane, so the replayer does not replay them',
      fix: `Move them to a lane that their producers may use: aws s3 mv --recursive s3://${bucket}/parked/OLD/ s3://${bucket}/parked/NEW/`,
    });
  });
});
