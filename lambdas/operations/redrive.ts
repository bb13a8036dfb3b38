import type { RedriveRequest, RedriveResult } from '../domain/acts/dead-letters.ts';
import { originalAttribute, soundOriginal } from '../domain/contract/original-message.ts';
import { firstSenderAttribute, type Sender, senderOf, uniqueId } from '../domain/contract/sender.ts';
import type { Turns } from '../domain/control/pacer.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { OperationsEnvironment } from './env.ts';
import { ActFailed, type Performers } from './performers.ts';

/** A dead letter, as SQS reports it. */
export interface Letter {
  messageId: string;
  receiptHandle: string;
  body: string;
  sentAtMilliseconds: number;
  senderId: string | undefined;
  attributes: Record<string, { StringValue?: string | undefined }>;
  groupId: string | undefined;
}

/** A dead letter on its way back, with what the pipeline vouches for. */
export interface SentBack {
  body: string;
  messageId: string;
  sentAtMilliseconds: number;
  sender: Sender;
  receiveCount?: number;
  groupId?: string;
}

/** The adapters that a redrive needs. */
export interface RedrivePorts {
  letters: {
    comeFrom(deadLettersUrl: string, queueUrl: string): Promise<boolean>;
    /** Up to ten letters, hidden from others. None if there are no more. */
    receive(url: string, most: number): Promise<Letter[]>;
    giveBack(url: string, letters: readonly Letter[]): Promise<void>;
    remove(url: string, letters: readonly Letter[]): Promise<{ kept: number; code?: string | undefined }>;
    /** @returns why the queue refuses the message, if the message itself is the cause */
    send(url: string, message: SentBack): Promise<string | undefined>;
  };
  /** The pace: each message waits for one turn. */
  turns: Pick<Turns, 'next'>;
  clock: Pick<Clock, 'monotonicMilliseconds'>;
}

type RedriveSettings = Pick<OperationsEnvironment, 'OWN_SENDERS' | 'DEDUPLICATION_WINDOW_DAYS'>;

/** @param turnsAt makes the pace of an act, in messages per second */
export function redriveAct(
  settings: RedriveSettings,
  { turnsAt, ...ports }: Omit<RedrivePorts, 'turns'> & { turnsAt(perSecond: number): RedrivePorts['turns'] },
): Pick<Performers, 'redrive'> {
  return {
    redrive: async (act) => {
      const answer = await redrive(act, settings, { ...ports, turns: turnsAt(act.perSecond) });
      return { answer, effect: { moved: answer.moved, refused: answer.refused.length } };
    },
  };
}

/**
 * Sends dead letters back for some seconds. Each keeps its first sender, sent time, message ID and group. A letter is
 * sent before it is deleted: a crash duplicates some and loses none. The worker answers a duplicate from its request
 * record.
 *
 * @throws ActFailed if the queue is not the one that the letters came from
 */
export async function redrive(
  { deadLettersUrl, queueUrl, limit, perSecond, seconds, refused: before }: Omit<RedriveRequest, 'name'>,
  settings: RedriveSettings,
  { letters: queues, turns, clock }: RedrivePorts,
): Promise<RedriveResult> {
  if (!(await queues.comeFrom(deadLettersUrl, queueUrl)))
    throw new ActFailed('The dead letters are not of this queue.');
  const endsAt = clock.monotonicMilliseconds() + seconds * 1000;
  // At a slow pace, a slice has no time for ten.
  const mostAtOnce = Math.max(1, Math.floor(perSecond * seconds));
  const isOver = () => clock.monotonicMilliseconds() >= endsAt;
  let moved = 0;
  const refused = new Map<string, string>();
  const left = new Map<string, Letter>();
  const result = (done: boolean): RedriveResult => ({
    moved,
    refused: [...refused].map(([messageId, reason]) => ({ messageId, reason })),
    done,
  });
  try {
    do {
      if (moved + refused.size >= limit) return result(true);
      const letters = await queues.receive(deadLettersUrl, Math.min(mostAtOnce, limit - moved - refused.size));
      const fresh = letters.filter(({ messageId }) => !refused.has(messageId) && !before.includes(messageId));
      for (const letter of letters) left.set(letter.messageId, letter);
      // Only refused letters that are visible again: SQS has no new ones.
      if (fresh.length === 0) return result(true);
      const sent: Letter[] = [];
      const sends = fresh.map(async (letter) => {
        (await turns.next()).sent();
        const reason = await queues.send(queueUrl, sentBack(letter, settings));
        if (reason === undefined) sent.push(letter);
        else refused.set(letter.messageId, reason);
      });
      const ended = await Promise.allSettled(sends);
      const { kept, code = 'unknown' } = await queues.remove(deadLettersUrl, sent);
      for (const { messageId } of sent) left.delete(messageId);
      moved += sent.length - kept;
      if (kept > 0) return { ...result(false), undeleted: { count: kept, code } };
      for (const one of ended) if (one.status === 'rejected') throw one.reason;
    } while (!isOver());
    return result(false);
  } finally {
    await queues.giveBack(deadLettersUrl, [...left.values()]);
  }
}

/**
 * What the pipeline vouches for: the first sender that SQS reports. If one of the pipeline's own roles has sent the letter,
 * it is the one that this role has named. None of the letter's own attributes goes with it.
 */
function sentBack(
  { messageId, body, sentAtMilliseconds, senderId, attributes, groupId }: Letter,
  { OWN_SENDERS, DEDUPLICATION_WINDOW_DAYS }: RedriveSettings,
): SentBack {
  const isOwn = OWN_SENDERS.has(uniqueId(senderId));
  const text = (name: string) => (isOwn ? attributes[name]?.StringValue : undefined);
  const original = soundOriginal(
    {
      messageId: text(originalAttribute.messageId),
      sentTimestamp: text(originalAttribute.sentTimestamp),
      receiveCount: text(originalAttribute.receiveCount),
    },
    sentAtMilliseconds,
    DEDUPLICATION_WINDOW_DAYS * 86_400_000,
  );
  return {
    body,
    messageId: original.messageId ?? messageId,
    sentAtMilliseconds: original.sentAtMilliseconds ?? sentAtMilliseconds,
    sender: senderOf(senderId, text(firstSenderAttribute), isOwn),
    ...(original.receiveCount !== undefined && { receiveCount: original.receiveCount }),
    ...(groupId !== undefined && { groupId }),
  };
}
