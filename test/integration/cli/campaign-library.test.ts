import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, test } from 'vitest';
import { CodeFolder } from '../../../cli/files/code-folder.ts';
import { openInput } from '../../../cli/files/input-file.ts';
import { codeColumns, type NamedCode, namedCodes } from '../../../cli/pipeline/campaign-codes.ts';
import { campaignResults, type SendRow } from '../../../cli/pipeline/campaign-results.ts';
import { type Drop, dropCampaign } from '../../../cli/pipeline/drop-campaign.ts';
import { QrImages } from '../../../cli/pipeline/qr-images.ts';
import { noRetiring, retiringRows } from '../../../cli/pipeline/retire-campaign.ts';
import { saveCodes } from '../../../cli/pipeline/save-codes.ts';
import { CampaignFiles } from '../../../lambdas/adapters/campaign-files.ts';
import { Ledger } from '../../../lambdas/adapters/ledger.ts';
import type { RowResult } from '../../../lambdas/domain/campaign/row.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { givenCampaign, givenResult, givenRow } from '../../world/given-campaign.ts';
import { givenLinkAt } from '../../world/given-ledger.ts';
import { givenOutcome } from '../../world/given-outcome.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';
import { givenEngines, givenTable } from '../lambdas/adapters/given-engines.ts';

const { client, table } = await givenTable();
const { s3, bucket: newBucket } = await givenEngines();
const bucket = await newBucket('campaign-files');
const qrBucket = await newBucket('qr-images');
const files = new CampaignFiles(s3, bucket);
const ledger = new Ledger(client, table, systemClock);
const folder = await temporaryFolder(afterAll);
const never = new AbortController().signal;

const objectText = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body?.transformToString();
const exists = (Key: string) =>
  s3.send(new HeadObjectCommand({ Bucket: bucket, Key })).then(
    () => true,
    () => false,
  );
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
async function* these<Item>(items: readonly Item[]) {
  yield* items;
}

describe('a dropped file', () => {
  const ports = (change: object = {}) => ({
    s3,
    bucket,
    signal: never,
    file: (key: string) => files.file(key),
    onProgress: () => {},
    ...change,
  });
  async function drop(name: string, content: string): Promise<Drop> {
    const path = join(folder, `${name}.csv`);
    await writeFile(path, content);
    const input = await openInput(path, { content: 'rows' });
    return { campaign: { source: 'crm', name }, ending: '.csv', settings: { key: 'shop' }, input };
  }

  test('reaches the inbox after its settings, byte for byte', async () => {
    const content = 'shop;city\r\n"a";Köln\r\n';
    const dropped = await dropCampaign(await drop('small', content), ports());
    expect(await objectText('inbox/crm/small.csv')).toBe(content);
    expect(JSON.parse((await objectText('inbox/crm/small.campaign.json')) ?? '')).toEqual({ key: 'shop' });
    expect(dropped).toMatchObject({ key: 'inbox/crm/small.csv', bytes: Buffer.byteLength(content) });
    expect(await files.file('inbox/crm/small.csv')).toEqual(dropped);
  });

  test('of several parts is uploaded, and shows how far it is', async () => {
    const content = `shop\n${'0123456789abcdef\n'.repeat(1_200_000)}`;
    const sent: number[] = [];
    await dropCampaign(await drop('large', content), ports({ onProgress: (bytes: number) => sent.push(bytes) }));
    expect((await objectText('inbox/crm/large.csv')) === content).toBe(true);
    expect(sent.length).toBeGreaterThan(1);
  });

  test('that is interrupted has started nothing', async () => {
    const interruption = new AbortController();
    const content = `shop\n${'0123456789abcdef\n'.repeat(1_200_000)}`;
    const dropping = dropCampaign(
      await drop('interrupted', content),
      ports({ signal: interruption.signal, onProgress: () => interruption.abort() }),
    );
    await expect(dropping).rejects.toThrow('Interrupted during the upload. Nothing has started. Start it again.');
    expect(await exists('inbox/crm/interrupted.csv')).toBe(false);
  });

  test('that was interrupted before does not even get its settings', async () => {
    const dropping = dropCampaign(await drop('early', 'shop\n1\n'), ports({ signal: AbortSignal.abort() }));
    await expect(dropping).rejects.toThrow('Nothing has started');
    expect(await exists('inbox/crm/early.campaign.json')).toBe(false);
  });

  test.each([
    ['one', 10],
    ['several', 1_200_000],
  ])('of %s parts that changes while it is read has started nothing', async (_, rows) => {
    const { input, ...rest } = await drop('changing', `shop\n${'0123456789abcdef\n'.repeat(rows)}`);
    let asked = 0;
    const changing = {
      ...input,
      unchanged: async () => {
        asked += 1;
        if (asked > 1) throw new Error('changing.csv was changed while it was read');
      },
    };
    await expect(dropCampaign({ ...rest, input: changing }, ports())).rejects.toThrow('was changed while it was read');
    expect(await exists('inbox/crm/changing.csv')).toBe(false);
  });

  test('that cannot be read has started nothing', async () => {
    const { input, ...rest } = await drop('unreadable', 'shop\n1\n');
    const broken = { ...input, open: () => createReadStream(join(folder, 'no-such-file')) };
    await expect(dropCampaign({ ...rest, input: broken }, ports())).rejects.toThrow('there is no such file');
    expect(await exists('inbox/crm/unreadable.csv')).toBe(false);
  });
});

