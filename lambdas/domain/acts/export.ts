import * as z from 'zod';
import { defineAct, sourceName } from './act.ts';

/** The segments of a scan: DynamoDB reads them in parallel. */
export const exportSegments = 8;

/** Reads link records with their values, a part of a segment of the ledger at a time. */
export const exportLinks = defineAct({
  name: 'export',
  fields: {
    segment: z
      .int()
      .min(0)
      .max(exportSegments - 1),
    /** Where the part begins: the key that the last part of this segment has ended with. */
    after: z.string().max(2_048).optional(),
    /** Only links of this campaign (the parameter c), or that this producer created. */
    campaign: z.string().max(300).optional(),
    source: sourceName.optional(),
  },
  permission: 'support',
  target: ({ segment, source, campaign }) => ({
    segment,
    ...(source !== undefined && { source }),
    ofOneCampaign: campaign !== undefined,
  }),
  answer: z.object({
    /** Records that were read. */
    records: z.int(),
    links: z.array(z.record(z.string(), z.unknown())),
    /** Absent at the end of the segment. */
    next: z.string().optional(),
  }),
});
