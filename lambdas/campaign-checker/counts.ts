import type { CampaignRecord } from '../domain/campaign/record.ts';
import { type CheckCounts, noCounts } from '../domain/campaign/report.ts';
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

/** The record with these counts. */
export function contentAfter(record: CampaignRecord, counts: CheckCounts, now: number): Content {
  const { lookups, unchanged, rejected, actions, warningsByRule, ...ofRecord } = counts;
  const found = { lookups, unchanged, rejected, actions, warningsByRule };
  return { ...record, ...ofRecord, found, changedAt: now };
}
