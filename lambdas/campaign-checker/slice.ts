import { checkRows, type FileCheckRow } from '../domain/campaign/file-check.ts';
import type { RowFile } from '../domain/campaign/file-rows.ts';
import { openRows, type RowFormat, rowsFrom } from '../domain/campaign/open-rows.ts';
import { type CampaignRecord, rowsPerChunk } from '../domain/campaign/record.ts';
import type { CheckCounts } from '../domain/campaign/report.ts';
import { countRow } from '../domain/campaign/report.ts';
import type { CheckedRow } from '../domain/campaign/row.ts';
import type { RowReader } from '../domain/campaign/row-reader.ts';
import { SeenKeys } from '../domain/campaign/seen-keys.ts';
import { eachAtOnce } from '../domain/work/at-once.ts';
import { contentAfter, countsOf, recordableHeader } from './counts.ts';
import { textBytes } from './file-bytes.ts';
import { withKnown } from './known.ts';
import { campaignCheckerMetric } from './names.ts';
import type { CampaignCheckerPorts } from './ports.ts';
import { save } from './saving.ts';

/** How much is done at once. Each is a multiple of a chunk's rows. */
export interface Sizes {
  /**
   * The record is written after each step of so many rows. Each run of a step writes the same objects, because
   * its rows are the same. So two runs at once do no harm.
   */
  rowsPerStep: number;
  /** A step of long rows ends earlier: its rejected rows are held in memory. */
  bytesPerStep: number;
  /** Rows that are compared with the ledger at once, and whose chunks are written at once. */
  rowsAtOnce: number;
}
export const usualSizes: Sizes = { rowsPerStep: 10_000, bytesPerStep: 64 * 1024 * 1024, rowsAtOnce: 2_000 };

/** Rows have 256 KB at most. Such rows come in fewer at once. */
const bytesAtOnce = 16 * 1024 * 1024;
const objectsAtOnce = 16;

/** How a drop is read. */
export interface SliceRules {
  reader: RowReader;
  format: RowFormat;
  isCompressed: boolean;
  /** Whether the lane derives an ID if a chosen one is taken. */
  derivesIds: boolean;
  sizes: Sizes;
}

/**
 * Checks rows from where the record stands, and writes them as chunks.
 *
 * @param mayGoOn whether there is time for another step
 * @returns the record after the last step, or undefined if the check is not ours any more
 * @throws UnreadableFile if the file as a whole cannot be used
 */
export async function checkSlice(
  start: CampaignRecord,
  rules: SliceRules,
  mayGoOn: () => boolean,
  ports: CampaignCheckerPorts,
): Promise<CampaignRecord | undefined> {
  const { from, rows } = await opened(start, rules, ports);
  const seen = await seenSoFar(start, ports);
  let step = beginStep(start, from.header);
  for await (const row of checkRows(rows, rules.reader, seen, start.rows)) {
    step.rows += 1;
    step.pending.push(row);
    step.pendingBytes += row.nextByte - step.at.byte;
    step.at = { byte: row.nextByte, line: row.nextLine, header: row.header };
    if (step.rows % rowsPerChunk !== 0) continue;
    const { rowsPerStep, bytesPerStep, rowsAtOnce } = rules.sizes;
    if (step.pending.length === rowsAtOnce || step.pendingBytes > bytesAtOnce) await writeChunks(step, rules, ports);
    if (step.rows < rowsPerStep && row.nextByte - step.from.check.byte < bytesPerStep) continue;
    const saved = await endStep(step, false);
    if (saved === undefined || !mayGoOn()) return saved;
    step = beginStep(saved, row.header);
  }
  return endStep(step, true);

  async function endStep(ended: Step, isDone: boolean): Promise<CampaignRecord | undefined> {
    const header = recordableHeader(ended.at.header);
    await writeChunks(ended, rules, ports);
    const { from: before, counts, rejected, chunks, at } = ended;
    const part = before.check.digestObjects + 1;
    await ports.files.putDigests(before, before.drop, part, seen.takeAdded());
    await ports.files.putRejected(before, before.drop, part, rejected);
    const check = {
      byte: at.byte,
      line: at.line,
      row: counts.rows,
      header,
      ...(from.delimiter !== undefined && { delimiter: from.delimiter }),
      digestObjects: part,
      done: isDone,
    };
    const now = ports.clock.wallMilliseconds();
    const saved = await save({ ...contentAfter(before, counts, now), chunks, check }, before, ports);
    if (saved) ports.observer.count(campaignCheckerMetric.rowsChecked, ended.rows);
    if (saved && rejected.length > 0) ports.observer.count(campaignCheckerMetric.rowsRefused, rejected.length);
    return saved;
  }
}

