import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { CampaignFiles } from '../../../lambdas/adapters/campaign-files.ts';
import { CampaignTable } from '../../../lambdas/adapters/campaign-table.ts';
import { ControlTable } from '../../../lambdas/adapters/control-table.ts';
import { InboxUploads } from '../../../lambdas/adapters/inbox-uploads.ts';
import { Ledger } from '../../../lambdas/adapters/ledger.ts';
import type { CampaignFile, CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { type ControlRecord, emptyControl } from '../../../lambdas/domain/control/control-record.ts';
import { campaignActs } from '../../../lambdas/operations/campaigns.ts';
import { retireAct } from '../../../lambdas/operations/retire.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { givenCampaign, givenResult } from '../../world/given-campaign.ts';
import { givenLinkAt } from '../../world/given-ledger.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';
import { zipEntries } from '../../world/zip-entries.ts';
import { givenEngines, givenTable } from '../lambdas/adapters/given-engines.ts';
import { givenStack } from './given-stack.ts';

const { client, table } = await givenTable();
const { s3, bucket: newBucket, settings } = await givenEngines();
const bucket = await newBucket('campaign-files');
const qrBucket = await newBucket('qr-images');
const campaigns = new CampaignTable(client, table, systemClock);
const files = new CampaignFiles(s3, bucket);
const folder = await temporaryFolder(afterAll);
const { hostname, port, protocol } = (await client.config.endpoint?.()) ?? { hostname: '', port: 0, protocol: 'http:' };
Object.assign(process.env, {
  AWS_ENDPOINT_URL_S3: settings.endpoint,
  AWS_ENDPOINT_URL_DYNAMODB: `${protocol}//${hostname}:${port}`,
});
const run = await givenStack(
  'OneLink-production',
  () => ({
    LedgerTableName: table,
    CampaignBucketName: bucket,
    QrBucketName: qrBucket,
    LinkIdSecretArn: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:link-id',
  }),
  {
    ...campaignActs({ campaigns, clock: systemClock }),
    ...retireAct({ campaigns, inbox: new InboxUploads(s3, bucket) }),
  },
);
const campaign = (...words: string[]) => run('campaign', ...words);

async function given(name: string, change: Partial<CampaignRecord> = {}): Promise<CampaignRecord> {
  const { v: _, revision: __, ...content } = givenCampaign({ name, ...change });
  const written = await campaigns.write(content, await campaigns.read({ source: 'crm', name }));
  return written ?? expect.fail('the record was not written');
}
async function givenLane(lane: ControlRecord['lanes'][string]): Promise<void> {
  const control = new ControlTable(client, table, systemClock);
  const reading = await control.read();
  const now = Date.now();
  await control.write({ ...emptyControl, ...reading.control, governedAt: now, lanes: { campaign: lane } }, reading);
}
async function inbox(): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'inbox/' }));
  return Contents.map(({ Key = '' }) => Key).sort();
}
const objectText = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body?.transformToString();
async function fileOf(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}
const good = 'request_id,pid,c\n1,sms,spring\n2,sms,spring\n';
const halfBad = 'request_id,pid,c,ttl\n1,sms,spring,\n2,sms,spring,forever\n';

