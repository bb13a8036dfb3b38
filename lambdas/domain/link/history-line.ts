import * as z from 'zod';
import { isoSeconds } from '../work/clock.ts';
import type { LinkRecord } from './ledger-record.ts';

/** The history of an expired link: proof, years later, that it existed and which producer made it. */
export const historyLineSchema = z.object({
  onelinkId: z.string(),
  shortlinkId: z.string(),
  shortUrl: z.string(),
  source: z.string(),
  /** The create that made it. */
  requestId: z.string(),
  pid: z.string(),
  campaign: z.string().optional(),
  /** The digest of its subject (digest.ts). */
  subject: z.string().optional(),
  version: z.number(),
  /** The last applied change. Lines of older releases have none. */
  applied: z.object({ requestedAt: z.string(), requestId: z.string() }).optional(),
  /** ISO 8601, UTC. */
  expiredAt: z.string(),
});
export type HistoryLine = z.infer<typeof historyLineSchema>;

export function historyLineOf(record: LinkRecord): HistoryLine {
  const { address, shortUrl, source, requestId, pid, campaign, subject, version, applied, expiresAt } = record;
  const ofCampaign = campaign === undefined ? {} : { campaign };
  const ofSubject = subject === undefined ? {} : { subject };
  const expiredAt = isoSeconds(expiresAt);
  return { ...address, shortUrl, source, requestId, pid, ...ofCampaign, ...ofSubject, version, applied, expiredAt };
}