describe('the results of a campaign', () => {
  const digestOf = async (_: SendRow) => 'digest';
  const reads = { files, ledger, digestOf };
  const statuses = (results: RowResult[]) => results.map(({ row, status, reason }) => [row, status, reason]);

  test('come from settled chunks, and from the ledger for the others, in the order of the file', async () => {
    const campaign = givenCampaign({ name: 'mixed', chunks: 3, sent: 2, settled: 0, settledBeyond: [2], rows: 6 });
    await files.putChunkResult(campaign, 1, 2, [givenResult(3), givenResult(4, { status: 'failed' })]);
    await files.putChunk(campaign, 1, 1, [
      { ...givenRow(1), requestId: 'mixed/1' } as SendRow,
      { ...givenRow(2), requestId: 'mixed/2' } as SendRow,
    ]);
    const rejected = { path: 'city', rule: 'x', message: 'is wrong' };
    const { requestId: _, command: __, ...row6 } = givenRow(6) as SendRow;
    await files.putChunk(campaign, 1, 3, [
      { ...givenRow(5), requestId: 'mixed/5' } as SendRow,
      { ...row6, check: 'rejected', faults: [rejected] },
    ]);
    const made = givenOutcome({ outcome: 'created', link: { onelinkId: 'A1b3', shortlinkId: 'mixed-1' } });
    for (const [requestId, commandDigest] of [
      ['mixed/1', 'digest'],
      ['mixed/5', 'of another command'],
    ] as const) {
      await ledger.rememberRequest({
        source: 'crm',
        requestId,
        commandDigest,
        outcome: made,
        expiresAt: 2_000_000_000,
      });
    }
    expect(statuses(await all(campaignResults(campaign, reads)))).toEqual([
      [1, 'created', undefined],
      [2, 'not attempted', undefined],
      [3, 'created', undefined],
      [4, 'failed', undefined],
      [5, 'rejected', 'request-id-reused'],
      [6, 'rejected', 'invalid-row'],
    ]);
  });

  test('name the image of a link as soon as it is there, and before that say that it is not', async () => {
    const campaign = givenCampaign({ name: 'imaged', rows: 3 });
    await files.putChunk(
      campaign,
      1,
      1,
      [1, 2, 3].map((row) => ({ ...givenRow(row, { qr: {} }), requestId: `imaged/${row}` }) as SendRow),
    );
    for (const row of [1, 2]) {
      const link = { onelinkId: 'A1b3', shortlinkId: `imaged-${row}` };
      const outcome = givenOutcome({ outcome: 'created', link });
      await ledger.rememberRequest({
        source: 'crm',
        requestId: `imaged/${row}`,
        commandDigest: 'digest',
        outcome,
        expiresAt: 2_000_000_000,
      });
      await ledger.addLink(givenLinkAt(`imaged-${row}`, row === 1 ? { qrKey: 'qr/crm/A1b3/imaged-1.png' } : {}));
    }
    const results = await all(campaignResults(campaign, reads));
    expect(results.map(({ qr, qrKey }) => [qr, qrKey])).toEqual([
      ['ready', 'qr/crm/A1b3/imaged-1.png'],
      ['pending', undefined],
      ['pending', undefined],
    ]);
  });

  test('name the image of a changed link, and the code that needs another drop', async () => {
    const campaign = givenCampaign({ name: 'changed', rows: 4 });
    const update = { action: 'update' };
    const given = [
      { ...givenRow(1, update), wantsCode: true },
      { ...givenRow(2, update), wantsCode: true },
      givenRow(3, { action: 'qr', qr: {} }),
      { ...givenRow(4, update), wantsCode: true },
    ];
    await files.putChunk(
      campaign,
      1,
      1,
      given.map((row) => ({ ...row, requestId: `changed/${row.row}` }) as SendRow),
    );
    const image = (row: number) => `qr/crm/A1b3/changed-${row}.png`;
    for (const row of [1, 2, 3]) {
      const link = { onelinkId: 'A1b3', shortlinkId: `changed-${row}` };
      const qr = { bucket: qrBucket, key: image(row), format: 'png', bytes: 1 } as const;
      await ledger.rememberRequest({
        source: 'crm',
        requestId: `changed/${row}`,
        commandDigest: 'digest',
        outcome: givenOutcome({ ...(row === 3 ? { outcome: 'qr-ready', qr } : { outcome: 'updated' }), link }),
        expiresAt: 2_000_000_000,
      });
      await ledger.addLink(givenLinkAt(`changed-${row}`, row === 1 ? { qrKey: image(row) } : {}));
    }
    const results = await all(campaignResults(campaign, reads));
    expect(results.map(({ status, reason, qr, qrKey, shortUrl }) => [status, reason, qr, qrKey, shortUrl])).toEqual([
      ['updated', undefined, 'ready', image(1), 'https://acme.onelink.me/A1b3/changed-1'],
      ['updated', 'code-needs-another-drop', 'failed', undefined, 'https://acme.onelink.me/A1b3/changed-2'],
      ['updated', undefined, 'ready', image(3), 'https://acme.onelink.me/A1b3/changed-3'],
      ['not attempted', undefined, 'pending', undefined, undefined],
    ]);
  });

  test('come from one object after the end, whatever became of the chunks', async () => {
    const campaign = givenCampaign({ name: 'ended', state: 'finished', endedAt: 1, chunks: 40, settled: 40 });
    const rows = [givenResult(1, { cells: ['a\u2028b', 'x'] }), givenResult(2, { status: 'unchanged' })];
    const body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'results/crm/ended.ndjson', Body: body }));
    expect(await all(campaignResults(campaign, reads))).toEqual(rows);
  });

  test('that cannot be read name the line, and nothing that is in it', async () => {
    const campaign = givenCampaign({ name: 'broken', state: 'finished', endedAt: 1 });
    const Body = `${JSON.stringify(givenResult(1))}\n{"secret":`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'results/crm/broken.ndjson', Body }));
    await expect(all(campaignResults(campaign, reads))).rejects.toThrow(
      /^Line 2 of the campaign’s results cannot be read\.$/,
    );
  });
});

