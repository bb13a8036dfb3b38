import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  type DeadLetter,
  deleteDeadLetters,
  type Limits,
  receiveDeadLetters,
} from '../../pipeline/dead-letters/dead-letter.ts';
import type { DeadLetterQueue } from '../../pipeline/dead-letters/dead-letter-queues.ts';

/**
 * Deletes dead letters, each only after `keep` has stored it.
 *
 * @param keep resolves when the letters are stored
 * @returns how many were deleted
 * @throws what `keep` throws. The letters that it received are then not deleted, and become visible again.
 */
export async function purge(
  sqs: Pick<SQSClient, 'send'>,
  queue: DeadLetterQueue,
  { limit, waitSeconds, interrupted }: Limits,
  keep: (letters: readonly DeadLetter[]) => Promise<void>,
  onDeleted: (deleted: number) => void = () => {},
): Promise<number> {
  let deleted = 0;
  while (deleted < limit && !interrupted.aborted) {
    const letters = await receiveDeadLetters(sqs, queue.url, limit - deleted, waitSeconds);
    if (letters.length === 0) break;
    await keep(letters);
    await deleteDeadLetters(sqs, queue.url, letters);
    deleted += letters.length;
    onDeleted(deleted);
  }
  return deleted;
}
