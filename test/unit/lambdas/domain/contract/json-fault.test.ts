import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../../../../lambdas/domain/contract/json-fault.ts';

const number = 'not a JSON number (such as +1, .5, 01); write its digits, or text in quotes';
const lacking = 'a value that JSON does not have; write null, or text in quotes';
const none = 'no command; a command is one JSON object: {…}';
const csv = 'CSV; make one JSON object of each row';
const control = 'a control character; leave it out';
const comma = 'a comma after the command; leave it out, or put [ and ] around all commands';
const blank = 'a blank other than space, tab, CR and LF';

describe('a text that is not JSON', () => {
  it.each([
    ['', '(character 1): it ends too early'],
    ['{"a":1', '(character 7): it ends too early'],
    ['hello', `(character 1): ${none}`],
    ['{"a":NaN}', `(character 6): ${lacking}`],
    ['{"a":-Infinity}', `(character 6): ${lacking}`],
    ['{"a":None}', `(character 6): ${lacking}`],
    ['{"a":True}', '(character 6): true, false and null are lower case'],
    ['{"a":+1}', `(character 6): ${number}`],
    ['{"a":.5}', `(character 6): ${number}`],
    ['{"a":01}', `(character 6): ${number}`],
    ['{"a":0x1F}', `(character 6): ${number}`],
    ['{"a":1,}', '(character 8): a comma before the end; leave it out'],
    ['[1, ]', '(character 5): a comma before the end; leave it out'],
    ['{"a":1 "b":2}', '(character 8): a comma is missing before it'],
    ['{"a" 1}', '(character 6): a colon is missing before it'],
    ['{"a":}', '(character 6): a value is missing before it; write null, or text in quotes'],
    ['{"a":[1}}', '(character 8): a comma or ] is missing before it'],
    ['{"a":1]', '(character 7): a comma or } is missing before it'],
    ['{,}', '(character 2): no name in quotes'],
    ['{"a":,}', '(character 6): no JSON value; write text in quotes'],
    [',{"a":1}', `(character 1): ${comma}`],
    ['{"a":1},', `(character 8): ${comma}`],
    ['{"a":abc,"b":1}', '(character 6): no JSON value; write text in quotes'],
    ['pid: x', `(character 1): ${none}`],
    ['{"a":1};', '(character 8): other text after the command; leave it out'],
    ['{"a":1} x, y', '(character 9): other text after the command; leave it out'],
    ['source,pid', `(character 1): ${csv}`],
    ['"source","pid"', `(character 9): ${csv}`],
    ['"source";"pid"', `(character 9): ${csv}`],
    ['"source"\t"pid"', `(character 10): ${csv}`],
    ['17,crm', `(character 3): ${csv}`],
    ['{"a":1}\f', `(character 8): ${control}`],
    ['{"a":1}\u0085', `(character 8): ${control}`],
    ['\u001e{"a":1}', `(character 1): ${control}`],
    ['{"a":"x\ty"}', '(character 8): a tab in text; write it as \\t'],
    ['{\r\n  "a": “x”}', '(line 2, character 8): a typographic quotation mark; write "'],
    ["{'a':1}", '(character 2): a quotation mark other than "'],
    ['{a:1}', '(character 2): a name without quotes'],
    ['{"a":1} // x', '(character 9): a comment; leave it out'],
    ['{"a":\u00a01}', `(character 6): ${blank}`],
    ['{\u200b"a":1}', `(character 2): ${blank}`],
    ['{\u0000"\u0000', '(character 2): NUL; is it UTF-16? Send UTF-8'],
    ['{\\u0000"\\u0000', '(character 2): NUL; is it UTF-16? Send UTF-8'],
    ['\u001f\ufffd', '(character 1): gzip; send it uncompressed'],
    ['\ufffd\ufffd{', '(character 1): a byte that is not UTF-8'],
    ['H4sIAAAAAAAA', '(character 1): base64 of gzip; send the JSON itself'],
    ['eyJhIjoxfQ==', '(character 1): base64; send the JSON itself'],
    ['%7B%22a%22', '(character 1): URL encoding; send the JSON itself'],
    ['{"a":1}\n{"b":2}', '(line 2, character 1): a second value; a message is one command'],
    [
      '{"a":1}\r{"b":2}',
      '(character 9): a second value; a message is one command, and its lines end in CR alone: write LF',
    ],
    ['{"a":"x\ny"}', '(character 8): a control character in text; write a line break as \\n'],
    ['{"a":"\\x"}', '(character 7): an escape that JSON does not have'],
    ['{"a":"\\u12"}', '(character 7): an escape that JSON does not have'],
    ['{"a":"x', '(character 8): text without its closing quotation mark'],
  ])('gets the place and cause of its first fault: %j', (text, fault) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(jsonFault(text)).toBe(fault);
  });

  it('gets one place, and the text before it could begin valid JSON', () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"\\u00e9\u007f"', '1.5e3', 'true', ' ', '\n');
    let broken = 0;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        try {
          JSON.parse(text);
        } catch {
          broken += 1;
          const [, line = '1', character = '0'] = /^\((?:line (\d+), )?character (\d+)\)/.exec(jsonFault(text)) ?? [];
          const lines = text.split('\n').slice(0, Number(line));
          const at = lines.slice(0, -1).join('\n').length + (lines.length > 1 ? 1 : 0) + Number(character) - 1;
          expect(at).toBeLessThanOrEqual(text.length);
          const beginning = text.slice(0, at);
          expect(jsonFault(beginning)).toMatch(/: it ends too early$/);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(broken).toBeGreaterThan(500);
  });

  it('of a megabyte is read within a second', () => {
    const startedAt = performance.now();
    expect(jsonFault(`{"a":"${'\\n'.repeat(500_000)}`)).toContain('closing quotation mark');
    expect(jsonFault('[1,'.repeat(100_000))).toContain('ends too early');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
