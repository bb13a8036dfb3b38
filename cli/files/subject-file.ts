import { subject } from '../../lambdas/domain/contract/command.ts';
import { OperatorError } from '../words/operator-error.ts';
import { wholeText } from './whole-text.ts';

/**
 * The subjects of a file, one a line. Blank lines are left out, and repeats, too.
 *
 * @throws OperatorError if the file cannot be read, has no subject, or has a line that no command could carry
 */
export async function subjectsOfFile(file: string): Promise<string[]> {
  const lines = (await wholeText(file)).split(/\r?\n/);
  const named = lines.flatMap((line, index) => (line.trim() === '' ? [] : [[line.trim(), index + 1] as const]));
  for (const [text, line] of named) {
    const problem = subjectProblem(text);
    // The line holds a person's name, which a terminal's log must not keep.
    if (problem !== undefined) throw new OperatorError(`Line ${line} of ${file} ${problem}.`);
  }
  if (named.length === 0) throw new OperatorError(`${file} names no subject. Write one a line.`);
  return [...new Set(named.map(([text]) => text))];
}

/** Why no command can have this subject; undefined if one can. */
export function subjectProblem(text: string): string | undefined {
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) return 'must not contain control characters';
  return subject.safeParse(text).error?.issues[0]?.message;
}
