import * as z from 'zod';
import { campaignRecordSchema } from '../campaign/record.ts';
import { campaignName } from '../campaign/settings.ts';
import { defineAct, sourceName } from './act.ts';
import { campaignsPermission } from './names.ts';

const fields = { source: sourceName, campaign: campaignName };
interface OfCampaign {
  source: string;
  campaign: string;
}
const permission = ({ source }: OfCampaign) => campaignsPermission(source);
const target = ({ source, campaign }: OfCampaign) => ({ source, campaign });

const answer = z.object({
  /** The campaign's record after the act. */
  record: campaignRecordSchema,
  /** Why nothing had to be done. */
  already: z.string().optional(),
});

/** Lets a checked campaign send. */
export const campaignApprove = defineAct({ name: 'campaign-approve', fields, permission, target, answer });

/** Keeps the rest of a campaign from being sent. */
export const campaignPause = defineAct({
  name: 'campaign-pause',
  fields,
  permission,
  needsReason: true,
  target,
  answer,
});

/** Ends the pause of a campaign. */
export const campaignResume = defineAct({ name: 'campaign-resume', fields, permission, target, answer });

/** Ends a campaign before all its rows are sent. */
export const campaignCancel = defineAct({ name: 'campaign-cancel', fields, permission, target, answer });

/** Deletes the links of a campaign: it hands out a URL to which the caller may upload exactly one file of deletes. */
export const campaignRetire = defineAct({
  name: 'campaign-retire',
  fields: {
    ...fields,
    /** The campaign that deletes. */
    as: campaignName,
    /** The file's SHA-256, in base64, and its length in bytes. The URL accepts no other content. */
    sha256: z.base64().length(44),
    bytes: z.int().min(1).max(5_000_000_000),
    /** Links to delete, for the record. */
    links: z.int().min(1),
  },
  permission,
  target: ({ source, campaign, as, links }) => ({ source, campaign, as, links }),
  answer: z.object({
    url: z.url(),
    /** The headers that the upload must have. */
    headers: z.record(z.string(), z.string()),
  }),
});
