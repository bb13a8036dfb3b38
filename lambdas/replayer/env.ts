import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';

/** The contract between the replayer's construct and its handler: one variable each, all required. */
export const replayerEnvironment = z.object({
  LEDGER_TABLE_NAME: z.string().min(1),
  ARCHIVE_BUCKET_NAME: z.string().min(1),
  OUTCOME_TOPIC_ARN: z.string().min(1),
  /** JSON: the lanes, in the order in which their turn comes. */
  LANES: jsonText(
    z.array(
      z.object({
        name: z.string().min(1),
        queueUrl: z.url(),
        /** No more commands a second than the lane carries out. */
        commandsPerSecond: z.int().min(1),
        /** So many messages may wait in the queue: enough to keep the workers busy, and no more, for the sake of fresh ones. */
        sendAhead: z.int().min(1),
      }),
    ),
  ),
});
export type ReplayerEnvironment = z.infer<typeof replayerEnvironment>;
/** What the construct must set: every variable, as text. */
export type ReplayerVariables = Record<keyof ReplayerEnvironment, string>;
