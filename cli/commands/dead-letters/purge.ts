import type { SQSClient } from '@aws-sdk/client-sqs';
import { type DeadLetter, deleteDeadLetters, type ReceiveOptions, receiveDeadLetters } from './dead-letter.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';

const holdSeconds = 60;

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
  { limit, interrupted, ...options }: { limit: number; interrupted: AbortSignal } & Pick<ReceiveOptions, 'waitSeconds'>,
  keep: (letters: readonly DeadLetter[]) => Promise<void>,
  onDeleted: (deleted: number) => void = () => {},
): Promise<number> {
  let deleted = 0;
  while (deleted < limit && !interrupted.aborted) {
    const most = limit - deleted;
    const letters = await receiveDeadLetters(sqs, queue.url, most, { visibilitySeconds: holdSeconds, ...options });
    if (letters.length === 0) break;
    await keep(letters);
    await deleteDeadLetters(sqs, queue.url, letters);
    deleted += letters.length;
    onDeleted(deleted);
  }
  return deleted;
}
