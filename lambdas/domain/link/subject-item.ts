import type { RequestKey } from '../contract/request-key.ts';
import type { LinkRecord, RequestRecord } from './ledger-record.ts';

/** An item of the ledger that has a subject. */
export type SubjectItem =
  | { kind: 'link'; record: LinkRecord }
  | { kind: 'request'; record: RequestRecord }
  | { kind: 'http'; request: RequestKey; subject: string }
  | { kind: 'other' };

/** One page of a scan. `next` is absent at its end. */
export interface ScanPage<Found> {
  found: Found[];
  next?: string | undefined;
}
