import { isoSeconds } from '../work/clock.ts';
import type { LinkRecord } from './ledger-record.ts';
import type { LinkAddress } from './link-id.ts';

/** The history of an expired link: proof, years later, that it existed and which producer made it. */
export interface HistoryLine
  extends LinkAddress,
    Pick<LinkRecord, 'shortUrl' | 'source' | 'requestId' | 'pid' | 'campaign' | 'subject' | 'version'> {
  /** ISO 8601, UTC. */
  expiredAt: string;
}

export function historyLineOf(record: LinkRecord): HistoryLine {
  const { address, shortUrl, source, requestId, pid, campaign, subject, version, expiresAt } = record;
  const ofCampaign = campaign === undefined ? {} : { campaign };
  const ofSubject = subject === undefined ? {} : { subject };
  const expiredAt = isoSeconds(expiresAt);
  return { ...address, shortUrl, source, requestId, pid, ...ofCampaign, ...ofSubject, version, expiredAt };
}