describe('the codes of a campaign', () => {
  const withCode = (row: number, change: Partial<RowResult> = {}) =>
    givenResult(row, { qr: 'ready', qrKey: `qr/crm/A1b3/link-${row}.png`, ...change });
  const keyed = { keyed: true, mayAsk: () => true };
  const named = (results: RowResult[], naming: Parameters<typeof namedCodes>[1] = keyed): Promise<NamedCode[]> =>
    all(namedCodes(these(results), naming));
  const images = new QrImages(s3, qrBucket);
  const putImage = (row: number, Body: string) =>
    s3.send(new PutObjectCommand({ Bucket: qrBucket, Key: `qr/crm/A1b3/link-${row}.png`, Body }));
  const noCounts = () => ({ saved: 0, there: 0, pending: 0, failed: 0, gone: 0 });

  test('keep their names when other codes become ready later', async () => {
    const later = { qr: 'pending', qrKey: undefined } as const;
    const rows = [withCode(1, { key: 'Köln', ...later }), withCode(2, { key: 'köln' }), withCode(3, { key: 'Köln' })];
    const before = await named(rows);
    const after = await named([withCode(1, { key: 'Köln' }), ...rows.slice(1)]);
    expect(before.map(({ name }) => name)).toEqual(['Köln', 'köln-2', 'Köln-3']);
    expect(after.map(({ name }) => name)).toEqual(['Köln', 'köln-2', 'Köln-3']);
  });

  test.each([
    [
      'a column',
      ['shop', 'pid', 'qr'],
      {},
      [
        ['1', 'x', 'ja'],
        ['2', 'x', 'nein'],
        ['3', 'x', ''],
      ],
      [true, false, false],
    ],
    ['a default', ['shop', 'pid'], { 'defaults.qr': 'yes' }, [['1', 'x']], [true]],
    [
      'a default and a column',
      ['shop', 'pid', 'QR'],
      { 'defaults.qr': 'yes' },
      [
        ['1', 'x', 'no'],
        ['2', 'x', ''],
      ],
      [false, true],
    ],
    [
      'an action',
      ['shop', 'action', 'qr'],
      {},
      [
        ['1', 'qr', ''],
        ['2', 'delete', ''],
      ],
      [true, false],
    ],
    [
      'a size alone',
      ['shop', 'pid', 'qr_size'],
      {},
      [
        ['1', 'x', '300'],
        ['2', 'x', ''],
      ],
      [true, true],
    ],
  ] as const)('are those of the rows that ask for one by %s', (_, header, change, rows, asks) => {
    const defaults = 'defaults.qr' in change ? { qr: change['defaults.qr'] } : {};
    const { check } = givenCampaign();
    const record = givenCampaign({ settings: { key: 'shop', defaults }, check: { ...check, header: [...header] } });
    const { keyed: isKeyed, mayAsk } = codeColumns(record);
    expect([isKeyed, ...rows.map((cells) => mayAsk(cells))]).toEqual([true, ...asks]);
  });

  test('have the name of a column, or the row’s number if neither a column nor a key has one', async () => {
    const names = async (naming: Parameters<typeof namedCodes>[1], change: Partial<RowResult> = {}) =>
      (await named([withCode(7, { cells: ['shop 7', 'Bonn'], ...change })], naming)).map(({ name }) => name);
    expect(await names({ ...keyed, namedBy: 1 })).toEqual(['Bonn']);
    expect(await names({ ...keyed, keyed: false })).toEqual(['row-7']);
    expect(await names({ ...keyed, namedBy: 1 }, { cells: ['shop 7', ' / '] })).toEqual(['_']);
    expect(await names({ ...keyed, namedBy: 1 }, { cells: ['shop 7'] })).toEqual(['row-7']);
  });

  test('are saved once: a second run skips what is there, and completes the rest', async () => {
    await Promise.all([putImage(1, 'one'), putImage(2, 'two')]);
    const rows = [
      withCode(1),
      withCode(2),
      withCode(3),
      givenResult(4, { qr: 'pending' }),
      givenResult(5, { qr: 'failed' }),
      // Its link still has an earlier image.
      withCode(1, { key: 'shop-7', qr: 'failed' }),
      givenResult(6),
    ];
    const at = join(folder, 'codes');
    const save = async () => {
      const counts = noCounts();
      const target = await CodeFolder.open(at);
      const saved = await all(saveCodes(namedCodes(these(rows), keyed), { images, target, signal: never }, counts));
      return { counts, saved: saved.map(({ file }) => file) };
    };
    expect(await save()).toEqual({
      counts: { saved: 2, there: 0, pending: 1, failed: 2, gone: 1 },
      saved: ['shop-1.png', 'shop-2.png'],
    });
    // A killed run leaves a part of a file.
    await writeFile(join(at, 'shop-2.png'), 't');
    await putImage(3, 'three');
    expect(await save()).toEqual({
      counts: { saved: 2, there: 1, pending: 1, failed: 2, gone: 0 },
      saved: ['shop-1.png', 'shop-2.png', 'shop-3.png'],
    });
    expect(await text(createReadStream(join(at, 'shop-2.png')))).toBe('two');
  });

  test('end in good order when they are interrupted', async () => {
    const interruption = new AbortController();
    await Promise.all(Array.from({ length: 40 }, (_, row) => putImage(row, 'x')));
    const target = await CodeFolder.open(join(folder, 'interrupted-codes'));
    const counts = noCounts();
    const rows = Array.from({ length: 40 }, (_, row) => withCode(row));
    const settings = { images, target, signal: interruption.signal };
    for await (const _ of saveCodes(namedCodes(these(rows), keyed), settings, counts)) interruption.abort();
    expect(counts.saved).toBeGreaterThan(0);
    expect(counts.saved).toBeLessThan(40);
  });
});

