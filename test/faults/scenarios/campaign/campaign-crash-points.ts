import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { type CampaignRecord, rowCounts } from '../../../../lambdas/domain/campaign/record.ts';
import type { RowResult } from '../../../../lambdas/domain/campaign/row.ts';
import { fileFaults } from '../../../../local/start/report/file-results.ts';
import { pictureIn } from '../../../../local/start/report/qr-picture.ts';
import { linkFaults } from '../../agreement/links-and-images.ts';
import { type FaultyPipeline, faultyPipeline } from '../../world/faulty-pipeline.ts';
import { isOfCampaigns } from '../../world/short-time-outs.ts';
import { CampaignKills, type CampaignPoint } from './campaign-kills.ts';
import { correctedRows, crmRows, type RowsFile } from './crm-rows.ts';
import { correctedOddRows, oddRows } from './odd-rows.ts';

const sizes = { batchSize: 10, concurrency: 2, timeoutSeconds: 20, visibilityTimeoutSeconds: 2 };
const file = { source: 'crm', name: 'spring' };

export interface CampaignCrashOptions {
  rows: number;
  seed: number;
  /** Kills at random points, beside those at each request. */
  randomKills: number;
  /** On which sides of each request a function is killed. `one`: at random on one of them. `none`: at random only. */
  sides: 'both' | 'one' | 'none';
  /** Whether the file is one as people have it. */
  odd?: boolean;
  patienceSeconds: number;
}

/** One drop of the file, when its campaign has ended. */
export interface DropAccount {
  drop: 'first' | 'corrected';
  rows: number;
  counts: Record<string, number>;
  checkerKills: number;
  senderKills: number;
  linksMade: number;
  quotaCalls: number;
  /** Sentences, one for each broken promise. */
  disagreements: string[];
  seconds: number;
}

export interface CampaignCrashes {
  drops: DropAccount[];
  points: CampaignPoint[];
  randomKills: number;
}

/**
 * A campaign whose checker and sender are killed at each of their requests, and at random. Then the corrected file is dropped. Its
 * check makes requests that the first one did not make, so the kills go on.
 *
 * @throws Error if a campaign has not ended in time
 */
export async function campaignCrashPoints(
  options: CampaignCrashOptions,
  progress: (line: string) => void,
): Promise<CampaignCrashes> {
  const kills = new CampaignKills(options);
  const pipeline = await faultyPipeline({ sizes, injector: kills, proxyApi: true });
  const over = new AbortController();
  try {
    for (const name of pipeline.scheduled) if (name.includes('Governor')) await pipeline.run(name);
    // The sender's minute. A run takes up to four minutes while a campaign is active.
    const sending = pipeline.scheduled.filter(isOfCampaigns).map(async (name) => {
      while (!over.signal.aborted) {
        await pipeline.run(name);
        await sleep(100);
      }
    });
    const drops: DropAccount[] = [];
    for (const [drop, given] of [
      ['first', options.odd ? oddRows(options.rows) : crmRows(options.rows)],
      ['corrected', options.odd ? correctedOddRows(options.rows) : correctedRows(options.rows)],
    ] as const) {
      drops.push(await dropped(pipeline, kills, drop, given, options.patienceSeconds, progress));
      progress(`${drop} file: ${kills.kills('checker')} kills of the checker, ${kills.kills('sender')} of the sender`);
    }
    over.abort();
    await Promise.all(sending);
    return { drops, points: kills.points(), randomKills: options.randomKills - kills.randomLeft };
  } finally {
    over.abort();
    await pipeline.stop();
  }
}

