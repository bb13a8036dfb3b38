import { isCertainlyOver, type LinkRecord } from './ledger-record.ts';

/** What the table's stream tells of a link's record that DynamoDB's TTL has removed. */
export interface Removal {
  record: LinkRecord;
  /** Names the removal: the same, however often the stream delivers it. */
  token: string;
}

/** Whether the API has to be asked if the link is over. A tombstone and a certain end need no question. */
export function needsCheck({ record }: Removal, nowSeconds: number): boolean {
  return record.state === 'live' && !isCertainlyOver(record, nowSeconds);
}

/** The record as it goes back into the ledger until its check is done. */
export function recordInCheck({ record, token }: Removal, nowSeconds: number, lostAfterDays: number): LinkRecord {
  return { ...record, expiryCheck: { token, lostAt: nowSeconds + lostAfterDays * 86_400 } };
}

export function isSameLink(one: LinkRecord, other: LinkRecord): boolean {
  return one.source === other.source && one.requestId === other.requestId;
}
