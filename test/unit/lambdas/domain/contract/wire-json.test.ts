import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wireJson, wireText } from '../../../../../lambdas/domain/contract/wire-json.ts';

const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });

describe('JSON on the wire', () => {
  it.each([
    ['a\uffff', '{"x":"a\\uffff"}'],
    ['\ufffe', '{"x":"\\ufffe"}'],
    ['\ud800', '{"x":"\\ud800"}'],
    ['\u0000\u001f', '{"x":"\\u0000\\u001f"}'],
    ['😀', '{"x":"\\ud83d\\ude00"}'],
    ['\u{10ffff}', '{"x":"\\udbff\\udfff"}'],
    ['Grüße, 世界 \ufffd\ue000\ud7ff', '{"x":"Grüße, 世界 \ufffd\ue000\ud7ff"}'],
  ])('writes %j in characters that SQS accepts', (x, json) => {
    expect(wireJson({ x })).toBe(json);
  });

  it('escapes raw characters in JSON text, and keeps its format', () => {
    expect(wireText('{\n\t"x": "a\uffff" }')).toBe('{\n\t"x": "a\\uffff" }');
  });

  it('round-trips any text, in names and values', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (value) => {
        const json = wireJson(value);
        expect(json).toMatch(/^[\t\n\r\x20-\ud7ff\ue000-\ufffd]*$/);
        expect(JSON.parse(json)).toEqual(value);
        expect(wireText(JSON.stringify(value))).toBe(json);
      }),
      { numRuns: 1_000 },
    );
  });
});
