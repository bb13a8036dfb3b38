import * as z from 'zod';

/** What the configuration lets one producer do. */
export const producerSchema = z.object({
  /** The `source` its commands carry. */
  source: z.string().min(1),
  /** Template IDs it may address. */
  templates: z.array(z.string()),
});
export type Producer = z.infer<typeof producerSchema>;

/** What the configuration says of each template, by template ID. */
export const templatesSchema = z.record(
  z.string(),
  z.object({
    /** The template's own domain, such as `acme.onelink.me`: a link's URL is `https://{domain}/{onelinkId}/{shortlinkId}`. */
    domain: z.string().min(1),
    /** Brand domains that links of the template may ask for instead. */
    brandDomains: z.array(z.string()),
  }),
);
export type Templates = z.infer<typeof templatesSchema>;
