import { fileTrouble } from '../files/file-trouble.ts';
import { OperatorError } from '../operator-error.ts';
import { serviceTrouble } from '../pipeline/service-trouble.ts';

/**
 * The exit code of a verb. Trouble that can be named is told in words; anything else is a fault of ours
 * and is shown with its stack.
 *
 * @param onTrouble the code for a verb that could not be done
 */
export async function exitCodeOf(
  verb: () => Promise<number>,
  { local, onTrouble }: { local: boolean; onTrouble: number },
): Promise<number> {
  try {
    return await verb();
  } catch (error) {
    const words = error instanceof OperatorError ? error.message : serviceTrouble(error, local);
    console.error(words ?? fileWords(error) ?? error);
    return onTrouble;
  }
}

/** A file that nobody has put into words before: its path is in the system's error. */
function fileWords(error: unknown): string | undefined {
  const path: unknown = error instanceof Error ? Reflect.get(error, 'path') : undefined;
  const why = fileTrouble(error, 'write');
  return typeof path !== 'string' || why === undefined ? undefined : `${path} cannot be read or written: ${why}.`;
}
