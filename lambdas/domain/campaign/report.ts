import type { Fault } from '../contract/fault.ts';
import type { CampaignRecord } from './record.ts';
import type { CheckedRow } from './row.ts';

/** What the check has counted. The record's fields of these names hold them. */
export interface CheckCounts
  extends Pick<CampaignRecord, 'rows' | 'toSend' | 'quotaCalls' | 'qrCodes' | 'firstFaults' | 'faultsByRule'> {
  /** GETs before creates with a chosen ID. */
  lookups: number;
  /** Rows that are not sent. */
  unchanged: number;
  rejected: number;
  /** Rows to send, by action. */
  actions: Record<string, number>;
  warningsByRule: Record<string, number>;
}

export declare function noCounts(): CheckCounts;

/** Counts a row. It changes `counts`. */
export declare function countRow(counts: CheckCounts, row: CheckedRow, warnings?: readonly Fault[]): void;
