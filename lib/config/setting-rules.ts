import * as z from 'zod';

/** A check whose rule is the error text of every value that breaks it: `must be 1–10,000 (SQS event source mappings)`. */
export const rule = <Value>(holds: (value: unknown) => boolean, must: string) =>
  z.custom<Value>(holds, { error: must });
export const count = (least: number, most: number, why = '') =>
  rule<number>(
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    `must be ${least.toLocaleString('en')}–${most.toLocaleString('en')}${why && ` (${why})`}`,
  );
export const fraction = (least: number, most: number, must: string) =>
  rule<number>((value) => typeof value === 'number' && value >= least && value <= most, must);
export const text = (pattern: RegExp, must: string) =>
  rule<string>((value) => typeof value === 'string' && pattern.test(value), must);
export const choice = <const Value extends string | number>(...values: Value[]) =>
  rule<Value>((value) => values.some((one) => one === value), `must be one of ${values.join(', ')}`);
export const key = (pattern: RegExp, must: string) => z.string().regex(pattern, must);
