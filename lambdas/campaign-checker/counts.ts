import type { CampaignRecord } from '../domain/campaign/record.ts';
import { type CheckCounts, noCounts } from '../domain/campaign/report.ts';
import { UnreadableFile } from '../domain/campaign/unreadable-file.ts';
import type { Content } from './ports.ts';

/** What the check has counted so far, in a copy that may be changed. */
export function countsOf({
  rows,
  toSend,
  quotaCalls,
  qrCodes,
  firstFaults,
  faultsByRule,
  found,
}: CampaignRecord): CheckCounts {
  const counts = { ...noCounts(), rows, toSend, quotaCalls, qrCodes, firstFaults, faultsByRule, ...found };
  return structuredClone(counts);
}

/** DynamoDB takes 400 KB in an item. Settings have 64 KB at most, and so has the header. */
const maxHeaderBytes = 64 * 1024;
/** A fault's path is the header of a column, which may be long. */
const [maxPathCharacters, maxMessageCharacters] = [200, 1_000];

/** The header for the record. @throws UnreadableFile if it is too large for it */
export function recordableHeader(header: readonly string[]): string[] {
  const bytes = header.reduce((sum, name) => sum + Buffer.byteLength(name), 0);
  if (bytes <= maxHeaderBytes) return [...header];
  throw new UnreadableFile('columns', 'has a header of more than 64 KB: shorten the names of its columns');
}

/** The record with these counts. */
export function contentAfter(record: CampaignRecord, counts: CheckCounts, now: number): Content {
  const {
    lookups,
    unchanged,
    rejected,
    actions,
    warningsByRule,
    firstWarnings: _,
    firstFaults: faults,
    ...ofRecord
  } = counts;
  const found = { lookups, unchanged, rejected, actions, warningsByRule };
  const firstFaults = faults.map(({ line, path, rule, message }) => ({
    line,
    path: path.slice(0, maxPathCharacters).toWellFormed(),
    rule,
    message: message.slice(0, maxMessageCharacters).toWellFormed(),
  }));
  return { ...record, ...ofRecord, firstFaults, found, changedAt: now };
}
