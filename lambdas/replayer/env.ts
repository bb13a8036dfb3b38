import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';
import { boundSendersSchema } from '../domain/contract/sender.ts';

/** The contract between the replayer's construct and its handler: one variable each, all required. */
export const replayerEnvironment = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  ARCHIVE_BUCKET_NAME: z.string().min(1),
  OUTCOME_TOPIC_ARN: z.string().min(1),
  /** JSON: the bound sources of the pipeline, each with the unique IDs of its senders. */
  SENDERS: jsonText(boundSendersSchema),
  /** JSON: the lanes, which replay side by side. */
  LANES: jsonText(
    z.array(
      z.object({
        name: z.string().min(1),
        queueUrl: z.url(),
        /** At most as many commands a second as the lane carries out. */
        commandsPerSecond: z.int().min(1),
        /**
         * The most messages to keep in the queue: enough to keep the workers busy, few enough not to delay new
         * commands.
         */
        sendAhead: z.int().min(1),
      }),
    ),
  ),
});
export type ReplayerEnvironment = z.infer<typeof replayerEnvironment>;
/** What the construct must set: every variable, as text. */
export type ReplayerVariables = Record<keyof ReplayerEnvironment, string>;
