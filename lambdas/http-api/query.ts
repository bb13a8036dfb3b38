import { HttpProblem } from '../domain/http/problem.ts';
import type { Call } from './call.ts';

/** The value of a query parameter. @throws HttpProblem if the query has it more than once */
export function oneOf({ query }: Pick<Call, 'query'>, name: string): string | undefined {
  const [value, ...others] = query.get(name) ?? [];
  if (others.length > 0)
    throw new HttpProblem('bad-request', { detail: `The query has ${name} more than once. Send it once.` });
  return value;
}

/**
 * Refuses parameters that the call does not have. A misspelled `partial` would change what is sent.
 *
 * @throws HttpProblem
 */
export function onlyThese({ query }: Pick<Call, 'query'>, names: readonly string[]): void {
  if ([...query.keys()].every((name) => names.includes(name))) return;
  throw new HttpProblem('bad-request', {
    detail: `The query has an unknown parameter. It may have: ${names.join(', ')}.`,
  });
}

/** A parameter that is `true` or `false`. Default: false. @throws HttpProblem */
export function flagOf(call: Pick<Call, 'query'>, name: string): boolean {
  const value = oneOf(call, name);
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new HttpProblem('bad-request', { detail: `The query’s ${name} must be true or false.` });
}