describe('campaign start', () => {
  test('checks the file here, uploads settings and file, and names where the results will be', async () => {
    const path = await fileOf('spring.csv', good);
    const { code, out, err } = await campaign(
      'start',
      path,
      '--source',
      'crm',
      '--template',
      'A1b3',
      '--default',
      'ttl=31d',
    );
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        [
          'crm/spring is uploaded, and its check begins.',
          'To follow it: onelink campaign show crm/spring --watch',
          `The results will be in s3://${bucket}/results/crm/spring.csv`,
        ].join('\n'),
      ],
    });
    expect(err[0]).toBe('rows        2 rows: 2 create, 0 rejected');
    expect(await objectText('inbox/crm/spring.csv')).toBe(good);
    const sent = JSON.parse((await objectText('inbox/crm/spring.campaign.json')) ?? '');
    expect(sent).toEqual({ template: 'A1b3', defaults: { ttl: '31d' } });
  });

  test('uploads no file with rejected rows, unless somebody agrees', async () => {
    const path = await fileOf('half.csv', halfBad);
    const words = ['start', path, '--source', 'crm', '--template', 'A1b3'];
    const refused = await campaign(...words);
    expect(refused.code).toBe(2);
    expect(refused.err.join('\n')).toContain('1 row would be rejected.');
    expect(refused.err.join('\n')).toMatch(/line 3: ttl: .* \[/);
    expect(refused.err.at(-1)).toBe(
      'The input is not a terminal. To go on without a confirmation, add --yes. Nothing was sent.',
    );
    expect(await inbox()).not.toContain('inbox/crm/half.csv');
    expect((await campaign(...words, '--yes')).code).toBe(0);
    expect(await inbox()).toContain('inbox/crm/half.csv');
  });

  test('names what a second file of a running campaign does, with and without a key column', async () => {
    await given('again', { sent: 0, state: 'sending', tallies: { created: 1 } });
    const words = ['start', '--name', 'again', '--source', 'crm', '--template', 'A1b3'];
    const keyed = await campaign(...words, await fileOf('again.csv', good));
    expect(keyed.err.slice(-4)).toEqual([
      'crm/again exists: sending: 1 of 3 rows done (33 %).',
      'This file takes its place. What is sent stays sent.',
      'It makes only what is missing or changed. A row whose request_id is known and whose content has changed changes its link. A row that is gone is left alone.',
      'The input is not a terminal. To go on without a confirmation, add --yes. Nothing was sent.',
    ]);
    expect(keyed.err).toContain(
      'needs       at most 2 calls of the quota, 0 QR codes, on the lane campaign. ' +
        'A row that has its link already and has not changed costs none',
    );
    const plain = await campaign(...words, await fileOf('plain.csv', 'pid,c\nsms,spring\n'), '--no-guess');
    expect(plain.err.at(-2)).toContain('It has no key column, so a changed row makes a new link.');
    expect([keyed.code, plain.code, await inbox()]).toEqual([
      2,
      2,
      expect.not.arrayContaining(['inbox/crm/again.csv']),
    ]);
  });

  test('shows a guess with values of the file, and sends nothing without an answer', async () => {
    const path = await fileOf('guess.csv', 'customer_id,Media Source,c\n7001,sms,spring\n7002,sms,spring\n');
    const { code, err } = await campaign('start', path, '--source', 'crm', '--template', 'A1b3');
    expect(code).toBe(2);
    expect(err).toContain('  Media Source → data.pid    sms');
    expect(err).toContain('  customer_id → the key of the row    7001 | 7002');
    expect(err.at(-1)).toContain(`add --key 'customer_id' --map 'Media Source=data.pid'.`);
    expect(await inbox()).not.toContain('inbox/crm/guess.csv');
  });

  test.each([
    ['y\n', 0, { template: 'A1b3', columns: { 'Media Source': 'data.pid' }, key: 'customer_id' }],
    ['n\n', 1, undefined],
  ])('asks whether a guess is right: %j', async (answer, code, sent) => {
    const name = `asked-${code}`;
    const path = await fileOf(`${name}.csv`, 'customer_id,Media Source,c\n7001,sms,spring\n7002,sms,spring\n');
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    terminal.write(answer);
    const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(terminal as unknown as typeof process.stdin);
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const ran = await campaign('start', path, '--source', 'crm', '--template', 'A1b3');
    stdin.mockRestore();
    stderr.mockRestore();
    expect(ran.code).toBe(code);
    const settings = await objectText(`inbox/crm/${name}.campaign.json`).catch(() => undefined);
    expect(settings === undefined ? undefined : JSON.parse(settings)).toEqual(sent);
  });

  test('uses the settings of the earlier file, if none are given', async () => {
    const settings = { template: 'A1b3', columns: { Mail: '-' }, sendBy: '2026-03-11T12:00:00Z' };
    await given('remembered', { state: 'finished', settings });
    const path = await fileOf('remembered.csv', 'request_id,pid,Mail\n1,sms,a@acme.example\n');
    const { code, err } = await campaign('start', path, '--source', 'crm', '--yes');
    expect(err).toContain(
      'crm/remembered exists. No settings are given, so those of its earlier file apply. To use none, add --new-settings.',
    );
    expect(code).toBe(0);
    const sent = JSON.parse((await objectText('inbox/crm/remembered.campaign.json')) ?? '');
    expect(sent).toEqual({ template: 'A1b3', columns: { Mail: '-' } });
  });

  test('makes no parameter of a column that was carried along, unless that is meant', async () => {
    await given('unlike', { state: 'finished', settings: { template: 'A1b3', columns: { Mail: '-' } } });
    const path = await fileOf('unlike.csv', 'request_id,pid,Mail\n1,sms,someone\n');
    const words = ['start', path, '--source', 'crm', '--template', 'A1b3', '--no-guess'];
    for (const refused of [await campaign(...words), await campaign(...words, '--yes')]) {
      expect(refused.code).toBe(2);
      expect(refused.err.at(-1)).toBe(
        'crm/unlike exists, and its earlier file had other settings. These columns would now become parameters of the links, for everybody to see: Mail. If that is right, add --new-settings. Nothing was sent.',
      );
    }
    expect(await inbox()).not.toContain('inbox/crm/unlike.csv');
    expect((await campaign(...words, '--yes', '--new-settings')).code).toBe(0);
    expect(await inbox()).toContain('inbox/crm/unlike.csv');
  });

  test('saves settings, and uses them again', async () => {
    const path = await fileOf('mapped.csv', 'No;Quelle;c\n1;sms;spring\n');
    const saved = join(folder, 'saved.json');
    const words = ['--source', 'crm', '--no-guess'];
    const first = [
      '--template',
      'A1b3',
      '--map',
      'Quelle=data.pid',
      '--map',
      'No=request_id',
      '--save-settings',
      saved,
    ];
    expect((await campaign('start', path, '--name', 'mapped-1', ...words, ...first)).code).toBe(0);
    expect(JSON.parse(await readFile(saved, 'utf8'))).toEqual({
      template: 'A1b3',
      columns: { Quelle: 'data.pid', No: 'request_id' },
    });
    const again = await campaign(
      'start',
      path,
      '--name',
      'mapped-2',
      ...words,
      '--settings',
      saved,
      '--approval',
      'required',
    );
    expect(again.code).toBe(0);
    expect(JSON.parse((await objectText('inbox/crm/mapped-2.campaign.json')) ?? '')).toEqual({
      template: 'A1b3',
      columns: { Quelle: 'data.pid', No: 'request_id' },
      approval: 'required',
    });
  });

  test.each<[string, string | Buffer, string[], RegExp]>([
    ['a file that is UTF-16', Buffer.from('\ufeffpid\nsms\n', 'utf16le'), [], /u16\.csv is UTF-16/],
    [
      'a file without a usable row',
      'request_id,pid,ttl\n1,sms,forever\n',
      [],
      /has no row to send\. Nothing was sent\./,
    ],
    ['an unknown producer', good, ['--source', 'loyalty'], /There is no producer loyalty in the configuration/],
    ['a lane that the producer may not use', good, ['--lane', 'night'], /crm may not use the lane night/],
    ['a mapping without a target', good, ['--map', 'c'], /--map c: write header=target\./],
    ['a target that is none', good, ['--map', 'c=Data C'], /columns\.c: must be a field, metadata/],
    ['a time that is none', good, ['--send-by', 'tomorrow'], /sendBy: /],
    ['settings that do not exist', good, ['--settings', '/no/such/file'], /cannot be read: there is no such file/],
    ['a name that is none', good, ['--name', 'Früh ling'], /Name it with --name Fruh-ling/],
  ])('sends nothing for %s', async (_, content, options, words) => {
    const before = await inbox();
    const path = join(folder, 'u16.csv');
    await writeFile(path, content);
    const source = options.includes('--source') ? [] : ['--source', 'crm'];
    const { code, out, err } = await campaign('start', path, '--template', 'A1b3', '--no-guess', ...source, ...options);
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(err.join('\n')).toMatch(words);
    expect(await inbox()).toEqual(before);
  });

  /** Starts a campaign with `--wait`, while the pipeline gives its file this record. */
  async function waited(
    name: string,
    change: (dropped: CampaignFile) => Partial<CampaignRecord>,
    ...options: string[]
  ) {
    const path = await fileOf(`${name}.csv`, good);
    const running = campaign('start', path, '--source', 'crm', '--template', 'A1b3', '--wait', ...options);
    const dropped = await vi.waitFor(async () => (await files.file(`inbox/crm/${name}.csv`)) ?? expect.fail('no file'));
    await given(name, { file: dropped, rows: 2, ...change(dropped) });
    return running;
  }

  test.each([
    ['waited-done', { created: 2 }, 0],
    ['waited-half', { created: 1, rejected: 1 }, 1],
  ])('waits for the end of %s, and ends with the counts', async (name, tallies, code) => {
    const ran = await waited(name, () => ({ state: 'finished', endedAt: 1, tallies }));
    expect(ran.code).toBe(code);
    const counts = Object.entries(tallies).map(([status, count]) => `${status} ${count}`);
    expect(ran.out[0]?.split('\n').slice(0, 2)).toEqual([
      `crm/${name}  finished  ${counts.join(', ')}: 2 rows`,
      `The results are in s3://${bucket}/results/crm/${name}.csv`,
    ]);
  });

  test('prints the campaign as one object at the end of a wait with --json', async () => {
    const refusal = { path: '', rule: 'empty', message: 'is empty' };
    const ran = await waited('waited-json', () => ({ state: 'refused', endedAt: 1, refusal }), '--json');
    expect({ code: ran.code, objects: ran.out.length }).toEqual({ code: 1, objects: 1 });
    expect(JSON.parse(ran.out[0] ?? '')).toMatchObject({ name: 'waited-json', state: 'refused', refusal });
  });

  test('leaves a wait when a newer file has replaced this one', async () => {
    const ran = await waited('waited-replaced', (dropped) => ({
      file: { ...dropped, etag: '"newer"', droppedAt: dropped.droppedAt + 1_000 },
    }));
    expect({ code: ran.code, out: ran.out }).toEqual({ code: 3, out: [] });
    expect(ran.err.at(-1)).toBe(
      'A newer file of crm/waited-replaced has replaced this one. To follow it: onelink campaign show crm/waited-replaced --watch',
    );
  });

  test('prints one object with --json', async () => {
    const path = await fileOf('json.csv', good);
    const { out } = await campaign('start', path, '--source', 'crm', '--template', 'A1b3', '--json');
    expect(out.map((line) => JSON.parse(line))).toEqual([
      {
        source: 'crm',
        name: 'json',
        lane: 'campaign',
        rows: 2,
        results: {
          bucket,
          csv: 'results/crm/json.csv',
          ndjson: 'results/crm/json.ndjson',
          rejected: 'results/crm/json-rejected.csv',
        },
      },
    ]);
  });

  test('reads standard input, which must have a name', async () => {
    const piped = () => {
      const input = Readable.from([Buffer.from(good)]) as typeof process.stdin;
      return vi.spyOn(process, 'stdin', 'get').mockReturnValue(input);
    };
    const words = ['start', '-', '--source', 'crm', '--template', 'A1b3'];
    const spies = [piped()];
    expect((await campaign(...words)).err.at(-1)).toBe('Standard input has no name. Name the campaign with --name.');
    spies.push(piped());
    expect((await campaign(...words, '--name', 'piped', '--yes')).code).toBe(0);
    for (const spy of spies) spy.mockRestore();
    expect(await objectText('inbox/crm/piped.csv')).toBe(good);
  });
});

