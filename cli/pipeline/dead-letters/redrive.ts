import type { RedriveRequest, RedriveResult } from '../../../lambdas/domain/acts/dead-letters.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { ActInterrupted, type RunningAct } from '../operations.ts';
import type { Limits } from './dead-letter.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';

/** Long enough to make the start of a part cheap, short enough to wait for after Ctrl-C. */
const partSeconds = 5;

/**
 * Has the operations function send dead letters back to the queue that they came from, or publish outcomes again, part by part. It
 * can be interrupted between two parts.
 *
 * @param perSecond the pace
 * @returns how many were moved, and the messages that were refused, which stay dead letters
 * @throws OperatorError if SQS does not delete what was sent
 */
export async function redrive(
  act: Pick<RunningAct, 'part'>,
  queue: Pick<DeadLetterQueue, 'url' | 'sourceUrl'>,
  { limit, interrupted }: Omit<Limits, 'waitSeconds'>,
  perSecond: number,
  onMoved: (moved: number) => void = () => {},
): Promise<Pick<RedriveResult, 'moved' | 'refused'>> {
  let moved = 0;
  const refused: RedriveResult['refused'] = [];
  const part = partsOf(act, queue);
  while (!interrupted.aborted && moved + refused.length < limit) {
    const result = await part({
      deadLettersUrl: queue.url,
      // Infinity is not JSON.
      limit: Math.min(limit - moved - refused.length, Number.MAX_SAFE_INTEGER),
      perSecond,
      seconds: partSeconds,
      refused: refused.map(({ messageId }) => messageId),
    }).catch(unlessInterrupted);
    if (result === undefined) break;
    moved += result.moved;
    refused.push(...result.refused);
    onMoved(moved);
    if (result.undeleted !== undefined) throw undeleted(result.undeleted);
    if (result.done) break;
  }
  return { moved, refused };
}

type Fields = Omit<RedriveRequest, 'name' | 'queueUrl'>;

function partsOf(
  act: Pick<RunningAct, 'part'>,
  { sourceUrl }: Pick<DeadLetterQueue, 'sourceUrl'>,
): (fields: Fields) => Promise<RedriveResult> {
  if (sourceUrl !== undefined) return (fields) => act.part('redrive', { ...fields, queueUrl: sourceUrl });
  let before: number | undefined;
  return async (fields) => {
    const result = await act.part('redrive-outcomes', { ...fields, ...(before !== undefined && { before }) });
    before = result.before;
    return result;
  };
}

/** Undefined if the program was interrupted before the part. @throws any other error */
export function unlessInterrupted(error: unknown): undefined {
  if (!(error instanceof ActInterrupted)) throw error;
}

const undeleted = ({ count, code }: NonNullable<RedriveResult['undeleted']>) =>
  new OperatorError(
    `SQS did not delete ${count} dead letters (${code}). They are still in their queue. Run the same command again.`,
  );
