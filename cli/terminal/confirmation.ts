import { createInterface } from 'node:readline/promises';
import { OperatorError } from '../words/operator-error.ts';

/**
 * Asks on the terminal whether to delete something. Ctrl-C and the end of the input count as no.
 *
 * @throws OperatorError if the input is not a terminal, because the verb cannot ask
 */
export function mayDelete(question: string, interrupted: AbortSignal): Promise<boolean> {
  return agreed(question, { interrupted, otherwise: 'Nothing was deleted.', to: 'delete' });
}

/**
 * Asks on the terminal whether to go on. Ctrl-C and the end of the input count as no.
 *
 * @param otherwise what to say if the operator does not agree: `Nothing was sent.`
 * @throws OperatorError if the input is not a terminal, because the verb cannot ask
 */
export function mayGoOn(question: string, otherwise: string, interrupted: AbortSignal): Promise<boolean> {
  return agreed(question, { interrupted, otherwise, to: 'go on' });
}

async function agreed(
  question: string,
  { interrupted, otherwise, to }: { interrupted: AbortSignal; otherwise: string; to: string },
): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new OperatorError(`The input is not a terminal. To ${to} without a confirmation, add --yes. ${otherwise}`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // On a terminal, readline handles Ctrl-C itself and the process gets no SIGINT.
  const ended = new Promise<string>((resolve) => {
    terminal.once('SIGINT', () => resolve(''));
    terminal.once('close', () => resolve(''));
  });
  const asked = terminal.question(`${question} [y/N] `, { signal: interrupted }).catch(() => '');
  const answer = await Promise.race([asked, ended]).finally(() => terminal.close());
  const isAgreed = /^y(es)?$/i.test(answer.trim());
  if (!isAgreed) console.error(otherwise);
  return isAgreed;
}
