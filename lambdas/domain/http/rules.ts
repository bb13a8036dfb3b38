import * as z from 'zod';
import { producerSchema, templatesSchema } from '../contract/producer.ts';
import { linkPoliciesSchema } from '../policy/link-policy.ts';

/** The file with the rules, beside the bundled handler: environment variables together hold 4 KB only. */
export const httpRulesFile = 'http-rules.json';

/** How a producer may call. */
export const httpProducerSchema = producerSchema.extend({
  lanes: z.array(z.string()).min(1),
  /** The lane of a call that names none: the producer's first lane without a batch window, or else its first lane. */
  defaultLane: z.string().min(1),
  /** Whether it may call with a key. */
  keys: z.boolean(),
  /** The unique IDs of the roles and users that may sign calls for it. Empty if `http.iam` is off. */
  senders: z.array(z.string()),
  /** Requests and commands a second. */
  requestsPerSecond: z.int().min(1),
});
export type HttpProducer = z.infer<typeof httpProducerSchema>;

/** What the HTTP API needs to know of the configuration. */
export const httpRulesSchema = z.object({
  /** The producers with `http` in their configuration. */
  producers: z.array(httpProducerSchema),
  /** All templates, each with its domain and brand domains. */
  templates: templatesSchema,
  policies: linkPoliciesSchema,
  /** The lanes that derive an ID if a chosen one is taken. */
  derivingLanes: z.array(z.string()),
});
export type HttpRules = z.infer<typeof httpRulesSchema>;
/** What the construct writes into the file. */
export type HttpRulesText = z.input<typeof httpRulesSchema>;
