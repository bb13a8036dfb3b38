import { KeysUnusable } from '../../lambdas/domain/http/keys.ts';
import { fileErrorReason } from '../files/file-error.ts';
import { serviceErrorWords } from '../pipeline/service-error.ts';
import { OperatorError } from '../words/operator-error.ts';
import { usageCode } from './usage.ts';

/**
 * The exit code of a verb. It prints known errors as messages. Any other error is a fault of this program, and is printed
 * with its stack.
 */
export async function exitCodeOf(verb: () => Promise<number>, local: boolean): Promise<number> {
  try {
    return await verb();
  } catch (error) {
    const words =
      error instanceof OperatorError || error instanceof KeysUnusable ? error.message : serviceErrorWords(error, local);
    console.error(words ?? fileWords(error) ?? error);
    return usageCode;
  }
}

/** The message for a file error that no caller has handled. The system's error has the path. */
function fileWords(error: unknown): string | undefined {
  const path: unknown = error instanceof Error ? Reflect.get(error, 'path') : undefined;
  const why = fileErrorReason(error, 'write');
  return typeof path !== 'string' || why === undefined ? undefined : `${path} cannot be read or written: ${why}.`;
}
