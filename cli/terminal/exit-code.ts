import { fileTrouble } from '../files/file-trouble.ts';
import { OperatorError } from '../operator-error.ts';
import { serviceTrouble } from '../pipeline/service-trouble.ts';

/**
 * The exit code of a verb. It prints known errors as messages. Any other error is a fault of this program, and is printed
 * with its stack.
 *
 * @param onTrouble the code for a verb that failed
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

/** The message for a file error that no caller has handled. The system's error has the path. */
function fileWords(error: unknown): string | undefined {
  const path: unknown = error instanceof Error ? Reflect.get(error, 'path') : undefined;
  const why = fileTrouble(error, 'write');
  return typeof path !== 'string' || why === undefined ? undefined : `${path} cannot be read or written: ${why}.`;
}
