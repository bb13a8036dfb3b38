import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvHead, csvRow, withoutGuard } from '../../../../../lambdas/domain/campaign/csv-text.ts';

describe('CSV', () => {
  test('begins with a byte-order mark, ends lines with CRLF and quotes cells that need it', () => {
    expect(csvHead(['a', 'b'])).toBe('\ufeffa,b\r\n');
    expect(csvRow([1, 'x,y'])).toBe('1,"x,y"\r\n');
    expect(csvRow([true, 'say "hi"', undefined, ''])).toBe('true,"say ""hi""",,\r\n');
    expect(csvRow([-3, 'two\nlines'])).toBe('-3,"two\nlines"\r\n');
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['+43', "'+43"],
    ['-2', "'-2"],
    ['@cmd', "'@cmd"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['\n=1', '"\'\n=1"'],
    ['  =1', "'  =1"],
    ['\u200b=1', "'\u200b=1"],
    ['＝1+1', "'＝1+1"],
    ['＠SUM(1)', "'＠SUM(1)"],
    ['=HYPERLINK("https://evil.example","x")', '"\'=HYPERLINK(""https://evil.example"",""x"")"'],
    ["'=1", "''=1"],
    ["'tis", "'tis"],
    ['a=b', 'a=b'],
    [' a', ' a'],
    ['', ''],
  ])('prevents a spreadsheet from treating %j as a formula', (value, written) => {
    expect(csvRow([value])).toBe(`${written}\r\n`);
  });

  test('loses no cell to its apostrophe', () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom("'", '=', '+', ' ', 'a')).map((signs) => signs.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        const [written = ''] = /^[\s\S]*(?=\r\n$)/.exec(csvRow([value])) ?? [];
        const unquoted = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
        expect(withoutGuard(unquoted)).toBe(value);
      }),
    );
  });
});
