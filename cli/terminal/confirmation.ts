import { createInterface } from 'node:readline/promises';
import { OperatorError } from '../words/operator-error.ts';

/**
 * Asks on the terminal whether to delete something. Ctrl-C and the end of the input count as no.
 *
 * @throws OperatorError if the input is not a terminal, because the verb cannot ask
 */
export async function mayDelete(question: string, interrupted: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new OperatorError(
      'The input is not a terminal. To delete without a confirmation, add --yes. Nothing was deleted.',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // On a terminal, readline handles Ctrl-C itself and the process gets no SIGINT.
  const ended = new Promise<string>((resolve) => {
    terminal.once('SIGINT', () => resolve(''));
    terminal.once('close', () => resolve(''));
  });
  const asked = terminal.question(`${question} [y/N] `, { signal: interrupted }).catch(() => '');
  const answer = await Promise.race([asked, ended]).finally(() => terminal.close());
  const agreed = /^y(es)?$/i.test(answer.trim());
  if (!agreed) console.error('Nothing was deleted.');
  return agreed;
}
