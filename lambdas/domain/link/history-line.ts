import { isoSeconds } from '../work/clock.ts';
import type { LinkRecord } from './ledger-record.ts';

/** The history of an expired link: proof, years later, that it existed and which producer made it. */
export interface HistoryLine {
  onelinkId: string;
  shortlinkId: string;
  shortUrl: string;
  source: string;
  requestId: string;
  pid: string;
  campaign?: string;
  version: number;
  /** ISO 8601, UTC. */
  expiredAt: string;
}

export function historyLineOf(record: LinkRecord): HistoryLine {
  const { address, shortUrl, source, requestId, pid, campaign, version, expiresAt } = record;
  return {
    ...address,
    shortUrl,
    source,
    requestId,
    pid,
    ...(campaign !== undefined && { campaign }),
    version,
    expiredAt: isoSeconds(expiresAt),
  };
}
