import type { PurgedLetter } from '../domain/acts/purge.ts';
import { originalAttribute, soundOriginal } from '../domain/contract/original-message.ts';
import type { OperationsEnvironment } from './env.ts';
import type { Letter } from './move-letters.ts';
import type { Performers } from './performers.ts';

export interface PurgePorts {
  letters: {
    /** Up to ten letters, hidden from others. None if there are no more. */
    receive(url: string, most: number): Promise<(Letter & { receiveCount: number })[]>;
    giveBack(url: string, letters: readonly { receiptHandle: string }[]): Promise<void>;
    remove(
      url: string,
      letters: readonly { receiptHandle: string }[],
    ): Promise<{ kept: number; code?: string | undefined }>;
  };
}

/** An answer holds 6 MB (Lambda, "Invocation payload"). As JSON in JSON, a body may need twice its length. */
const mostBytes = 5_000_000;

/** Deletes what the caller has stored, and hands out the next letters. A letter of 1 MiB fits in every answer. */
export function purgeAct(
  { DEDUPLICATION_WINDOW_DAYS }: Pick<OperationsEnvironment, 'DEDUPLICATION_WINDOW_DAYS'>,
  { letters: queue }: PurgePorts,
): Pick<Performers, 'purge'> {
  return {
    purge: async ({ deadLettersUrl, stored, most }) => {
      const { kept, code = 'unknown' } =
        stored.length === 0
          ? { kept: 0 }
          : await queue.remove(
              deadLettersUrl,
              stored.map((receiptHandle) => ({ receiptHandle })),
            );
      const deleted = stored.length - kept;
      if (kept > 0) {
        return { answer: { deleted, kept: { count: kept, code }, letters: [] }, effect: { deleted, kept, read: 0 } };
      }
      const received = most === 0 ? [] : await queue.receive(deadLettersUrl, most);
      const letters: PurgedLetter[] = [];
      let bytes = 0;
      for (const letter of received) {
        const shown = letterOf(letter, DEDUPLICATION_WINDOW_DAYS);
        bytes += Buffer.byteLength(JSON.stringify(shown));
        if (bytes > mostBytes) break;
        letters.push(shown);
      }
      await queue.giveBack(deadLettersUrl, received.slice(letters.length));
      return { answer: { deleted, letters }, effect: { deleted, read: letters.length } };
    },
  };
}

function letterOf(
  { senderId: _, groupId, ...letter }: Letter & { receiveCount: number },
  windowDays: number,
): PurgedLetter {
  const text = (name: string) => letter.attributes[name]?.StringValue;
  const original = soundOriginal(
    { messageId: text(originalAttribute.messageId), sentTimestamp: text(originalAttribute.sentTimestamp) },
    letter.sentAtMilliseconds,
    windowDays * 86_400_000,
  );
  return {
    ...letter,
    sentAtMilliseconds: original.sentAtMilliseconds ?? letter.sentAtMilliseconds,
    originalMessageId: original.messageId ?? letter.messageId,
    ...(groupId !== undefined && { groupId }),
  };
}
