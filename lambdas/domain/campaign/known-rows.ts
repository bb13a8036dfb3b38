import type { LinkRecord, RequestRecord } from '../link/ledger-record.ts';
import type { LinkAddress } from '../link/link-id.ts';
import type { CheckedRow } from './row.ts';

/** The ledger's knowledge of a row, and what is needed to compare. */
export interface KnownFacts {
  source: string;
  name: string;
  /** Whether the file has a key column. */
  keyed: boolean;
  /** Of the row's `requestId`. */
  request: RequestRecord | undefined;
  /** Of `addressOfKnown`. */
  link: LinkRecord | undefined;
  linkIdSecret: string;
  /** What creates without `on_conflict` do in this lane. */
  onConflict: 'reject' | 'derive';
  nowSeconds: number;
}

/** The link record that the decision needs, or undefined if it needs none. */
export declare function addressOfKnown(row: CheckedRow, request: RequestRecord | undefined): LinkAddress | undefined;

/** What a row of a later drop becomes: as it is, `unchanged`, another command, or `rejected`. */
export declare function knownRow(row: CheckedRow, facts: KnownFacts): CheckedRow;
