import type * as z from 'zod';

type Path = readonly PropertyKey[];

/** A path as messages write it: `lanes.campaign.batchSize`, `producers[0].source`. */
export const pathText = (path: Path) =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');

/** The value given, as messages end with it. */
export const got = (value: unknown) =>
  value === undefined ? 'got nothing' : `got ${JSON.stringify(value)?.slice(0, 100)}`;

/** The faults of one zod issue: path, rule and value. */
export function shapeFaults(issue: z.core.$ZodIssue, candidate: unknown): string[] {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => `${path && `${path}.`}${name}: is not a setting`);
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${path}: the name ${message}`);
  const value = issue.path.reduce<unknown>((whole, step) => Reflect.get(Object(whole), step), candidate);
  const must = issue.code === 'invalid_type' ? `must be of type ${issue.expected}` : issue.message;
  return [`${path}: ${must}; ${got(value)}`];
}
