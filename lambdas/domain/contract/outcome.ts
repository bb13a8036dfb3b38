import { createHash } from 'node:crypto';
import * as z from 'zod';
import { faultSchema } from './fault.ts';

export const outcomeKinds = [
  'created',
  'updated',
  'deleted',
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
] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** The contract for those who listen: what became of a command. */
export const outcomeSchema = z.object({
  specVersion: z.literal('1.0'),
  outcomeId: z.string().describe('The same for every telling of the same outcome: SNS may repeat and reorder.'),
  outcome: z.enum(outcomeKinds),
  action: z
    .enum(['create', 'update', 'delete', 'qr'])
    .nullable()
    .describe('Null when nobody asked: a link expired or was renewed, or the message was not readable that far.'),
  source: z.string().nullable().describe('Null when the message was not readable that far.'),
  requestId: z.string().nullable(),
  lane: z.string(),
  messageId: z.string().describe('The SQS message that is answered: what SendMessage returned to the producer.'),
  repeat: z.boolean().describe('True when the request had been answered before, through another message.'),
  decidedAt: z.string().describe('ISO 8601, UTC.'),
  link: z
    .object({
      onelinkId: z.string(),
      shortlinkId: z.string(),
      shortUrl: z.string().optional(),
      expiresAt: z.string().optional().describe('ISO 8601, UTC, as last known: clicks on a renewing link extend it.'),
      version: z.int().optional().describe('1 when created, and one more with each change.'),
    })
    .optional(),
  qr: z.object({ bucket: z.string(), key: z.string(), format: z.enum(['png', 'jpg']), bytes: z.int() }).optional(),
  reason: z.string().optional().describe('A short name that programs can match on.'),
  faults: z.array(faultSchema).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** What a use case decides; who asked, and through which message, is added when it is told. */
export type Decision = Pick<Outcome, 'outcome' | 'link' | 'qr' | 'reason' | 'faults'>;

/** Who asked for what. */
export interface Asked {
  source: string | null;
  requestId: string | null;
  action: Outcome['action'];
  metadata?: Record<string, string> | undefined;
}

/** The outcome of a decision. Deterministic but for `decidedAt`, so that a crash and a repeat tell the same. */
export function outcomeOf(
  decision: Decision,
  asked: Asked,
  delivery: { lane: string; messageId: string; nowMilliseconds: number },
): Outcome {
  // A rejected command may be mended and sent again under its requestId: each rejection is an outcome of its own.
  const ofMessage = asked.requestId === null || decision.outcome === 'rejected' ? [delivery.messageId] : [];
  // A link may be renewed, in danger or, made anew by a late copy, at its end time and again without a change of its own.
  const isOfExpiry = ['renewed', 'expiring-soon', 'expired'].includes(decision.outcome);
  const ofExpiry = isOfExpiry ? [decision.link?.expiresAt ?? ''] : [];
  // One ID, one content: a command may be parked for two reasons, and two copies of a code's job may find two causes.
  const cause = [decision.reason ?? '', ...(decision.faults?.map(({ rule }) => rule) ?? [])];
  const about = [asked.source, asked.requestId, ...ofMessage, ...ofExpiry, ...cause];
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
