import { callsOf } from '../contract/command-calls.ts';
import type { Fault } from '../contract/fault.ts';
import type { CampaignRecord } from './record.ts';
import type { CheckedRow } from './row.ts';

/** What a check has counted. The campaign's record has the fields of the same names. */
export interface CheckCounts
  extends Pick<CampaignRecord, 'rows' | 'toSend' | 'quotaCalls' | 'qrCodes' | 'firstFaults' | 'faultsByRule'> {
  /** GETs of links (command-calls.ts). They are free, and count against the rate. */
  lookups: number;
  /** Rows that are not sent, because their links are as they want them. */
  unchanged: number;
  rejected: number;
  /** Rows to send, by action. */
  actions: Record<string, number>;
  /** Rows with a warning, by rule. */
  warningsByRule: Record<string, number>;
  /** The first warnings of rows, for the person who has the file. The record has none. */
  firstWarnings: CampaignRecord['firstFaults'];
}

export const noCounts = (): CheckCounts => ({
  rows: 0,
  toSend: 0,
  quotaCalls: 0,
  qrCodes: 0,
  lookups: 0,
  unchanged: 0,
  rejected: 0,
  actions: {},
  firstFaults: [],
  faultsByRule: {},
  warningsByRule: {},
  firstWarnings: [],
});

/** How many faults a report names, and how many warnings. */
export const mostFirstFaults = 20;
const mostFirstWarnings = 5;
/** The rules are bounded, so that a hostile file cannot make the record too large. */
const mostRules = 50;

/** Adds a row to the counts, in place. */
export function countRow(counts: CheckCounts, row: CheckedRow, warnings: readonly Fault[] = []): void {
  counts.rows += 1;
  for (const rule of new Set(warnings.map((one) => one.rule))) add(counts.warningsByRule, rule);
  for (const { path, rule, message } of warnings) {
    const isKnown = counts.firstWarnings.some((one) => one.rule === rule && one.path === path);
    if (!isKnown && counts.firstWarnings.length < mostFirstWarnings)
      counts.firstWarnings.push({ line: row.line, path, rule, message });
  }
  switch (row.check) {
    case 'unchanged':
      counts.unchanged += 1;
      return;
    case 'rejected':
      counts.rejected += 1;
      for (const rule of new Set(row.faults.map((one) => one.rule))) add(counts.faultsByRule, rule);
      for (const { path, rule, message } of row.faults) {
        if (counts.firstFaults.length < mostFirstFaults)
          counts.firstFaults.push({ line: row.line, path, rule, message });
      }
      return;
    case 'send':
      countCommand(counts, row.command);
  }
}

function countCommand(counts: CheckCounts, command: Record<string, unknown>): void {
  const { quotaCalls, lookups, qrCodes } = callsOf(command);
  counts.toSend += 1;
  add(counts.actions, String(command.action));
  counts.quotaCalls += quotaCalls;
  counts.lookups += lookups;
  counts.qrCodes += qrCodes;
}

function add(counts: Record<string, number>, rule: string): void {
  const name = Object.hasOwn(counts, rule) || Object.keys(counts).length < mostRules ? rule : 'other';
  counts[name] = (counts[name] ?? 0) + 1;
}
