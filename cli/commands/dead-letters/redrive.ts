import { type MessageAttributeValue, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { originalAttribute } from '../../../lambdas/domain/contract/original-message.ts';
import type { Turns } from '../../../lambdas/domain/control/pacer.ts';
import { type DeadLetter, deleteDeadLetters, giveBack, type Limits, receiveDeadLetters } from './dead-letter.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';

/** SQS accepts at most ten attributes with a message. */
const maxAttributes = 10;

/**
 * Sends dead letters back to the queue that they came from, at a pace. Each keeps its first sent time and message ID.
 * It sends a letter before it deletes it: an interruption duplicates some and loses none. The worker answers a duplicate
 * from its request record.
 *
 * @param turns the pace: each message waits for one turn
 * @returns how many were moved, and the messages that their queue refused, which stay dead letters
 * @throws OperatorError if SQS does not delete what was sent
 */
export async function redrive(
  sqs: Pick<SQSClient, 'send'>,
  queue: DeadLetterQueue,
  { limit, waitSeconds, interrupted }: Limits,
  turns: Turns,
  onMoved: (moved: number) => void = () => {},
) {
  let moved = 0;
  const refused = new Map<string, string>();
  const left = new Map<string, DeadLetter>();
  try {
    while (moved + refused.size < limit && !interrupted.aborted) {
      const most = limit - moved - refused.size;
      const letters = await receiveDeadLetters(sqs, queue.url, most, waitSeconds);
      const fresh = letters.filter(({ messageId }) => !refused.has(messageId));
      for (const letter of letters) left.set(letter.messageId, letter);
      // Only refused letters that are visible again: SQS has no new ones.
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

/** @returns why SQS refuses the message, if the message itself is the cause */
async function send(sqs: Pick<SQSClient, 'send'>, url: string, letter: DeadLetter): Promise<string | undefined> {
  const attributes = attributesOf(letter);
  if (Object.keys(attributes).length > maxAttributes) {
    return `it has too many message attributes: with its first sent time and ID they exceed ${maxAttributes}`;
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
    // The added attributes may make a message longer than SQS's 1 MiB.
    if (error.name === 'InvalidParameterValue' || error.name === 'InvalidMessageContents') return error.name;
    throw error;
  }
}

/** The message's own attributes, and the two that keep its age and identity. */
function attributesOf(letter: DeadLetter): Record<string, MessageAttributeValue> {
  return {
    ...letter.attributes,
    // These two overwrite what a producer may have set under their names.
    [originalAttribute.sentTimestamp]: { DataType: 'Number', StringValue: String(letter.sentAtMilliseconds) },
    [originalAttribute.messageId]: { DataType: 'String', StringValue: letter.originalMessageId },
  };
}
