import * as z from 'zod';
import { producerSchema, templatesSchema } from '../contract/producer.ts';
import { linkPoliciesSchema } from '../policy/link-policy.ts';

/**
 * The file with the rules, beside the bundled handlers of both campaign functions: environment variables together hold
 * 4 KB only.
 */
export const campaignRulesFile = 'campaign-rules.json';

/** What the commands of all lanes must comply with. Both campaign functions check rows by it. */
export const campaignRulesSchema = z.object({
  /** All producers of the pipeline, each with the lanes that it may use. */
  producers: z.array(producerSchema.extend({ lanes: z.array(z.string()) })),
  /** All templates, each with its domain and brand domains. */
  templates: templatesSchema,
  policies: linkPoliciesSchema,
});
export type CampaignRules = z.infer<typeof campaignRulesSchema>;
/** What the construct writes into the file. */
export type CampaignRulesText = z.input<typeof campaignRulesSchema>;
