import * as z from 'zod';

/** The rights that the configuration gives one producer. */
export const producerSchema = z.object({
  /** The `source` of its commands. */
  source: z.string().min(1),
  /** The IDs of the templates that it may use. */
  templates: z.array(z.string()),
  /** Whether it has a private outcome queue, without which it may not read links' data (`get`). */
  privateOutcomes: z.boolean().optional(),
});
export type Producer = z.infer<typeof producerSchema>;

/** The configured templates, by template ID. */
export const templatesSchema = z.record(
  z.string(),
  z.object({
    /**
     * The template's own domain, such as `acme.onelink.me`: a link's URL is
     * `https://{domain}/{onelinkId}/{shortlinkId}`.
     */
    domain: z.string().min(1),
    /** Brand domains that links of the template may use instead. */
    brandDomains: z.array(z.string()),
  }),
);
export type Templates = z.infer<typeof templatesSchema>;