async function dropped(
  pipeline: FaultyPipeline,
  kills: CampaignKills,
  drop: DropAccount['drop'],
  given: RowsFile,
  patienceSeconds: number,
  progress: (line: string) => void,
): Promise<DropAccount> {
  const startedAt = performance.now();
  const before = pipeline.api.stats();
  const [checkerKills, senderKills] = [kills.kills('checker'), kills.kills('sender')];
  const bucket = campaignBucket(pipeline);
  const settings = { template: 'A1b3', lane: 'campaign', ...given.settings };
  await bucket.put(`inbox/crm/spring.campaign.json`, JSON.stringify(settings));
  await bucket.put(`inbox/crm/spring.csv`, given.text);
  const record = await ended(pipeline, drop === 'first' ? 1 : 2, patienceSeconds, progress);
  const results = linesOf(await bucket.text('results/crm/spring.ndjson')).map((line) => JSON.parse(line) as RowResult);
  const after = pipeline.api.stats();
  const disagreements = [
    ...fileFaults({ file, record, rowsInFile: given.statuses.length, results }, await codeTexts(pipeline, results)),
    ...differences(given, results, csvRows(await bucket.text('results/crm/spring.csv'))),
    ...(await linkFaults(pipeline)),
  ];
  const expected = given.statuses.filter((status) => status === 'created').length;
  const changed = given.statuses.filter((status) => status === 'updated').length;
  const linksMade = after.links.made - before.links.made;
  const quotaCalls = after.quota.used - before.quota.used;
  const conflicts = (after.calls.create?.['409'] ?? 0) - (before.calls.create?.['409'] ?? 0);
  if (linksMade !== expected) disagreements.push(`${linksMade} links were made for ${expected} rows`);
  // A chunk that is sent again may bring a copy of a create in the same instant. It costs a 409.
  if (quotaCalls - conflicts !== expected + changed)
    disagreements.push(`${quotaCalls} calls of the quota, ${conflicts} of them 409s, for ${expected + changed} rows`);
  return {
    drop,
    rows: results.length,
    counts: rowCounts(record),
    checkerKills: kills.kills('checker') - checkerKills,
    senderKills: kills.kills('sender') - senderKills,
    linksMade,
    quotaCalls,
    disagreements,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

/** @returns the record of an ended drop. @throws Error if for so long nobody was killed and the record stayed as it was */
async function ended(
  pipeline: FaultyPipeline,
  drop: number,
  patienceSeconds: number,
  progress: (line: string) => void,
): Promise<CampaignRecord> {
  let [standing, since] = ['', performance.now()];
  for (;;) {
    const record = (await pipeline.ledger()).get('campaign#crm/spring') as CampaignRecord | undefined;
    // Also a refused file has ended.
    if (record?.drop === drop && record.endedAt !== undefined) return record;
    const state = record?.drop === drop ? record.state : 'not opened';
    const now = `${state}, revision ${record?.revision}, ${pipeline.kills} kills`;
    if (!standing.startsWith(state)) progress(`the campaign is ${now}`);
    if (now !== standing) [standing, since] = [now, performance.now()];
    if (performance.now() - since > patienceSeconds * 1000) throw new Error(`the campaign stands still: ${now}`);
    await sleep(500);
  }
}

function differences({ statuses, codes }: RowsFile, results: readonly RowResult[], csvRows: number): string[] {
  const other = results.filter(({ row, status }) => statuses[row - 1] !== status);
  const coded = results.filter(({ qrKey }) => qrKey !== undefined).length;
  const faults: [boolean, string][] = [
    [other.length > 0, `rows ended otherwise: ${other.map(({ row, status }) => `${row} ${status}`).join(', ')}`],
    [csvRows !== statuses.length, `${csvRows} rows in the results for ${statuses.length} in the file`],
    [coded !== codes, `${coded} results name a code instead of ${codes}`],
  ];
  return faults.flatMap(([broken, words]) => (broken ? [words] : []));
}

async function codeTexts(pipeline: FaultyPipeline, results: readonly RowResult[]) {
  const texts = new Map<string, string | undefined>();
  for (const { qrKey } of results) {
    if (qrKey !== undefined)
      texts.set(qrKey, pictureIn(await pipeline.image(qrKey), qrKey.endsWith('.png') ? 'png' : 'jpeg').text);
  }
  return texts;
}

function campaignBucket({ cloud, campaignBucket: Bucket }: FaultyPipeline) {
  const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
  return {
    put: (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body })),
    text: async (Key: string) =>
      (await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()) ?? '',
  };
}

/** The rows after the header. A cell may have line breaks. */
const csvRows = (text: string) =>
  parse(text, { bom: true, delimiter: [',', ';'], columns: true, skip_empty_lines: true }).length;

const linesOf = (text: string) => text.split(/\r?\n/).filter((line) => line !== '');
