import type { SQSClient } from '@aws-sdk/client-sqs';
import { durationWords } from '../../words/words.ts';
import { type DeadLetter, giveBack, type Limits, receiveDeadLetters } from './dead-letter.ts';
import { type DeadLetterQueue, nameOf } from './dead-letter-queues.ts';
import { type Examination, type ExaminationPorts, examine } from './examination.ts';

/** A dead letter in a listing: its request, never its contents. */
export interface Listed extends Examination {
  lane: string;
  queue: DeadLetterQueue['kind'];
  /** The producer of an ingress queue. */
  ingress?: string;
  messageId: string;
  sentAt: string;
  ageSeconds: number;
  receiveCount: number;
}

/**
 * Lists up to `limit` dead letters of a queue, and returns them all to it, even after an interruption or an error. Each
 * receive counts as a delivery. That has no effect, because SQS removes messages from a dead-letter queue by age alone.
 *
 * @returns how many were listed
 */
export async function listDeadLetters(
  sqs: Pick<SQSClient, 'send'>,
  queue: DeadLetterQueue,
  { limit, waitSeconds, interrupted }: Limits,
  ports: ExaminationPorts,
  onListed: (listed: Listed) => void,
): Promise<number> {
  const held = new Map<string, DeadLetter>();
  try {
    while (held.size < limit && !interrupted.aborted) {
      const letters = await receiveDeadLetters(sqs, queue.url, limit - held.size, waitSeconds);
      // A letter that comes a second time is visible again after its timeout. SQS has no new ones then.
      const fresh = letters.filter(({ messageId }) => !held.has(messageId));
      for (const letter of letters) held.set(letter.messageId, letter);
      if (fresh.length === 0) break;
      const listed = fresh.map(async (letter) => listedOf(queue, letter, await examine(queue, letter, ports), ports));
      for (const one of await Promise.all(listed)) onListed(one);
    }
  } finally {
    await giveBack(sqs, queue.url, [...held.values()]);
  }
  return held.size;
}

function listedOf(
  { lane, kind, source }: DeadLetterQueue,
  { messageId, sentAtMilliseconds, receiveCount }: DeadLetter,
  examination: Examination,
  { nowMilliseconds }: Pick<ExaminationPorts, 'nowMilliseconds'>,
): Listed {
  return {
    lane,
    queue: kind,
    ...(source !== undefined && { ingress: source }),
    ...examination,
    messageId,
    sentAt: new Date(sentAtMilliseconds).toISOString(),
    ageSeconds: Math.max(0, Math.round((nowMilliseconds() - sentAtMilliseconds) / 1000)),
    receiveCount,
  };
}

/** One line of text for a listed letter. */
export function listedWords({ lane, queue, ingress, source, requestId, action, ...listed }: Listed): string {
  const asked = source === null && requestId === null ? `message ${listed.messageId}` : `${source} ${requestId}`;
  const seen = `${durationWords(listed.ageSeconds)} old  ${listed.receiveCount} deliveries`;
  return [
    nameOf({ lane, kind: queue, ...(ingress !== undefined && { source: ingress }) }),
    asked,
    action ?? '?',
    seen,
    `${listed.reason}: ${listed.words}`,
  ].join('  ');
}
