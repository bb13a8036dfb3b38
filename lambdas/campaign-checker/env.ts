import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';
import { contractVariables } from '../domain/onelink/api-variables.ts';

export { type CampaignRulesText, campaignRulesFile } from '../domain/campaign/rules.ts';

/** Which campaigns wait for an operator's approval. Settings of a campaign can add to it, and never take away. */
export const approvalSchema = z.object({
  /** Campaigns with more rows to send than this. */
  aboveRows: z.int().min(0).optional(),
  /** All campaigns of these sources. */
  sources: z.array(z.string()).optional(),
  /** Campaigns whose calls would touch the quota that their lane reserves, or whose quota is unknown. */
  belowReserve: z.boolean().optional(),
});
export type Approval = z.infer<typeof approvalSchema>;

/** The contract between the campaign checker's construct and its handler: one variable each, all required. */
export const campaignCheckerEnvironment = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  CAMPAIGN_BUCKET_NAME: z.string().min(1),
  CAMPAIGN_QUEUE_URL: z.url(),
  /** The secret that keys the digests of link data. */
  LINK_ID_SECRET_ARN: z.string().min(1),
  /** JSON: which campaigns wait for approval. */
  APPROVAL: jsonText(approvalSchema),
  /** JSON: what the check needs to know of each lane. */
  LANES: jsonText(
    z.record(
      z.string(),
      z.object({
        /** The calls of the month's quota that the lane leaves to others. */
        quotaReserveCalls: z.int().min(0),
        /** What creates do if another link has their chosen ID, and they do not say. */
        conflictPolicy: z.enum(['reject', 'derive']),
      }),
    ),
  ),
  ...contractVariables,
});
export type CampaignCheckerEnvironment = z.infer<typeof campaignCheckerEnvironment>;
/** What the construct must set: every variable, as text. */
export type CampaignCheckerVariables = Record<keyof CampaignCheckerEnvironment, string>;
