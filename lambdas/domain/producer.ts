import * as z from 'zod';

/** What the configuration lets one producer do. */
export const producerSchema = z.object({
  /** The `source` its commands carry. */
  source: z.string().min(1),
  /** Template IDs it may address. */
  templates: z.array(z.string()),
});
export type Producer = z.infer<typeof producerSchema>;

/** Brand domains allowed on each template, by template ID. */
export const templateDomainsSchema = z.record(z.string(), z.array(z.string()));
export type TemplateDomains = z.infer<typeof templateDomainsSchema>;