/** The rows since the record was written last. */
interface Step {
  from: CampaignRecord;
  rows: number;
  at: { byte: number; line: number; header: readonly string[] };
  counts: CheckCounts;
  chunks: number;
  rejected: CheckedRow[];
  pending: FileCheckRow[];
  pendingBytes: number;
}

const beginStep = (from: CampaignRecord, header: readonly string[]): Step => ({
  from,
  rows: 0,
  at: { byte: from.check.byte, line: from.check.line, header },
  counts: countsOf(from),
  chunks: from.chunks,
  rejected: [],
  pending: [],
  pendingBytes: 0,
});

function opened(
  { file, check }: CampaignRecord,
  { format, isCompressed }: SliceRules,
  ports: CampaignCheckerPorts,
): Promise<RowFile> {
  const { byte, line, header, delimiter } = check;
  const bytes = textBytes(file, isCompressed, byte, ports);
  if (header === undefined) return openRows(format, bytes);
  const from = { byte, line, header, delimiter };
  return Promise.resolve({ from, rows: rowsFrom(format, bytes, from) });
}

async function seenSoFar(
  { source, name, drop, check }: CampaignRecord,
  { files }: CampaignCheckerPorts,
): Promise<SeenKeys> {
  const parts = Array.from({ length: check.digestObjects }, (_, index) => index + 1);
  const digests = new Map<number, Uint8Array>();
  await eachAtOnce(objectsAtOnce, parts, async (part) => {
    digests.set(part, await files.digests({ source, name }, drop, part));
  });
  const seen = new SeenKeys();
  for (const part of parts) seen.load(digests.get(part) ?? new Uint8Array());
  return seen;
}

/** Writes the rows that wait as chunks. All chunks but a file's last are whole. */
async function writeChunks(step: Step, rules: SliceRules, ports: CampaignCheckerPorts): Promise<void> {
  const { from, pending, at } = step;
  step.pending = [];
  step.pendingBytes = 0;
  const hasKeys = rules.reader.columns(at.header).key !== undefined;
  const rows = (await mayKnow(from, ports))
    ? await withKnown(pending, from.source, { hasKeys, derivesIds: rules.derivesIds }, ports)
    : pending.map(({ checked }) => checked);
  for (const [index, row] of rows.entries()) {
    countRow(step.counts, row, pending[index]?.warnings);
    if (row.check === 'rejected') step.rejected.push(row);
  }
  const chunks = Array.from({ length: Math.ceil(rows.length / rowsPerChunk) }, (_, index) => ({
    chunk: step.chunks + index + 1,
    rows: rows.slice(index * rowsPerChunk, (index + 1) * rowsPerChunk),
  }));
  await eachAtOnce(8, chunks, (one) => ports.files.putChunk(from, from.drop, one.chunk, one.rows));
  step.chunks += chunks.length;
}

/**
 * Whether the ledger may know the rows: by an earlier drop, or by a call for a key of the campaign. A call is noted before
 * its command is sent. The note is read for each group of rows, since calls may begin during the check.
 */
async function mayKnow(from: CampaignRecord, { calls }: CampaignCheckerPorts): Promise<boolean> {
  return from.drop > 1 || (await calls.isCampaignNoted(from));
}