describe('an operator', () => {
  test('lists campaigns, and shows one with its counts, faults and results', async () => {
    await given('shown', {
      rows: 10,
      toSend: 8,
      chunks: 1,
      settled: 1,
      tallies: { created: 5, rejected: 2 },
      faultsByRule: { ttl: 2 },
      firstFaults: [{ line: 4, path: 'ttl', rule: 'ttl', message: 'must be a duration' }],
      paused: { at: Date.parse('2026-03-10T12:30:00Z'), reason: 'the prices change', by: 'anna' },
    });
    await campaigns.list({ source: 'crm', name: 'shown', drop: 1 });
    const { out: listed } = await campaign('list');
    expect(listed).toContain('crm/shown  sending, paused: 7 of 10 rows done (70 %)  2026-03-10 12:00:00 UTC');
    expect((await campaign('list', '--source', 'studio')).err).toEqual(['There are no campaigns.']);
    const { code, out } = await campaign('show', 'shown');
    expect(code).toBe(1);
    expect(out[0]?.split('\n')).toEqual([
      'crm/shown  sending, paused: 7 of 10 rows done (70 %)',
      'file        inbox/crm/spring.csv, 1,000 bytes, drop 1, 2026-03-10 12:00:00 UTC',
      'lane        campaign',
      'rows        created 5, rejected 2, not attempted 3: 10 in all',
      'to send     8 rows: 3 calls of the quota, 0 QR codes',
      'paused      2026-03-10 12:30:00 UTC by anna: “the prices change”',
      'faults      2 ttl',
      '  line 4: ttl: must be a duration [ttl]',
      `results     so far: onelink campaign results crm/shown. At the end: s3://${bucket}/results/crm/shown.csv`,
    ]);
    const json = JSON.parse((await campaign('show', 'crm/shown', '--json')).out[0] ?? '');
    expect(json.counts).toEqual({ created: 5, rejected: 2, 'not attempted': 3 });
  });

  test('shows a lane that carries nothing out, and gives no end for it', async () => {
    const paused = { state: 'paused' as const, since: 1, reason: 'operator' as const };
    await given('held-up', { state: 'sending', settings: { sendBy: '2030-01-01T00:00:00Z' } });
    await campaigns.list({ source: 'crm', name: 'held-up', drop: 1 });
    const campaigned = async () => (await campaign('show', 'held-up')).out[0]?.split('\n') ?? [];
    expect((await campaigned()).some((line) => line.startsWith('end '))).toBe(true);
    await givenLane(paused);
    const lines = await campaigned();
    expect(lines).toContain('lane        campaign: paused (operator). Its rows wait');
    expect(lines).toContain('send by     2030-01-01 00:00:00 UTC');
    expect(lines.some((line) => line.startsWith('end '))).toBe(false);
    expect(JSON.parse((await campaign('show', 'held-up', '--json')).out[0] ?? '').forecast).toEqual({
      lane: { state: 'paused', reason: 'operator' },
    });
    await givenLane({ state: 'open', since: 1 });
  });

  test('lists a refused file with the place of its fault, and names where the reason is', async () => {
    const refusal = { path: 'settings.lane', rule: 'not-allowed', message: 'is not a lane of this source: campaign' };
    await given('off', { state: 'refused', refusal, rows: 0, toSend: 0, quotaCalls: 0, chunks: 0 });
    await campaigns.list({ source: 'crm', name: 'off', drop: 1 });
    const standing = 'crm/off  refused: settings.lane: is not a lane of this source: campaign';
    expect((await campaign('list')).out).toContain(`${standing}  2026-03-10 12:00:00 UTC`);
    const { code, out } = await campaign('show', 'off');
    expect(code).toBe(1);
    expect(out[0]).toContain(standing);
    expect(out[0]).toContain(`results     none. The reason is in s3://${bucket}/results/crm/off-rejected.csv.`);
  });

  test('approves, pauses, resumes and cancels a campaign', async () => {
    await given('steered', { state: 'waiting' });
    const words = async (...all: string[]) => (await campaign(...all)).out;
    expect(await words('approve', 'steered')).toEqual(['crm/steered is approved, and sends within a minute.']);
    expect(await words('pause', 'steered', '--reason', 'x')).toEqual(['crm/steered is paused until you resume it.']);
    expect(await words('resume', 'steered')).toEqual(['crm/steered continues within a minute.']);
    const asked = await campaign('cancel', 'steered');
    expect(asked.code).toBe(2);
    expect(asked.err.slice(0, 2)).toEqual([
      'crm/steered is sending: 0 of 3 rows done (0.0 %).',
      '3 rows will not be sent. 0 are with the lane, and are still carried out.',
    ]);
    expect(await words('cancel', 'steered', '--yes')).toEqual([
      'crm/steered is cancelled. Its results are written within some minutes.',
    ]);
    const { record } = await campaigns.read({ source: 'crm', name: 'steered' });
    expect(record).toMatchObject({ state: 'cancelled', approvedBy: expect.any(String) });
  });

  test('cannot approve one that has ended', async () => {
    await given('over', { state: 'finished', endedAt: 1 });
    expect(await campaign('approve', 'over')).toEqual({
      code: 2,
      out: [],
      err: ['crm/over is finished, so nothing of it waits for approval. Nothing was changed.'],
    });
  });
});

