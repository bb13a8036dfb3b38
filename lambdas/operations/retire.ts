import { type CampaignKey, campaignKey } from '../domain/campaign/places.ts';
import { type CampaignRecord, isActive } from '../domain/campaign/record.ts';
import { ActFailed, type Performers } from './performers.ts';

export interface RetirePorts {
  campaigns: { read(campaign: CampaignKey): Promise<{ record: CampaignRecord | undefined }> };
  inbox: {
    putSettings(campaign: CampaignKey, settings: { lane: string }): Promise<void>;
    addressFor(
      campaign: CampaignKey,
      file: { sha256: string; bytes: number },
    ): Promise<{ url: string; headers: Record<string, string> }>;
  };
}

/**
 * Allows one upload: the file of deletes that the caller has named by its SHA-256. It is a file of the same producer, so the
 * lane carries out no delete of another producer's link.
 */
export function retireAct({ campaigns, inbox }: RetirePorts): Pick<Performers, 'campaign-retire'> {
  return {
    'campaign-retire': async ({ source, campaign, as, sha256, bytes, links }) => {
      const retired = { source, name: campaign };
      const { record } = await campaigns.read(retired);
      if (record === undefined) throw new ActFailed(`${campaignKey(retired)} has no usable record.`);
      if (isActive(record)) {
        throw new ActFailed(
          `${campaignKey(record)} still runs, and would make more links. Wait for its end, or run: onelink campaign cancel ${campaignKey(record)}`,
        );
      }
      if (as === campaign) throw new ActFailed('The campaign that deletes must have another name. Name it with --as.');
      const deleting = { source, name: as };
      await inbox.putSettings(deleting, { lane: record.lane });
      return { answer: await inbox.addressFor(deleting, { sha256, bytes }), effect: { links, bytes } };
    },
  };
}
