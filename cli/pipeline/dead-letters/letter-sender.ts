import {
  firstSenderAttribute,
  provedSender,
  type Sender,
  type SenderDecisions,
  senderOf,
  standing,
  uniqueId,
} from '../../../lambdas/domain/contract/sender.ts';
import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import { boundSenders } from '../../../lib/config/principals.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';

/** What the worker compares a sender with. */
export interface KnownSenders {
  /** The unique IDs of the pipeline's roles that vouch for a first sender. */
  vouching: ReadonlySet<string>;
  decisions: SenderDecisions;
}

/** Why the worker would not carry the letter out for the source that it names. */
export interface SenderFault {
  reason: 'sender-not-allowed' | 'sender-unknown';
  words: string;
  sender: Sender;
}

/**
 * How the sender of a letter stands, by the worker's own rule.
 *
 * @param source the source that the message names
 * @returns undefined if the sender may send as it
 */
export function senderFault(
  { kind, source: ofQueue }: Pick<DeadLetterQueue, 'kind' | 'source'>,
  { senderId, attributes }: Pick<DeadLetter, 'senderId' | 'attributes'>,
  source: string | null,
  settings: PipelineSettings,
  { vouching, decisions }: KnownSenders,
): SenderFault | undefined {
  if (source === null) return undefined;
  const isVouched = vouching.has(uniqueId(senderId));
  // An ingress queue proves its producer for all of its messages.
  const sender =
    kind === 'ingress' && ofQueue !== undefined
      ? provedSender(ofQueue)
      : senderOf(senderId, attributes[firstSenderAttribute]?.StringValue, isVouched);
  const stands = standing(sender, source, boundSenders(settings), decisions);
  if (stands === 'allowed') return undefined;
  if (stands === 'unknown') {
    const words = `names ${source}, but nobody knows its sender ${sender}: a redrive holds it until an operator decides`;
    return { reason: 'sender-unknown', words, sender };
  }
  const whose = stands === 'rejected' ? 'an operator has rejected its sender' : `its sender is ${stands.belongsTo}’s:`;
  return {
    reason: 'sender-not-allowed',
    words: `names ${source}, but ${whose} ${sender}; a redrive ends it as rejected`,
    sender,
  };
}