describe('campaign results', () => {
  const rows = [
    givenResult(1, { cells: ['Köln', '=1+1'] }),
    givenResult(2, {
      status: 'rejected',
      reason: 'invalid-row',
      faults: [{ path: 'city', rule: 'x', message: 'is wrong' }],
    }),
    givenResult(3, { status: 'not attempted' }),
  ];
  const put = (name: string) =>
    s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `results/crm/${name}.ndjson`,
        Body: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      }),
    );

  test('are the file with its links, guarded against formulas', async () => {
    await given('done', { state: 'finished', endedAt: 1 });
    await put('done');
    const to = join(folder, 'done.csv');
    const { code, err } = await campaign('results', 'done', '--to', to);
    expect({ code, err }).toEqual({
      code: 0,
      err: [`3 rows of crm/done written to ${to}: created 1, rejected 1, not attempted 1`],
    });
    const lines = (await readFile(to, 'utf8')).split('\r\n');
    expect(lines[0]).toBe('\ufeffshop,city,status,reason,faults,short_url,shortlink_id,expires_at,qr_file,request_id');
    expect(lines[1]).toBe(
      "Köln,'=1+1,created,,,https://acme.onelink.me/A1b3/link-1,link-1,2026-04-10T12:00:00Z,,spring/shop-1",
    );
    expect((await campaign('results', 'done', '--to', to)).err).toEqual([
      `${to} exists already. Name another file with --to.`,
    ]);
  });

  test('have no URL for a link that was deleted since', async () => {
    const ledger = new Ledger(client, table, systemClock);
    await given('retired', { state: 'finished', endedAt: 1 });
    const shown = [1, 2].map((row) => givenResult(row, { shortlinkId: `retired-${row}`, qrKey: 'a.png', qr: 'ready' }));
    const Body = shown.map((row) => `${JSON.stringify(row)}\n`).join('');
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'results/crm/retired.ndjson', Body }));
    await ledger.addLink(givenLinkAt('retired-1', { state: 'deleted' }));
    await ledger.addLink(givenLinkAt('retired-2'));
    const to = join(folder, 'retired.csv');
    expect((await campaign('results', 'retired', '--to', to)).code).toBe(0);
    const lines = (await readFile(to, 'utf8')).split('\r\n');
    expect(lines[1]).toBe('shop-1,Bonn,created,link-deleted,,,retired-1,,,spring/shop-1');
    expect(lines[2]).toContain(',created,,,https://acme.onelink.me/A1b3/');
  });

  test('may be some statuses only, as NDJSON on standard output', async () => {
    await given('piped-out', { state: 'finished', endedAt: 1 });
    await put('piped-out');
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const words = ['results', 'piped-out', '--to', '-', '--format', 'ndjson', '--status', 'rejected,not-attempted'];
    const { code, out, err } = await campaign(...words).finally(() => spy.mockRestore());
    expect({ code, out }).toEqual({ code: 0, out: [] });
    expect(err).toEqual(['2 rows of crm/piped-out written: rejected 1, not attempted 1']);
    expect(
      written
        .join('')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).row),
    ).toEqual([2, 3]);
  });

  test('of a campaign that goes on are as far as it is, and end with another code', async () => {
    const record = await given('going-on', { settled: 1, chunks: 1, rows: 1 });
    await files.putChunkResult(record, 1, 1, [givenResult(1)]);
    const to = join(folder, 'going-on.ndjson');
    const { code, out } = await campaign('results', 'going-on', '--to', to, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      state: 'sending',
      rows: 1,
      counts: { created: 1 },
      format: 'ndjson',
    });
  });

  test.each([
    [['--to', 'x.xlsx'], 'x.xlsx: only a file that ends in .csv or .ndjson can be written, not .xlsx.'],
    [
      ['--to', '-', '--json'],
      '--json prints its object to standard output, where --to - writes the rows. Leave out one.',
    ],
  ])('refuse %j', async (options, words) => {
    await given('done', { state: 'finished', endedAt: 1 });
    expect(await campaign('results', 'done', ...options)).toEqual({ code: 2, out: [], err: [words] });
  });

  test('of a refused file do not exist', async () => {
    await given('refused', { state: 'refused', chunks: 0, rows: 0 });
    expect((await campaign('results', 'refused')).err[0]).toContain('its file was refused');
  });
});

