import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dataAsSent, dataAsText, dataFaults, parameterRules } from '../../../../lambdas/domain/contract/link-data.ts';
import { checkedPayload } from '../../../../local/onelink-api/data/payload.ts';
import { defaultSettings } from '../../../../local/onelink-api/settings.ts';

/** Texts that the rules depend on, and arbitrary text. */
const part = fc.oneof(
  fc.constantFrom('https://', 'HTTPS://', 'x.example', '/', '?a=b', '#', ':', '[', ']', '@', '%', '\\', ' ', '\u00a0'),
  fc.constantFrom(
    'app://',
    'true',
    'false',
    '1',
    '30',
    '36',
    'd',
    'h',
    'lifetime',
    '.',
    ',',
    '0.5',
    'EUR',
    '<',
    '>',
    '&',
  ),
  fc.constantFrom('\t', '\n', '\0', '\u007f', '\u0085', '\u2028', '\ufeff', '\u200b', 'é', 'e\u0301', '春', '😀', '"'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const value = fc.oneof(
  fc.array(part, { maxLength: 6 }).map((parts) => parts.join('').toWellFormed()),
  fc.integer({ min: -3, max: 100 }),
  fc.constantFrom(true, false, 0.25, 1e21, 1e-7),
  fc.nat({ max: 301 }).map((length) => 'ä'.repeat(length)),
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Object.keys(parameterRules)) },
  { weight: 1, arbitrary: fc.constantFrom('deep_link_value', 'toString', 'a<b', '\0', ' c', 'ttl', '') },
);

it('Given data that the pipeline accepts, Then the emulator accepts it unchanged and no call is wasted', () => {
  let taken = 0;
  fc.assert(
    fc.property(value, fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 }), (pid, parameters) => {
      const data = { pid, ...Object.fromEntries(parameters) };
      if (dataFaults(data, { maxDataCharacters: 2_048 }).length > 0) return;
      taken += 1;
      const sent = dataAsSent(dataAsText(data));
      const text = JSON.stringify(sent);
      expect(checkedPayload({ value: sent, text }, defaultSettings)).toBe(text);
    }),
    { numRuns: 10_000 },
  );
  expect(taken).toBeGreaterThan(500);
});
