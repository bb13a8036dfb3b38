import { createHash } from 'node:crypto';
import * as z from 'zod';
import { actions } from './command.ts';
import { faultSchema } from './fault.ts';

export const outcomeKinds = [
  'created',
  'updated',
  'deleted',
  'adopted',
  'migrated',
  'found',
  'not-found',
  'conflict',
  'rejected',
  'stale',
  'superseded',
  'parked',
  'qr-ready',
  'qr-failed',
  'expired',
  'renewed',
  'expiring-soon',
  'campaign-finished',
] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** The contract for subscribers: the outcome of a command. */
export const outcomeSchema = z.object({
  specVersion: z.literal('1.0'),
  outcomeId: z
    .string()
    .describe('The same each time the same outcome is published, because SNS may repeat and reorder messages.'),
  outcome: z.enum(outcomeKinds),
  action: z
    .enum(actions)
    .nullable()
    .describe(
      'Null if there is no command (a link expired or was renewed, a campaign finished), or if the action is not readable.',
    ),
  source: z.string().nullable().describe('Null if the source is not readable.'),
  requestId: z.string().nullable(),
  lane: z.string(),
  messageId: z
    .string()
    .describe(
      'The ID of the command’s SQS message, which SendMessage returned to the producer. For a row of a campaign, the pipeline has made it.',
    ),
  repeat: z.boolean().describe('True if another message of the same request was answered before.'),
  decidedAt: z.string().describe('ISO 8601, UTC.'),
  link: z
    .object({
      onelinkId: z.string(),
      shortlinkId: z.string(),
      shortUrl: z.string().optional(),
      expiresAt: z.string().optional().describe('ISO 8601, UTC, as last known. Clicks on a renewing link extend it.'),
      version: z.int().optional().describe('1 at the create or adopt. Grows by one with each change.'),
      ttlSeconds: z.int().optional().describe('The link’s TTL. Of `found` only, if it is known.'),
    })
    .optional(),
  data: z
    .record(z.string(), z.string())
    .optional()
    .describe('The link’s parameters, as the API has them. Of `found` only.'),
  qr: z.object({ bucket: z.string(), key: z.string(), format: z.enum(['png', 'jpg']), bytes: z.int() }).optional(),
  campaign: z
    .object({
      name: z.string(),
      drop: z.int().describe('Which drop of the file: 1 is the first.'),
      state: z
        .enum(['finished', 'cancelled', 'refused'])
        .describe('`refused`: the file as a whole could not be used. `faults` has the reason.'),
      rows: z.int(),
      counts: z.record(z.string(), z.int()).describe('Rows by status. They add up to `rows`.'),
      results: z
        .object({
          bucket: z.string(),
          csv: z
            .string()
            .optional()
            .describe(
              'The key of the file as it was dropped, with the links beside its rows. A refused file has none.',
            ),
          ndjson: z.string().optional().describe('The key of the same results for programs. A refused file has none.'),
          rejected: z
            .string()
            .optional()
            .describe('The key of the rows that the check rejected, if there are any. Of a refused file: its reason.'),
        })
        .describe('Where the results are.'),
    })
    .optional()
    .describe('Of `campaign-finished` only.'),
  reason: z.string().optional().describe('A short name that programs can match on.'),
  faults: z.array(faultSchema).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** Whether the outcome may hold the data of a link, and goes to the private outcome queue of its producer alone. */
export const isPrivate = ({ outcome }: Pick<Outcome, 'outcome'>): boolean =>
  outcome === 'found' || outcome === 'not-found';

/** A use case's decision. `outcomeOf` adds the request and the message. */
export type Decision = Pick<Outcome, 'outcome' | 'link' | 'data' | 'qr' | 'campaign' | 'reason' | 'faults'>;

/** The request that an outcome answers. */
export interface RequestIdentity {
  source: string | null;
  requestId: string | null;
  action: Outcome['action'];
  metadata?: Record<string, string> | undefined;
}

/**
 * The outcome of a decision. Deterministic except `decidedAt`, so a repeat after a crash publishes the same outcome.
 */
export function outcomeOf(
  decision: Decision,
  asked: RequestIdentity,
  delivery: { lane: string; messageId: string; nowMilliseconds: number },
): Outcome {
  // Each reading of a link may have found something else, even for one message.
  const ofReading = isPrivate(decision) ? [JSON.stringify([decision.link, decision.data])] : [];
  // A producer may fix a rejected command and send it again under its requestId, so each rejection is a separate
  // outcome. A repeat of a get reads again.
  const isOfMessage = asked.requestId === null || decision.outcome === 'rejected' || isPrivate(decision);
  const ofMessage = isOfMessage ? [delivery.messageId] : [];
  // The version alone is not unique here: a link may be renewed, be about to expire, or expire more than once without a
  // change.
  const isOfExpiry = ['renewed', 'expiring-soon', 'expired'].includes(decision.outcome);
  const ofExpiry = isOfExpiry ? [decision.link?.expiresAt ?? ''] : [];
  // One ID has one content, so the cause counts. A command may be parked for two reasons, and two copies of a QR job
  // may fail for two causes.
  const cause = [decision.reason ?? '', ...(decision.faults?.map(({ rule }) => rule) ?? [])];
  const about = [asked.source, asked.requestId, ...ofMessage, ...ofReading, ...ofExpiry, ...cause];
  const identity = [...about, decision.outcome, decision.link?.version ?? 0].join('\0');
  return {
    specVersion: '1.0',
    outcomeId: createHash('sha256').update(identity).digest('hex').slice(0, 32),
    ...decision,
    action: asked.action,
    source: asked.source,
    requestId: asked.requestId,
    lane: delivery.lane,
    messageId: delivery.messageId,
    repeat: false,
    decidedAt: new Date(delivery.nowMilliseconds).toISOString(),
    ...(asked.metadata !== undefined && { metadata: asked.metadata }),
  };
}
