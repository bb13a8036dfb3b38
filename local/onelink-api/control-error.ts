import type * as z from 'zod';

/** One invalid argument: its path, and the rule that it breaks. */
export interface ControlFault {
  path: string;
  rule: string;
}

/** An admin request with invalid arguments. */
export class ControlError extends Error {
  readonly faults: readonly ControlFault[];

  constructor(faults: readonly ControlFault[]) {
    super(faults.map(({ path, rule }) => `${path || 'body'}: ${rule}`).join('; '));
    this.faults = faults;
  }
}

/** An error with one fault. */
export const refused = (path: string, rule: string) => new ControlError([{ path, rule }]);

/** @throws ControlError with a path and a rule for each invalid value */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  if (holdsProto(input)) throw refused('', 'must not have a field named __proto__');
  const result = parsed(schema, input);
  if (result.success) return result.data;
  throw new ControlError(result.error.issues.flatMap((problem) => faultsOf(problem)));
}

/** zod overflows the stack if an input has more than some 100,000 faults. */
function parsed<Schema extends z.ZodType>(schema: Schema, input: unknown) {
  try {
    return schema.safeParse(input);
  } catch (error) {
    if (error instanceof RangeError) throw refused('', 'has too many faults to list');
    throw error;
  }
}

/** Whether any object in the value has a field of that name. zod drops such a field without an error. */
function holdsProto(input: unknown): boolean {
  const unseen = [input];
  for (let value = unseen.pop(); value !== undefined; value = unseen.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) return true;
    for (const inner of Object.values(value)) if (typeof inner === 'object') unseen.push(inner);
  }
  return false;
}

function faultsOf(problem: z.core.$ZodIssue, outer: PropertyKey[] = []): ControlFault[] {
  const path = [...outer, ...problem.path];
  // The union's own message names no rule. The first alternative that passed the check of shape is the most specific.
  if (problem.code === 'invalid_union' && problem.errors.length > 0) {
    const [first] = problem.errors.toSorted((a, b) => depth(b) - depth(a));
    if (first !== undefined) return first.flatMap((inner) => faultsOf(inner, path));
  }
  return [{ path: path.map(String).join('.'), rule: problem.message }];
}

function depth(problems: readonly z.core.$ZodIssue[]): number {
  return Math.max(...problems.map(({ path }) => path.length));
}