describe('campaign codes', () => {
  async function givenCodes(name: string, cities: readonly string[]) {
    await given(name, { state: 'finished', endedAt: 1, settings: { key: 'shop', defaults: { 'data.pid': 'qr' } } });
    const results = cities.map((city, index) =>
      givenResult(index + 1, {
        cells: [`shop-${index + 1}`, city],
        qr: 'ready',
        qrKey: `qr/crm/A1b3/${name}-${index}.png`,
      }),
    );
    const Body = results.map((row) => `${JSON.stringify(row)}\n`).join('');
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `results/crm/${name}.ndjson`, Body }));
    for (const { qrKey = '', row } of results) {
      await s3.send(new PutObjectCommand({ Bucket: qrBucket, Key: qrKey, Body: `image ${row}` }));
    }
  }

  test('go to a folder, named by the key', async () => {
    await givenCodes('coded', ['Köln', 'Bonn']);
    const to = join(folder, 'coded');
    const { code, err } = await campaign('codes', 'coded', '--to', to);
    expect({ code, err }).toEqual({ code: 0, err: [`2 codes written to ${to}`] });
    expect(await readFile(join(to, 'shop-2.png'), 'utf8')).toBe('image 2');
    expect((await campaign('codes', 'coded', '--to', to)).err).toEqual([`0 codes written to ${to}, 2 were there`]);
  });

  test('go to a ZIP file with a page to print, named by a column, clashes numbered', async () => {
    await givenCodes('zipped', ['Köln', 'köln', '<b>']);
    const to = join(folder, 'zipped.zip');
    const options = ['--named-by', 'city', '--sheet', '--caption', 'city', '--size', '30', '--columns', '3'];
    const { code, out } = await campaign('codes', 'zipped', '--to', to, ...options, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out[0] ?? '')).toEqual({
      source: 'crm',
      name: 'zipped',
      to,
      ...{ saved: 3, there: 0, pending: 0, failed: 0, gone: 0 },
    });
    const entries = zipEntries(await readFile(to));
    expect([...entries.keys()]).toEqual(['Köln.png', 'köln-2.png', '_b_.png', 'sheet.html']);
    expect(entries.get('sheet.html')?.toString()).toContain(
      '<img src="_b_.png" alt="&lt;b&gt;"><figcaption>&lt;b&gt;</figcaption>',
    );
  });

  test('need a column that exists', async () => {
    await givenCodes('columns', []);
    expect(await campaign('codes', 'columns', '--to', join(folder, 'x'), '--named-by', 'town')).toEqual({
      code: 2,
      out: [],
      err: ['--named-by: the file has no column town. It has shop, city.'],
    });
  });
});

