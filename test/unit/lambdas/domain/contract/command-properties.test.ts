import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { common, create, createWithData, read } from './given-reading.ts';

/** Six or more characters that no message of the pipeline contains. */
const planted = fc.stringMatching(/^[Q-Z]{2}[0-9]{4,40}$/);
const odd = fc.oneof(
  planted,
  fc.constantFrom(null, '', 0, -1, true, [], {}),
  planted.map((text) => ({ nested: text })),
  planted.map((text) => [text]),
);
const known = (value: unknown) => fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, odd);

/** Commands with valid, invalid, nested and missing fields, and with planted values. */
const brokenCommand = fc.record(
  {
    specVersion: known('1.0'),
    source: known('crm'),
    requestId: known('order-1'),
    action: fc.oneof(fc.constantFrom('create', 'update', 'delete', 'qr'), odd),
    onelinkId: known('A1b3'),
    shortlinkId: odd,
    requestedAt: known('2026-03-10T11:00:00Z'),
    validUntil: odd,
    data: fc.oneof(odd, fc.dictionary(fc.constantFrom('pid', 'c', 'af_r', 'af_prt', 'af_cost_value', 'ttl', 'x'), odd)),
    ttl: odd,
    renewTtl: odd,
    brandDomain: odd,
    qr: fc.oneof(odd, fc.record({ size: odd, format: odd, margin: odd, brandDomain: odd }, { requiredKeys: [] })),
    metadata: fc.oneof(odd, fc.dictionary(fc.constantFrom('a', 'b'), odd)),
    extra: odd,
  },
  { requiredKeys: [] },
);

describe('reading any command', () => {
  it('never throws, and returns either a command or faults', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), brokenCommand), (raw) => {
        const reading = read(raw);
        if ('command' in reading) return;
        expect(reading.refused.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('returns faults without values', () => {
    fc.assert(
      fc.property(brokenCommand, (raw) => {
        const reading = read(raw);
        if ('command' in reading) return;
        expect(JSON.stringify(reading.refused.faults)).not.toMatch(/[Q-Z]{2}\d{4}/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('accepts a valid command with any custom parameters', () => {
    const name = fc.stringMatching(/^custom_[a-z]{1,8}$/);
    const values = fc.dictionary(name, fc.oneof(fc.string({ maxLength: 30 }), fc.integer(), fc.boolean()), {
      maxKeys: 5,
    });
    fc.assert(
      fc.property(values, (custom) => {
        const data = { pid: 'sms', ...custom };
        const command = { ...common, action: 'create' };
        const texts = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, `${value}`]));
        expect(read({ ...command, data })).toEqual({ command: { ...command, data: texts } });
      }),
    );
  });

  it('accepts data whose text stays unchanged, digit for digit, and refuses the rest', () => {
    const digits = fc.stringMatching(/^-?(?:0|[1-9]\d{0,20})(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?$/);
    const name = fc.stringMatching(/^x[a-c]{1,2}$/);
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(fc.array(fc.tuple(name, digits), { maxLength: 3 }), (parameters) => {
        const written = parameters.map(([key, number]) => `"${key}":${number}`).join(',');
        const reading = read(written === '' ? create : createWithData(written));
        const isExact =
          new Set(parameters.map(([key]) => key)).size === parameters.length &&
          parameters.every(([, number]) => String(Number(number)) === number);
        expect('command' in reading).toBe(isExact);
        if ('refused' in reading) refused += 1;
        else {
          taken += 1;
          expect('data' in reading.command && Object.entries(reading.command.data ?? {})).toEqual([
            ['pid', 'sms'],
            ...parameters,
          ]);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(taken, refused)).toBeGreaterThan(200);
  });
});
