import type * as z from 'zod';

type Path = readonly PropertyKey[];

/** The rule of a name that no setting has. The names nearby may follow it (setting-rules.ts). */
export const notASetting = 'is not a setting';

/** A path as messages write it: `lanes.campaign.batchSize`, `producers[0].source`. */
export const pathText = (path: Path) =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');

/**
 * The value given, as messages end with it. Messages reach terminals and logs of builds, so they leave out what may be a secret.
 *
 * @param name the setting's, if the value is its own
 */
export const got = (value: unknown, name?: PropertyKey) =>
  value === undefined
    ? 'got nothing'
    : `got ${JSON.stringify(value, (of, one) => shown(of === '' && name !== undefined ? String(name) : of, one))?.slice(0, 100)}`;

/** JSON has no big integers, and writes `null` for NaN and Infinity. */
function shown(name: string, value: unknown): unknown {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return `${value}`;
  if (typeof value !== 'string' || value.startsWith('arn:')) return value;
  // What stands before an @ in an address of a server is a user name and a password.
  const address = /[:/]/.test(value) ? value.replace(/^([a-z][\w+.-]*:\/\/)?.*@/is, '$1…@') : value;
  // A receiver may know its sender by the path or the query alone.
  const known =
    name === 'outcomeUrl' ? /^([a-z][\w+.-]*:\/\/[^/?#]*)[/?#].+$/is : /^([a-z][\w+.-]*:\/\/[^?#]*[?#]).+$/is;
  return address.replace(known, name === 'outcomeUrl' ? '$1/…' : '$1…');
}

/** The rules of the types that have no words of their own (setting-rules.ts). */
const typeRules: Readonly<Record<string, string>> = {
  boolean: 'must be true or false',
  string: 'must be text, in quotes',
  record: 'must be an object, in { }',
  object: 'must be an object, in { }',
  array: 'must be a list, in [ ]',
};

/** The faults of one zod issue: path, rule and value. */
export function shapeFaults(issue: z.core.$ZodIssue, candidate: unknown): string[] {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const rules = issue.message.startsWith(notASetting) ? issue.message.split('\n') : [];
    return issue.keys.map((name, index) => `${path && `${path}.`}${name}: ${rules[index] ?? notASetting}`);
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${path}: the name ${message}`);
  const value = issue.path.reduce<unknown>((whole, step) => Reflect.get(Object(whole), step), candidate);
  // A text in the place of a list has a length, too. Its type is the fault.
  if ((issue.code === 'too_small' || issue.code === 'too_big') && !Array.isArray(value)) return [];
  const isQuoted =
    issue.code === 'invalid_type' && issue.expected === 'boolean' && /^(true|false)$/.test(String(value));
  const must = isUnworded(issue) ? (typeRules[issue.expected] ?? `must be of type ${issue.expected}`) : issue.message;
  return [`${path}: ${must}${isQuoted ? ', without quotes' : ''}; ${got(value, issue.path.at(-1))}`];
}

/** Whether the words of an issue are zod's, which name a type and no remedy. */
const isUnworded = (issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidType =>
  issue.code === 'invalid_type' && issue.message.startsWith('Invalid input');
