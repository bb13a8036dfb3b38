import type * as z from 'zod';
import { actions } from './command.ts';
import type { Fault } from './fault.ts';
import { parameterRules } from './link-data.ts';
import { isOneSlip } from './one-slip.ts';

/** Zod's type names, in words for a producer. */
const typeWords: Readonly<Record<string, string>> = {
  array: 'an array',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'text',
};

/** Zod's names of received types, in words for a producer. */
const receivedWords: Readonly<Record<string, string>> = {
  array: 'an array',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  string: 'text in quotes',
};

/** Zod's issue as faults. Zod's own messages are used only where they cannot quote the input. */
export function faultsOfIssue(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map(String).join('.');
  const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
  switch (issue.code) {
    case 'custom':
      return [{ path: issue.params?.parameter ?? path, rule: issue.params?.rule ?? 'rule', message: issue.message }];
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: path === '' ? key : `${path}.${key}`,
        rule: 'unknown-field',
        message: `is not a field of this command${meantBy(path, key)}`,
      }));
    case 'invalid_type':
      return missing
        ? [{ path, rule: 'required', message: 'is mandatory' }]
        : [{ path, rule: 'type', message: `must be ${typeWords[issue.expected] ?? issue.expected}${notWhat(issue)}` }];
    case 'invalid_value':
      return [{ path, rule: 'value', message: valueMessage(issue.values.map(String)) }];
    case 'invalid_union':
      return path === 'action'
        ? [{ path, rule: 'value', message: `must be one of: ${actions.join(', ')}` }]
        : [{ path, rule: 'type', message: issue.message }];
    case 'invalid_key':
      // The issues inside are the name's own faults.
      return issue.issues.map(({ message }) => ({ path, rule: 'length', message }));
    case 'too_big':
      // Zod's own limit of whole numbers. Our limit has its own fault.
      if (issue.maximum === Number.MAX_SAFE_INTEGER) return [];
      return [{ path, rule: 'length', message: `must be at most ${issue.maximum}${unitOf(issue)}` }];
    case 'too_small':
      if (issue.minimum === Number.MIN_SAFE_INTEGER) return [];
      return [{ path, rule: 'length', message: `must be at least ${issue.minimum}${unitOf(issue)}` }];
    case 'invalid_format':
      return [{ path, rule: 'format', message: issue.message }];
    default:
      return [{ path, rule: issue.code, message: 'is not valid' }];
  }
}

function notWhat({ message }: { message: string }): string {
  const received = receivedWords[/received (\w+)$/.exec(message)?.[1] ?? ''];
  return received === undefined ? '' : `, not ${received}`;
}

/** Every field of a command and of its `qr`. */
const fieldsAt: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['specVersion', 'source', 'requestId', 'action', 'onelinkId', 'shortlinkId', 'requestedAt', 'validUntil'],
    ...['metadata', 'subject', 'data', 'ttl', 'renewTtl', 'brandDomain', 'keepUntil', 'onConflict', 'qr'],
  ],
  qr: ['size', 'format', 'margin', 'brandDomain'],
};
const letters = (name: string) => name.toLowerCase().replaceAll(/[^a-z]/g, '');

/**
 * The field that the producer probably meant: another spelling, a typing error, or the right name in the wrong place.
 */
function meantBy(path: string, name: string): string {
  const fields = fieldsAt[path] ?? [];
  if (name.length > 40 || fields.includes(name)) return '';
  const written = letters(name);
  if (path === '') {
    if (written === 'templateid' || written === 'template') return ': did you mean onelinkId?';
    if (fieldsAt.qr?.includes(name)) return ': it belongs inside qr';
    if (Object.hasOwn(parameterRules, name) || /^(?:deep_link_(?:value|sub\d+)|utm_.+)$/.test(name))
      return ': it belongs inside data';
  } else if (fieldsAt['']?.includes(name)) return ': it belongs beside qr';
  const field =
    fields.find((one) => letters(one) === written) ??
    fields.find((one) => written.length > 1 && isOneSlip(letters(one), written));
  return field === undefined ? '' : `: did you mean ${field}?`;
}

const valueMessage = ([first, ...others]: string[]) =>
  others.length === 0 ? `must be the text "${first}"` : `must be one of: ${[first, ...others].join(', ')}`;

const unitOf = ({ origin }: { origin: string }) => (origin === 'string' ? ' characters long' : '');
