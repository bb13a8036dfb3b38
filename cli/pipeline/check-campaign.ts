import { createGunzip } from 'node:zlib';
import type { Columns } from '../../lambdas/domain/campaign/columns.ts';
import { checkRows } from '../../lambdas/domain/campaign/file-check.ts';
import { openRows, type RowFormat } from '../../lambdas/domain/campaign/open-rows.ts';
import type { CampaignKey } from '../../lambdas/domain/campaign/places.ts';
import { type CheckCounts, countRow, noCounts } from '../../lambdas/domain/campaign/report.ts';
import type { CheckedRow } from '../../lambdas/domain/campaign/row.ts';
import { RowReader } from '../../lambdas/domain/campaign/row-reader.ts';
import { SeenKeys } from '../../lambdas/domain/campaign/seen-keys.ts';
import type { CampaignSettings } from '../../lambdas/domain/campaign/settings.ts';
import { notGzip, UnreadableFile } from '../../lambdas/domain/campaign/unreadable-file.ts';
import type { InputFile } from '../files/input-file.ts';
import { OperatorError } from '../words/operator-error.ts';
import type { ConfiguredPipeline } from './configured-pipeline.ts';
import { laneReader } from './lane-reader.ts';

/** A campaign's file on this machine. */
export interface LocalFile {
  input: Pick<InputFile, 'name' | 'open' | 'unchanged' | 'readError'>;
  format: RowFormat;
  isCompressed: boolean;
}

/** What a check on this machine has found. It sees neither the ledger nor the quota. */
export interface LocalCheck {
  counts: CheckCounts;
  header: readonly string[];
  columns: Columns;
  lane: string;
}

export interface CheckOptions {
  signal: AbortSignal;
  nowMilliseconds: number;
  /** Called for each row. */
  onRow?(row: CheckedRow, rows: number): void;
}

/** A campaign as its settings and the configuration complete it. */
export interface PlannedCampaign extends CampaignKey {
  settings: CampaignSettings;
  pipeline: ConfiguredPipeline;
}

/**
 * The lane and the template that a campaign's rows have if they name none.
 *
 * @throws OperatorError if the source is not a producer, or may not use the lane
 */
export function defaultsOf({ source, settings, pipeline }: Omit<PlannedCampaign, 'name'>) {
  const { producers } = pipeline.settings;
  const producer = producers.find((one) => one.source === source);
  if (producer === undefined) {
    const known = producers.map((one) => one.source).join(', ');
    throw new OperatorError(
      `There is no producer ${source} in the configuration. It has ${known}. Name one with --source.`,
    );
  }
  const { lanes, templates } = producer;
  const lane = settings.lane ?? lanes[0] ?? '';
  if (!lanes.includes(lane)) {
    throw new OperatorError(`${source} may not use the lane ${lane}. It may use ${lanes.join(', ')}.`);
  }
  return { lane, template: settings.template ?? (templates.length === 1 ? templates[0] : undefined), templates };
}

/**
 * Checks a whole file by the domain's rules, as the pipeline will. It holds one row in memory, and twelve bytes for each key.
 *
 * @throws OperatorError if the file as a whole cannot be used, or if the signal aborts
 */
export async function checkCampaign(
  file: LocalFile,
  campaign: PlannedCampaign,
  { signal, nowMilliseconds, onRow }: CheckOptions,
): Promise<LocalCheck> {
  const { source, name, settings, pipeline } = campaign;
  const { lane, template, templates } = defaultsOf(campaign);
  const { format } = file;
  return reading(file, async (chunks) => {
    const file = await openRows(format, chunks);
    const { lanes, conflictPolicy } = pipeline.settings;
    const reader = new RowReader({
      source,
      name,
      settings,
      template,
      templates,
      droppedAt: settings.requestedAt === undefined ? nowMilliseconds : Date.parse(settings.requestedAt),
      read: laneReader(pipeline, lane),
      domains: pipeline.settings.templates,
      maxTtlDays: pipeline.account.maxTtlDays,
      onConflict: lanes[lane]?.conflictPolicy ?? conflictPolicy,
      format,
    });
    let { header } = file.from;
    // A CSV file without rows still has columns that may be at fault.
    if (format === 'csv') reader.columns(header);
    const counts = noCounts();
    for await (const row of checkRows(file.rows, reader, new SeenKeys({ isWhole: true }))) {
      if (signal.aborted) throw new OperatorError('Interrupted. Nothing was sent.');
      header = row.header;
      countRow(counts, row.checked, row.warnings);
      onRow?.(row.checked, counts.rows);
    }
    return { counts, columns: reader.columns(header), header, lane };
  });
}

/** All columns of a file, and its delimiter. The last line of an NDJSON file may add one, so such a file is read whole. */
export async function columnNames(
  file: LocalFile,
  signal: AbortSignal,
): Promise<{ header: readonly string[]; delimiter: string | undefined }> {
  return reading(file, async (chunks) => {
    const { from, rows } = await openRows(file.format, chunks);
    let { header } = from;
    if (file.format === 'ndjson') {
      for await (const row of rows) {
        if (signal.aborted) throw new OperatorError('Interrupted. Nothing was sent.');
        header = row.header;
      }
    }
    return { header, delimiter: from.delimiter };
  });
}

/** The header and the first rows of a file, for a guess at its columns. */
export async function firstRows(
  file: LocalFile,
  most: number,
): Promise<{ header: readonly string[]; rows: string[][] }> {
  return reading(file, async (chunks) => {
    const opened = await openRows(file.format, chunks);
    let header = opened.from.header;
    const rows: string[][] = [];
    for await (const row of opened.rows) {
      header = row.header;
      rows.push(row.cells);
      if (rows.length === most) break;
    }
    return { header, rows };
  });
}

/**
 * Reads the bytes of a file, unpacked.
 *
 * @throws OperatorError with the words for a file that cannot be used, or has changed
 */
export async function reading<Result>(
  { input, isCompressed }: LocalFile,
  work: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
): Promise<Result> {
  await input.unchanged();
  const bytes = input.open();
  const chunks = isCompressed ? bytes.pipe(createGunzip()) : bytes;
  // A stream that ends another one does not pass on its errors.
  bytes.once('error', (error) => chunks.destroy(error));
  try {
    const result = await work(chunks);
    await input.unchanged();
    return result;
  } catch (error) {
    const unreadable = error instanceof UnreadableFile ? error : notGzip(error);
    if (unreadable !== undefined) throw new OperatorError(`${input.name} ${unreadable.message}`);
    throw input.readError(error);
  } finally {
    bytes.destroy();
  }
}
