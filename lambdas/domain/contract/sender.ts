import * as z from 'zod';

/**
 * Who sent a message, as AWS reports it. No field of a message is proof of its sender.
 *
 * - `AROA…`, `AIDA…`: the unique ID of the role or user that sent it
 * - `source:crm`: a producer that an ingress queue of its own has proved
 * - `unknown`: SQS reported nothing that can be read
 */
export type Sender = string;

/**
 * The message attribute in which the pipeline's own functions pass on who sent a message first. The worker believes it
 * only if SQS reports one of the pipeline's own roles as the sender of the message.
 */
export const firstSenderAttribute = 'FirstSender';

/** The sender if SQS reports none. Nothing can bind it. */
export const unknownSender: Sender = 'unknown';

const provedPrefix = 'source:';
/** The same rule as the configuration's, so a proved source can always be read. */
const provedForm = /^source:[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const senderIdForm = /^[A-Za-z0-9.-]{1,128}$/;

/** The sender that an ingress queue of this producer proves. */
export const provedSender = (source: string): Sender => `${provedPrefix}${source}`;

/** SQS's `SenderId` without the session of an assumed role: `AROA…:session` → `AROA…`. */
export function uniqueId(senderId: string | undefined): Sender {
  const id = senderId?.split(':')[0] ?? '';
  return senderIdForm.test(id) ? id : unknownSender;
}

/**
 * A message's first sender.
 *
 * @param senderId as SQS reports it
 * @param firstSender the value of {@link firstSenderAttribute}
 * @param isOwn whether the message is from one of the pipeline's own roles
 */
export function senderOf(senderId: string | undefined, firstSender: string | undefined, isOwn: boolean): Sender {
  if (!isOwn || firstSender === undefined) return uniqueId(senderId);
  return senderIdForm.test(firstSender) || provedForm.test(firstSender) ? firstSender : unknownSender;
}

/**
 * The bound sources, each with the senders that may send as it. A source that is not a name here is unbound: every
 * sender that can reach the queue may send as it, except another producer's.
 */
export const boundSendersSchema = z.record(z.string(), z.array(z.string()));
export type BoundSenders = z.infer<typeof boundSendersSchema>;

/** What an operator has decided about an unknown sender of a bound source. */
export const senderDecisionSchema = z.object({
  decision: z.enum(['confirmed', 'rejected']),
  /** Epoch milliseconds. */
  at: z.number(),
  /** The operator's words. */
  reason: z.string(),
});
export type SenderDecision = z.infer<typeof senderDecisionSchema>;

/** The decisions, by {@link decisionKey}. */
export const senderDecisionsSchema = z.record(z.string(), senderDecisionSchema);
export type SenderDecisions = z.infer<typeof senderDecisionsSchema>;

/** `crm/AROA…` */
export const decisionKey = (source: string, sender: Sender) => `${source}/${sender}`;

/**
 * Whether a sender may send as a source:
 *
 * - `allowed`    it is the source's own, or an operator has confirmed it, or nothing binds the source
 * - `unknown`    the source is bound, and nobody has decided about the sender
 * - `rejected`   an operator has rejected the sender for this source
 * - `belongsTo`  the configuration gives the sender to another producer, the first of them
 */
export type Standing = 'allowed' | 'unknown' | 'rejected' | { belongsTo: string };

/**
 * The sender's standing. The configuration counts before the operators' decisions, which are only for unknown senders.
 *
 * @param source the `source` that the command names
 */
export function standing(
  sender: Sender,
  source: string,
  bound: BoundSenders,
  decisions: SenderDecisions = {},
): Standing {
  const own = sourcesOf(sender, bound);
  if (own.includes(source)) return 'allowed';
  if (own[0] !== undefined) return { belongsTo: own[0] };
  if (!Object.hasOwn(bound, source)) return 'allowed';
  const key = decisionKey(source, sender);
  const decided = sender !== unknownSender && Object.hasOwn(decisions, key) ? decisions[key] : undefined;
  if (decided === undefined) return 'unknown';
  return decided.decision === 'confirmed' ? 'allowed' : 'rejected';
}

/** The sources to which the configuration gives the sender, in its order. */
function sourcesOf(sender: Sender, bound: BoundSenders): string[] {
  if (sender.startsWith(provedPrefix)) return [sender.slice(provedPrefix.length)];
  return Object.entries(bound).flatMap(([source, senders]) => (senders.includes(sender) ? [source] : []));
}
