import type { SQSClient } from '@aws-sdk/client-sqs';
import { durationWords } from '../../words.ts';
import { type DeadLetter, giveBack, receiveDeadLetters } from './dead-letter.ts';
import { type DeadLetterQueue, nameOf } from './dead-letter-queues.ts';
import { type Examination, type ExaminationPorts, examine } from './examination.ts';

/** Long enough to look at a page of them, short enough that a listing that was killed holds nobody up. */
const peekSeconds = 60;

/** A dead letter as it is listed: who asked for what, never what was in it. */
export interface Listed extends Examination {
  lane: string;
  queue: DeadLetterQueue['kind'];
  messageId: string;
  sentAt: string;
  ageSeconds: number;
  receiveCount: number;
}

/**
 * Looks at up to so many dead letters of a queue, and gives them all back, also when it is interrupted or fails. Each look
 * counts as a delivery, which matters to nobody: a dead-letter queue gives nothing up but for its age.
 *
 * @returns how many were listed
 */
export async function listDeadLetters(
  sqs: Pick<SQSClient, 'send'>,
  queue: DeadLetterQueue,
  { limit, waitSeconds, interrupted }: { limit: number; waitSeconds?: number; interrupted: AbortSignal },
  ports: ExaminationPorts,
  onListed: (listed: Listed) => void,
): Promise<number> {
  const held = new Map<string, DeadLetter>();
  try {
    while (held.size < limit && !interrupted.aborted) {
      const most = limit - held.size;
      const wait = waitSeconds === undefined ? {} : { waitSeconds };
      const letters = await receiveDeadLetters(sqs, queue.url, most, { visibilitySeconds: peekSeconds, ...wait });
      // One that has been seen is back already: its time-out has ended, and there is nothing new behind it.
      const fresh = letters.filter(({ messageId }) => !held.has(messageId));
      for (const letter of letters) held.set(letter.messageId, letter);
      if (fresh.length === 0) break;
      const examined = await Promise.all(fresh.map((letter) => examine(queue, letter, ports)));
      for (const [index, letter] of fresh.entries()) {
        const examination = examined[index];
        if (examination !== undefined) onListed(listedOf(queue, letter, examination, ports.nowMilliseconds()));
      }
    }
  } finally {
    await giveBack(sqs, queue.url, [...held.values()]);
  }
  return held.size;
}

function listedOf(
  { lane, kind }: DeadLetterQueue,
  { messageId, sentAtMilliseconds, receiveCount }: DeadLetter,
  examination: Examination,
  nowMilliseconds: number,
): Listed {
  return {
    lane,
    queue: kind,
    ...examination,
    messageId,
    sentAt: new Date(sentAtMilliseconds).toISOString(),
    ageSeconds: Math.max(0, Math.round((nowMilliseconds - sentAtMilliseconds) / 1000)),
    receiveCount,
  };
}

/** One line for people. */
export function listedWords({ lane, queue, source, requestId, action, ...listed }: Listed): string {
  const asked = source === null && requestId === null ? `message ${listed.messageId}` : `${source} ${requestId}`;
  const seen = `${durationWords(listed.ageSeconds)} old`;
  const received = `${listed.receiveCount} deliveries`;
  return [
    nameOf({ lane, kind: queue }),
    asked,
    action ?? '?',
    seen,
    received,
    `${listed.reason}: ${listed.words}`,
  ].join('  ');
}
