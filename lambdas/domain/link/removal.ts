import type { LinkRecord } from './ledger-record.ts';

/** A link's record that DynamoDB's TTL has removed, from the table's stream. */
export interface Removal {
  record: LinkRecord;
  /** The ID of the removal, equal for each delivery by the stream. */
  token: string;
}

/** The record as the intake restores it until its check is done. */
export function recordInCheck({ record, token }: Removal, nowSeconds: number, lostAfterDays: number): LinkRecord {
  return { ...record, expiryCheck: { token, lostAt: nowSeconds + lostAfterDays * 86_400 } };
}