test('a campaign’s live links of its own are deleted, each once', async () => {
  const spring = { source: 'crm', name: 'spring' };
  await ledger.addLink(givenLinkAt('link-21', { requestId: 'spring/shop-21', version: 3 }));
  await ledger.addLink(givenLinkAt('link-22', { requestId: 'spring/shop-22', state: 'deleted' }));
  await ledger.addLink(givenLinkAt('link-23', { requestId: 'autumn/shop-23' }));
  await ledger.addLink(givenLinkAt('link-24', { requestId: 'spring/shop-24', source: 'studio' }));
  const counts = noRetiring();
  const results = [
    givenResult(21),
    givenResult(21, { row: 30, status: 'updated' }),
    givenResult(22),
    givenResult(23, { status: 'updated' }),
    givenResult(24),
    givenResult(25),
    givenResult(26, { status: 'rejected' }),
  ];
  expect(await all(retiringRows(these(results), spring, ledger, counts))).toEqual([
    { request_id: 'shop-21.v3', action: 'delete', template: 'A1b3', shortlink_id: 'link-21' },
  ]);
  expect(counts).toEqual({ live: 1, takenOver: 0, gone: 2, others: 2 });
});

test('links that a campaign has taken over are counted, and deleted only on request', async () => {
  const old = { source: 'crm', name: 'old.takeover' };
  const adopted = givenLinkAt('link-31', { requestId: 'old.takeover/a', takenOver: true });
  await ledger.addLink(adopted);
  // An update under the same campaign leaves the mark.
  await ledger.replaceLink({ ...adopted, version: 2 }, { version: 1, nowSeconds: 0 });
  await ledger.addLink(givenLinkAt('link-32', { requestId: 'old.takeover/b' }));
  const results = [givenResult(31, { status: 'updated' }), givenResult(32)];
  const deletesOf = async (withTakenOver?: boolean) => {
    const counts = noRetiring();
    const rows = await all(retiringRows(these(results), old, ledger, counts, withTakenOver));
    return [rows.map(({ shortlink_id }) => shortlink_id), counts];
  };
  expect(await deletesOf()).toEqual([['link-32'], { live: 1, takenOver: 1, gone: 0, others: 0 }]);
  expect(await deletesOf(true)).toEqual([['link-31', 'link-32'], { live: 2, takenOver: 1, gone: 0, others: 0 }]);
});

test('a link that is made anew where one was taken over is the create’s', async () => {
  const before = givenLinkAt('link-33', { takenOver: true, state: 'deleted' });
  await ledger.addLink(before);
  const { takenOver: _, ...made } = { ...before, state: 'live' as const, version: 2 };
  expect(await ledger.replaceLink(made, { version: 1, nowSeconds: 0, anew: true })).toBe(true);
  expect(await ledger.link(made.address)).not.toHaveProperty('takenOver');
});
