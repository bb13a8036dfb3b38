import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowFormat } from '../../../../../lambdas/domain/campaign/open-rows.ts';
import { restOf, rowsOf } from './given-file.ts';

const opened = (text: string | Buffer) => rowsOf('ndjson', Buffer.from(text as string));
const refusal = (text: string | Buffer) =>
  opened(text).then(
    () => 'accepted',
    (error: Error) => error.message,
  );

describe('an NDJSON file', () => {
  test('gives rows whose columns are the names so far', async () => {
    const { rows } = await opened('{"id":"007","pid":"sms"}\n\n{"pid":"mail","c":"x"}\r\n{"c":null,"id":""}\n');

    expect(rows).toMatchObject([
      { line: 1, header: ['id', 'pid'], cells: ['007', 'sms'] },
      { line: 3, header: ['id', 'pid', 'c'], cells: ['', 'mail', 'x'] },
      { line: 4, header: ['id', 'pid', 'c'], cells: ['', '', ''] },
    ]);
    expect(rows[1]?.header).toBe(rows[2]?.header);
  });

  test('keeps the digits of numbers, and writes true and false', async () => {
    const { rows } = await opened('{"a":12345678901234567890,"b":1.50,"c":true}');

    expect(rows[0]?.cells).toEqual(['12345678901234567890', '1.50', 'true']);
  });

  test('takes the objects data and metadata as the columns data.* and metadata.*', async () => {
    const { rows } = await opened('{"data":{"pid":"sms","c":7},"metadata":{"segment":"a"}}');

    expect(rows[0]).toMatchObject({ header: ['data.pid', 'data.c', 'metadata.segment'], cells: ['sms', '7', 'a'] });
  });

  test.each([
    ['that is not JSON', '{"a":1,}', 'json', ''],
    ['that is no object', '"a"', 'json', ''],
    ['with a list', '{"a":[1]}', 'type', 'a'],
    ['with an object of another name', '{"a":{"b":1}}', 'type', 'a'],
    ['with a name twice', '{"a":1,"a":2}', 'duplicate', 'a'],
    ['with a name twice, once inside data', '{"data.a":1,"data":{"a":2}}', 'duplicate', 'data.a'],
  ])('has a fault for a line %s, and goes on', async (_, line, rule, path) => {
    const { rows } = await opened(`${line}\n{"pid":"sms"}\n`);

    expect(rows).toMatchObject([{ line: 1, fault: { rule, path } }, { line: 2 }]);
    expect(rows[1]?.fault).toBeUndefined();
  });

  test('keeps a name that every object has by birth', async () => {
    const { rows } = await opened('{"__proto__":"x","constructor":"y"}');

    expect(rows[0]).toMatchObject({ header: ['__proto__', 'constructor'], cells: ['x', 'y'] });
  });

  test.each([
    ['has no bytes', '', 'is empty'],
    ['is a JSON array', '[{"pid":"sms"}]', 'is a JSON array. Write one object a line'],
    ['is UTF-16', Buffer.from('{"a":1}', 'utf16le'), 'is UTF-16'],
    ['is not UTF-8', Buffer.from('{"a":"\xfc"}', 'latin1'), 'is not UTF-8: line 1 holds the byte 0xFC'],
    [
      'has more than 500 names',
      Array.from({ length: 501 }, (_, index) => `{"n${index}":1}`).join('\n'),
      'has more than 500 names of columns by line 501',
    ],
  ])('is refused if it %s', async (_, file, words) => {
    expect(await refusal(file)).toContain(words);
  });

  test('has a fault for a line of more than 262,144 bytes, and goes on after it', async () => {
    const { rows } = await opened(`{"a":"${'x'.repeat(262_144)}"}\n{"a":1}\n`);

    expect(rows).toMatchObject([
      { line: 1, fault: { rule: 'row-length' } },
      { line: 2, cells: ['1'] },
    ]);
  });

  test('gives the same rows however it is divided, and can be continued after any row', async () => {
    const line = fc.oneof(
      fc
        .dictionary(fc.constantFrom('pid', 'c', 'ü', 'data.x'), fc.constantFrom('1', 'ü', ''))
        .map((one) => JSON.stringify(one)),
      fc.constantFrom('', '{', ' ', '{"a":[1]}'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        const bytes = Buffer.from(`\ufeff{"pid":"sms"}\n${lines.join('\n')}`);
        const { from, rows } = await rowsOf('ndjson', bytes);
        expect(await rowsOf('ndjson', bytes, size)).toEqual({ from, rows });
        for (const [index, { header, nextByte, nextLine }] of rows.entries()) {
          const rest = await restOf('ndjson', bytes, { header, byte: nextByte, line: nextLine });
          expect(rest).toEqual(rows.slice(index + 1));
        }
      }),
    );
  });
});

test.each([
  ['spring.csv', 'csv'],
  ['Spring.CSV', 'csv'],
  ['spring.csv.gz', 'csv'],
  ['a.b.ndjson', 'ndjson'],
  ['spring.ndjson.gz', 'ndjson'],
  ['spring.xlsx', undefined],
  ['csv', undefined],
])('the format of %s is %s', (name, format) => {
  expect(rowFormat(name)).toBe(format);
});
