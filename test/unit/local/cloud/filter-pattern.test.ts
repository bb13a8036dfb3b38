import { expect, test } from 'vitest';
import { compileFilter } from '../../../../local/cloud/telemetry/filter-pattern.ts';

test('a line passes if it is a JSON object with these texts in its fields', () => {
  const passes = compileFilter('{ $.requestId = "r-1" && $.source = "crm" }');
  expect(passes('{"requestId":"r-1","source":"crm","level":"INFO"}')).toBe(true);
  expect(passes('{"requestId":"r-1","source":"shop"}')).toBe(false);
  expect(passes('{"requestId":"r-1"}')).toBe(false);
  expect(passes('{"inner":{"requestId":"r-1","source":"crm"}}')).toBe(false);
  expect(passes('r-1 crm')).toBe(false);
  expect(passes('"r-1 crm"')).toBe(false);
  expect(passes('null')).toBe(false);
});

test('values are compared as parsed JSON, whatever their escapes', () => {
  const passes = compileFilter(String.raw`{$.requestId="a \"quoted\" \\ one/é"}`);
  expect(passes(JSON.stringify({ requestId: 'a "quoted" \\ one/é' }))).toBe(true);
  expect(passes(String.raw`{"requestId":"a \"quoted\" \\ one\/\u00e9"}`)).toBe(true);
  expect(compileFilter('{ $.n = "5" }')('{"n":5}')).toBe(false);
});

test('every line passes an empty pattern', () => {
  expect(compileFilter(' ')('anything')).toBe(true);
});

test.each([
  'ERROR',
  '{ $.requestId = "r-*" }',
  '{ $.inner.requestId = "r-1" }',
  '{ $.count = 5 }',
  '{ $.requestId != "r-1" }',
  '{ $.requestId = "r-1" || $.source = "crm" }',
  '{ $.requestId = "r-1" && }',
  '{ $.requestId = "r-1"',
  '{ }',
])('%s is refused', (pattern) => {
  expect(() => compileFilter(pattern)).toThrow(`the filter pattern ${pattern} is not implemented here`);
});
