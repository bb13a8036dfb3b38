import type { PurgedLetter } from '../../../lambdas/domain/acts/purge.ts';
import { OperatorError } from '../../words/operator-error.ts';
import type { RunningAct } from '../operations.ts';
import type { Limits } from './dead-letter.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';
import { unlessInterrupted } from './redrive.ts';

/** SQS hands out ten letters at once. */
const lettersAtOnce = 10;

/**
 * Has the operations function delete dead letters, each only after `keep` has stored it.
 *
 * @param keep resolves when the letters are stored
 * @returns how many were deleted
 * @throws what `keep` throws. The letters that it received are then not deleted, and become visible again. OperatorError if SQS
 *   does not delete what is stored
 */
export async function purge(
  act: Pick<RunningAct, 'part'>,
  { url: deadLettersUrl }: Pick<DeadLetterQueue, 'url'>,
  { limit, interrupted }: Omit<Limits, 'waitSeconds'>,
  keep: (letters: readonly PurgedLetter[]) => Promise<void>,
  onDeleted: (deleted: number) => void = () => {},
): Promise<number> {
  let deleted = 0;
  let stored: string[] = [];
  for (;;) {
    // What is stored is deleted, also after an interruption.
    const isLast = stored.length > 0;
    const left = limit - deleted - stored.length;
    const most = interrupted.aborted ? 0 : Math.max(0, Math.min(lettersAtOnce, left));
    if (most === 0 && !isLast) return deleted;
    const answer = await act.part('purge', { deadLettersUrl, stored, most }, isLast).catch(unlessInterrupted);
    if (answer === undefined) return deleted;
    deleted += answer.deleted;
    onDeleted(deleted);
    if (answer.kept !== undefined) throw undeleted(answer.kept);
    if (answer.letters.length === 0) return deleted;
    await keep(answer.letters);
    stored = answer.letters.map(({ receiptHandle }) => receiptHandle);
  }
}

const undeleted = ({ count, code }: { count: number; code: string }) =>
  new OperatorError(
    `SQS did not delete ${count} dead letters (${code}). They are still in their queue. Run the same command again.`,
  );
