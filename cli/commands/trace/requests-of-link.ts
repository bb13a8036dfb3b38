import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { Request } from './log-search.ts';

/** The requests that the ledger knows of for a link: who made it, who changed it last, and whose change is under way. */
export function requestsOfLink({ source, requestId, applied, lease }: LinkRecord): Request[] {
  const ids = new Set([requestId, applied.requestId, ...(lease === undefined ? [] : [lease.requestId])]);
  return [...ids].map((id) => ({ source, requestId: id }));
}
