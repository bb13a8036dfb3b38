import type { RedriveRequest, RedriveResult } from '../domain/acts/dead-letters.ts';
import type { Turns } from '../domain/control/pacer.ts';
import type { Clock } from '../domain/work/clock.ts';

/** A dead letter, as SQS reports it. */
export interface Letter {
  messageId: string;
  receiptHandle: string;
  body: string;
  /** Epoch milliseconds. */
  sentAtMilliseconds: number;
  senderId: string | undefined;
  attributes: Record<string, { StringValue?: string | undefined }>;
  groupId: string | undefined;
}

/** The adapters that each move of dead letters needs. */
export interface MovePorts {
  letters: {
    /** Up to ten letters, hidden from others. None if there are no more. */
    receive(url: string, most: number): Promise<Letter[]>;
    giveBack(url: string, letters: readonly Letter[]): Promise<void>;
    remove(url: string, letters: readonly Letter[]): Promise<{ kept: number; code?: string | undefined }>;
  };
  /** The pace: each message waits for one turn. */
  turns: Pick<Turns, 'next'>;
  clock: Pick<Clock, 'monotonicMilliseconds'>;
}

/** Ports whose pace an act chooses, in messages per second. */
export type Paced<Ports extends MovePorts> = Omit<Ports, 'turns'> & { turnsAt(perSecond: number): Ports['turns'] };

/** Where letters go. */
export interface Way {
  /** Whether a letter may go. The others stay. */
  takes(letter: Letter): boolean;
  /** @returns why the letter is refused, if the letter itself is the cause */
  send(letter: Letter): Promise<string | undefined>;
}

/**
 * Sends dead letters on their way for some seconds. A letter is sent before it is deleted: a crash duplicates some and loses none.
 */
export async function moveLetters(
  { deadLettersUrl, limit, perSecond, seconds, refused: before }: Omit<RedriveRequest, 'name' | 'queueUrl'>,
  way: Way,
  { letters: queues, turns, clock }: MovePorts,
): Promise<RedriveResult> {
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
      const isNew = ({ messageId }: Letter) => !refused.has(messageId) && !before.includes(messageId);
      const fresh = letters.filter((letter) => isNew(letter) && way.takes(letter));
      for (const letter of letters) left.set(letter.messageId, letter);
      // Only letters that stay: SQS has no others.
      if (fresh.length === 0) return result(true);
      const sent: Letter[] = [];
      const sends = fresh.map(async (letter) => {
        (await turns.next()).sent();
        const reason = await way.send(letter);
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
