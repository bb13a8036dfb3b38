import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';
import { producerSchema, templatesSchema } from '../domain/contract/producer.ts';
import { contractVariables } from '../domain/onelink/api-variables.ts';
import { linkPoliciesSchema } from '../domain/policy/link-policy.ts';

/** The file with the {@link campaignRulesSchema}, beside the bundled handler: environment variables together hold 4 KB only. */
export const campaignRulesFile = 'campaign-rules.json';

/** What the commands of all lanes must comply with. The sender checks a row by it once more, right before it sends the row. */
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

/** The contract between the campaign sender's construct and its handler: one variable each, all required. */
export const campaignSenderEnvironment = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  CAMPAIGN_BUCKET_NAME: z.string().min(1),
  OUTCOME_TOPIC_ARN: z.string().min(1),
  /** The secret that keys the digests of commands. */
  LINK_ID_SECRET_ARN: z.string().min(1),
  /** JSON: the lanes, which work side by side. */
  LANES: jsonText(
    z.array(
      z.object({
        name: z.string().min(1),
        queueUrl: z.url(),
        /** How many commands a second the lane carries out. */
        commandsPerSecond: z.int().min(1),
        /** How many images a second its campaigns may ask for. */
        imagesPerSecond: z.int().min(1),
      }),
    ),
  ),
  ...contractVariables,
});
export type CampaignSenderEnvironment = z.infer<typeof campaignSenderEnvironment>;
export type SenderLane = CampaignSenderEnvironment['LANES'][number];
/** What the construct must set: every variable, as text. */
export type CampaignSenderVariables = Record<keyof CampaignSenderEnvironment, string>;
