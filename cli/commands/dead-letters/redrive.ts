import { type MessageAttributeValue, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { originalAttribute } from '../../../lambdas/domain/contract/original-message.ts';
import type { Turns } from '../../../lambdas/domain/control/pacer.ts';
import {
  type DeadLetter,
  deleteDeadLetters,
  giveBack,
  type ReceiveOptions,
  receiveDeadLetters,
} from './dead-letter.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';

/** Ten letters at a rate of one a second, and time to spare. */
const holdSeconds = 60;

/** SQS takes at most ten attributes with a message. */
const maxAttributes = 10;

export interface Redriven {
  moved: number;
  /** Those that their queue did not take; they stay dead letters. */
  refused: { messageId: string; reason: string }[];
}

/**
 * Sends dead letters back to the queue that they came from, paced, each with its first sent time and message ID: sent
 * first and deleted then, so that an interruption at any point duplicates some rather than losing one. A duplicate is
 * answered from its request record.
 *
 * @param turns one is taken for each message
 * @throws OperatorError when SQS does not delete what was sent
 */
export async function redrive(
  sqs: Pick<SQSClient, 'send'>,
  queue: DeadLetterQueue,
  { limit, interrupted, ...options }: { limit: number; interrupted: AbortSignal } & Pick<ReceiveOptions, 'waitSeconds'>,
  turns: Turns,
  onMoved: (moved: number) => void = () => {},
): Promise<Redriven> {
  let moved = 0;
  const refused = new Map<string, string>();
  const left = new Map<string, DeadLetter>();
  try {
    while (moved + refused.size < limit && !interrupted.aborted) {
      const most = limit - moved - refused.size;
      const letters = await receiveDeadLetters(sqs, queue.url, most, { visibilitySeconds: holdSeconds, ...options });
      const fresh = letters.filter(({ messageId }) => !refused.has(messageId));
      for (const letter of letters) left.set(letter.messageId, letter);
      // Nothing is behind those that were refused before and have come back.
      if (fresh.length === 0) break;
      const sent: DeadLetter[] = [];
      const sends = fresh.map(async (letter) => {
        (await turns.next()).sent();
        if (interrupted.aborted) return;
        const reason = await send(sqs, queue.sourceUrl, letter);
        if (reason === undefined) sent.push(letter);
        else refused.set(letter.messageId, reason);
      });
      const ended = await Promise.allSettled(sends);
      await deleteDeadLetters(sqs, queue.url, sent);
      for (const { messageId } of sent) left.delete(messageId);
      moved += sent.length;
      onMoved(moved);
      for (const one of ended) if (one.status === 'rejected') throw one.reason;
    }
  } finally {
    await giveBack(sqs, queue.url, [...left.values()]);
  }
  return { moved, refused: [...refused].map(([messageId, reason]) => ({ messageId, reason })) };
}

/** @returns why the message cannot be sent, if that is the message's own fault */
async function send(sqs: Pick<SQSClient, 'send'>, url: string, letter: DeadLetter): Promise<string | undefined> {
  const attributes = attributesOf(letter);
  if (Object.keys(attributes).length > maxAttributes) {
    return 'it has so many message attributes that its first sent time and ID find no place';
  }
  try {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: letter.body,
        MessageAttributes: attributes,
        ...(letter.groupId !== undefined && { MessageGroupId: letter.groupId }),
      }),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // With the attributes added, a message may be over SQS's 1 MiB.
    if (error.name === 'InvalidParameterValue' || error.name === 'InvalidMessageContents') return error.name;
    throw error;
  }
}

/** What the message has, and what it needs to keep its age and identity. */
function attributesOf(letter: DeadLetter): Record<string, MessageAttributeValue> {
  return {
    ...letter.attributes,
    // What a producer set and nobody can believe must not stand in their place.
    [originalAttribute.sentTimestamp]: { DataType: 'Number', StringValue: String(letter.sentAtMilliseconds) },
    [originalAttribute.messageId]: { DataType: 'String', StringValue: letter.originalMessageId },
  };
}