describe('campaign retire', () => {
  test('names what it costs, and drops the deletes as a campaign', async () => {
    const ledger = new Ledger(client, table, systemClock);
    await given('old', { state: 'finished', endedAt: 1 });
    const result = givenResult(1, { shortlinkId: 'old-1' });
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: 'results/crm/old.ndjson', Body: `${JSON.stringify(result)}\n` }),
    );
    await ledger.addLink(givenLinkAt('old-1', { requestId: 'old/shop-1' }));
    const asked = await campaign('retire', 'old');
    expect(asked.code).toBe(2);
    expect(asked.err.slice(0, 2)).toEqual([
      '1 live link: 1 call of the quota, 0.0 % of the month’s.',
      'It takes 0 s, if the lane campaign carries nothing else.',
    ]);
    expect(await inbox()).not.toContain('inbox/crm/old.retire.ndjson');
    const { code, out } = await campaign('retire', 'old', '--yes');
    expect({ code, out }).toEqual({
      code: 0,
      out: ['crm/old.retire has started. To follow it: onelink campaign show crm/old.retire --watch'],
    });
    expect(await objectText('inbox/crm/old.retire.ndjson')).toBe(
      '{"request_id":"shop-1.v1","action":"delete","template":"A1b3","shortlink_id":"old-1"}\n',
    );
    expect(JSON.parse((await objectText('inbox/crm/old.retire.campaign.json')) ?? '')).toEqual({ lane: 'campaign' });
  });

  test('of a takeover needs a word about the links that were there before it', async () => {
    // Given
    const ledger = new Ledger(client, table, systemClock);
    await given('links.takeover', { state: 'finished', endedAt: 1 });
    const results = [1, 2].map((row) => givenResult(row, { shortlinkId: `before-${row}`, status: 'adopted' }));
    const Body = results.map((one) => `${JSON.stringify(one)}\n`).join('');
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'results/crm/links.takeover.ndjson', Body }));
    for (const row of [1, 2]) {
      await ledger.addLink(givenLinkAt(`before-${row}`, { requestId: `links.takeover/${row}`, takenOver: true }));
    }
    // When
    const refused = await campaign('retire', 'links.takeover', '--yes');
    const kept = await campaign('retire', 'links.takeover', '--yes', '--taken-over', 'keep');
    // Then
    expect(refused).toEqual({
      code: 2,
      out: [],
      err: [
        expect.stringMatching(/has taken over 2 live links, which existed before it.*--taken-over delete.*Nothing/),
      ],
    });
    expect([kept.code, kept.out]).toEqual([
      0,
      ['crm/links.takeover has no live link but those that it has taken over.'],
    ]);
    expect(await inbox()).not.toContain('inbox/crm/links.takeover.retire.ndjson');
    const deleted = await campaign('retire', 'links.takeover', '--yes', '--taken-over', 'delete');
    expect([deleted.code, deleted.err[0]]).toEqual([0, expect.stringContaining('2 live links: 2 calls of the quota')]);
    expect(
      ((await objectText('inbox/crm/links.takeover.retire.ndjson')) ?? '').match(/"action":"delete"/g),
    ).toHaveLength(2);
  });

  test('does not begin while the campaign runs', async () => {
    await given('running');
    expect((await campaign('retire', 'running')).err[0]).toContain(
      'crm/running still runs, and would make more links.',
    );
  });
});
