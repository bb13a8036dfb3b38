import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';

/** The contract between the forwarder's construct and its handler: one variable each, all required. */
export const forwarderEnvironment = z.object({
  /** JSON: the URLs of the lanes' queues, by lane. */
  LANE_QUEUE_URLS: jsonText(z.record(z.string(), z.url())),
  /** JSON: the ingress queues. Each proves the source of its messages. */
  INGRESS_QUEUES: jsonText(
    z.array(
      z.object({
        url: z.url(),
        source: z.string().min(1),
        lane: z.string().min(1),
        /** How many messages that one environment has returned to this queue may have a running delay. */
        mostReturned: z.int().min(1),
      }),
    ),
  ),
  /** The unique IDs of the pipeline's own roles: a redriven message keeps its first ID and sent time. */
  OWN_SENDERS: z
    .string()
    .min(1)
    .transform((text): ReadonlySet<string> => new Set(text.split(','))),
  DEDUPLICATION_WINDOW_DAYS: z.coerce.number().int().min(1),
});
export type ForwarderEnvironment = z.infer<typeof forwarderEnvironment>;
/** What the construct must set: every variable, as text. */
export type ForwarderVariables = Record<keyof ForwarderEnvironment, string>;
