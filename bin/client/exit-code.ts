import { OperatorError } from './operator-error.ts';
import { serviceTrouble } from './service-trouble.ts';

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
    console.error(words ?? error);
    return onTrouble;
  }
}
