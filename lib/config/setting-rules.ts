import * as z from 'zod';
import { isOneSlip } from '../../lambdas/domain/contract/one-slip.ts';
import { notASetting } from './shape-faults.ts';

type Input = { readonly input?: unknown };

/**
 * A check whose rule is the error text of every value that breaks it: `must be 1–10,000 (SQS event source mappings)`. The text
 * also names the most common slip: a number in quotes.
 */
export const rule = <Value>(holds: (value: unknown) => boolean, must: string) =>
  z.custom<Value>(holds, { error: ({ input }: Input) => must + (isQuoted(input, holds) ? ', without quotes' : '') });
export const count = (least: number, most: number, why = '') =>
  rule<number>(
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    `must be ${least.toLocaleString('en')}–${most.toLocaleString('en')}${why && ` (${why})`}`,
  );
export const fraction = (least: number, most: number, must: string) =>
  rule<number>((value) => typeof value === 'number' && value >= least && value <= most, must);
/** A text. If a number is given, such as an account ID, the error asks for quotes. */
export const text = (pattern: RegExp, must: string) =>
  z.custom<string>((value) => typeof value === 'string' && pattern.test(value), {
    error: ({ input }: Input) => must + (isUnquoted(input) ? ', in quotes' : ''),
  });
export const choice = <const Value extends string | number>(...values: Value[]) =>
  rule<Value>((value) => values.some((one) => one === value), `must be one of ${values.join(', ')}`);
export const key = (pattern: RegExp, must: string) => z.string().regex(pattern, must);

/** A list in which no entry occurs twice. @param of its entries, as messages name them */
export const list = <Element extends z.ZodType>(element: Element, of: string) =>
  z.array(element, { error: `must be a list of ${of}, in [ ]` }).superRefine((entries, context) => {
    const known = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      const written = JSON.stringify(entry);
      if (known.has(written)) {
        context.addIssue({ code: 'custom', path: [index], message: 'must not be there twice: take one out' });
      }
      known.add(written);
    }
  });

/** Settings under one name. The error of anything else has their names, the optional ones with a question mark. */
export const group = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'invalid_type') return `must be an object${namesOf(shape)}`;
      // A line for each name: shapeFaults makes a fault of each.
      return issue.code === 'unrecognized_keys'
        ? issue.keys.map((name) => unknownSetting(name, Object.keys(shape))).join('\n')
        : undefined;
    },
  });

/** In a shorter name, one different letter is no sign of a typo. */
const leastLetters = 4;

function unknownSetting(name: string, known: readonly string[]): string {
  const near = known.find(
    (one) => one.length >= leastLetters && isOneSlip(one.toLowerCase(), name.slice(0, 100).toLowerCase()),
  );
  return near === undefined ? notASetting : `${notASetting}; the nearest is ${near}`;
}

/** Longer lists of names would hide the rest of the message. */
const mostNames = 6;

function namesOf(shape: z.core.$ZodLooseShape): string {
  const names = Object.entries(shape).map(([name, schema]) => (schema instanceof z.ZodOptional ? `${name}?` : name));
  return names.length > mostNames ? '' : `: { ${names.join(', ')} }`;
}

const isUnquoted = (value: unknown) => ['number', 'bigint', 'boolean'].includes(typeof value);
const isQuoted = (value: unknown, holds: (value: unknown) => boolean) =>
  typeof value === 'string' && value.trim() !== '' && holds(Number(value));

/** Parts of patterns. A port is 1 to 65535. */
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
export const hostPattern = `(?=[^:/?#]{1,253}(?:[:/?#]|$))${label}(?:\\.${label})*`;
export const portPattern = '(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])(?!\\d)';
