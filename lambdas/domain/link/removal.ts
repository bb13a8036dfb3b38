import type { LinkRecord } from './ledger-record.ts';

/** What the table's stream tells of a link's record that DynamoDB's TTL has removed. */
export interface Removal {
  record: LinkRecord;
  /** Names the removal: the same, however often the stream delivers it. */
  token: string;
}

/** The record as it goes back into the ledger until its check is done. */
export function recordInCheck({ record, token }: Removal, nowSeconds: number, lostAfterDays: number): LinkRecord {
  return { ...record, expiryCheck: { token, lostAt: nowSeconds + lostAfterDays * 86_400 } };
}
