import type { OneLinkApi } from '../domain/link/onelink-api.ts';
import { eachAtOnce } from '../domain/work/at-once.ts';
import { type Deadline, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import type { ReaderEnvironment } from './env.ts';
import { type ReadAnswer, type ReadRequest, readerError, readRequestSchema } from './reading.ts';

export interface ReaderPorts {
  api: Pick<OneLinkApi, 'read' | 'quota'>;
  token: { value(): Promise<string> };
}

/** Lambda answers with at most 6 MB, and escapes and wide characters take more bytes. */
const mostCharacters = 1_500_000;

/** An error by its name. Its message has no values. */
class ReaderError extends Error {
  constructor(name: (typeof readerError)[keyof typeof readerError], message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * Reads links for an operator's tool: one turn. Every GET waits for the rate limiter. It starts none when time is short,
 * the answer is large, or the API refuses the account.
 *
 * @throws ReaderError
 */
export function reader(
  { CALLS_IN_FLIGHT }: Pick<ReaderEnvironment, 'CALLS_IN_FLIGHT'>,
  { api, token }: ReaderPorts,
): (request: unknown, deadline: Deadline) => Promise<ReadAnswer> {
  return async (request, deadline) => {
    const { links, quotaOf } = parsed(request);
    await token.value().catch(() => {
      throw new ReaderError(readerError.tokenUnreadable, 'The secret of the API token cannot be read.');
    });
    const quota = quotaOf === undefined ? undefined : await api.quota(quotaOf);
    const answers: ReadAnswer['links'] = [];
    let characters = 0;
    let blocked = false;
    const isOver = () =>
      blocked || characters > mostCharacters || deadline.remainingMilliseconds() < leastTimeMilliseconds;
    // Calls start in order, and after the first that may not start, none does. So the answers have no gaps.
    await eachAtOnce(CALLS_IN_FLIGHT, links.entries(), async ([index, address]) => {
      if (isOver()) return;
      const answer = await api.read(address);
      answers[index] = answer;
      characters += JSON.stringify(answer).length;
      blocked ||= answer.meaning === 'account-blocked';
    });
    return { links: answers, ...(quota !== undefined && { quota }) };
  };
}

function parsed(request: unknown): ReadRequest {
  const found = readRequestSchema.safeParse(request);
  if (found.success) return found.data;
  throw new ReaderError(readerError.badRequest, 'The request does not follow the reader’s contract.');
}
