import type { CampaignRecord } from '../domain/campaign/record.ts';
import type { CampaignSenderPorts } from './ports.ts';
import type { Progress } from './progress.ts';

/** Operators write a campaign's record too, a few times in its life. So many losses in a row have another cause. */
const maxAttempts = 8;

/**
 * Changes a campaign's record. If somebody else has written it in the meantime, it reads the record again and makes the
 * change anew.
 *
 * @param make the change of this record, or undefined if there is nothing to change any more
 * @returns the record as it is now, or undefined if a newer drop has replaced it
 * @throws Error if the record is missing or malformed, or always changes first
 */
export async function changeCampaign(
  { campaigns, clock }: Pick<CampaignSenderPorts, 'campaigns' | 'clock'>,
  campaign: CampaignRecord,
  make: (now: CampaignRecord) => Progress | undefined,
): Promise<CampaignRecord | undefined> {
  let record = campaign;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const progress = make(record);
    if (progress === undefined) return record;
    const { v: _, revision: __, ...content } = record;
    const next = { ...content, ...progress, changedAt: clock.wallMilliseconds() };
    const written = await campaigns.write(next, { record, corrupt: false });
    if (written !== undefined) return written;
    const reading = await campaigns.read(campaign);
    if (reading.record === undefined) throw new Error('the record of a campaign is missing or malformed');
    if (reading.record.drop !== campaign.drop) return undefined;
    record = reading.record;
  }
  throw new Error('the record of a campaign changes before each write');
}
