import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvHead, csvRow, withoutGuard } from '../../../../../lambdas/domain/campaign/csv-text.ts';
import { restOf, rowsOf } from './given-file.ts';

const opened = (text: string | Buffer) => rowsOf('csv', Buffer.from(text as string));
/** `line: cells`, or `line! rule`. */
const shown = async (text: string | Buffer) =>
  (await opened(text)).rows.map(({ line, cells, fault }) =>
    fault ? `${line}! ${fault.rule}` : `${line}: ${cells.join('|')}`,
  );
const headerOf = async (text: string | Buffer) => (await opened(text)).from;
const refusal = (text: string | Buffer) =>
  opened(text).then(
    () => 'accepted',
    (error: Error) => error.message,
  );

describe('a CSV file', () => {
  test('gives its rows as text, with the line on which each starts', async () => {
    const file = 'id,pid,c\r\n007,sms,a\r\n\r\n008,"sms","two\r\nlines"\r\n009,sms,c';

    expect((await headerOf(file)).header).toEqual(['id', 'pid', 'c']);
    expect(await shown(file)).toEqual(['2: 007|sms|a', '4: 008|sms|two\r\nlines', '6: 009|sms|c']);
  });

  test.each([
    ['a comma', 'a,b\n1,2', ','],
    ['a semicolon', 'a;b;c,d\n1;2;3', ';'],
    ['a tab', 'a\tb\n1\t2', '\t'],
    ['a semicolon, if commas are inside quotation marks only', '"a,b,c";d\n1;2', ';'],
    ['a comma in a file of one column', 'a\n1', ','],
    ['what the line sep= says', 'sep=;\na;b,c,d\n1;2', ';'],
  ])('separates its cells by %s', async (_, file, delimiter) => {
    expect((await headerOf(file)).delimiter).toBe(delimiter);
  });

  test('may begin with a byte-order mark, blank lines and a line sep=', async () => {
    const file = '\ufeff\r\nsep=;\r\n;;\r\n pid ;"c"\r\nsms;x\r\n';

    expect(await headerOf(file)).toMatchObject({ header: ['pid', 'c'], line: 5 });
    expect(await shown(file)).toEqual(['5: sms|x']);
  });

  test('may have empty columns at its end, and rows without any value', async () => {
    const file = 'pid,c,,\nsms,x,,\n,,,\n   ,\nsms,y\nsms,z,,,,,\n';

    expect((await headerOf(file)).header).toEqual(['pid', 'c']);
    expect(await shown(file)).toEqual(['2: sms|x', '5: sms|y', '6: sms|z']);
  });

  test('ends a line with LF, CRLF, or CR CR LF', async () => {
    expect(await shown('a,b\r\r\n1,2\r\r\n3,4\n5,6\r\n')).toEqual(['2: 1|2', '3: 3|4', '4: 5|6']);
  });

  test.each([
    ['too few cells', 'a,b,c\n1,2\n1,2,3', ['2! cells', '3: 1|2|3']],
    ['too many cells', 'a,b\n1,2,3\n1,2', ['2! cells', '3: 1|2']],
    ['text after a closing quotation mark', 'a,b\n"1"x,2\n3,4', ['2! quotes', '3: 3|4']],
    ['a quotation mark that does not close', 'a,b\n"1,2\n3,4\n5,6', ['2! quotes', '3: 3|4', '4: 5|6']],
    ['a quotation mark that closes in a later row', 'a,b\n"1,2\n3,"4"\n5,6', ['2! quotes', '3: 3|4', '4: 5|6']],
  ])('has a fault for a row with %s, and goes on with the next line', async (_, file, rows) => {
    expect(await shown(file)).toEqual(rows);
  });

  test('names the line on which the quotation mark opens, which may be a later one of the row', async () => {
    const { rows } = await opened('a,b\n"1\nand more","2\n3,4\n');

    expect(rows[0]).toMatchObject({
      line: 2,
      fault: { message: expect.stringContaining('opens on line 3 does not close') },
    });
    const { rows: others } = await opened('a,b\n"1\nand more","2"x\n');
    expect(others[0]?.fault?.message).toContain('opens on line 3 closes in the middle of its cell');
  });

  test('keeps the text of a row that has a fault, for the person who corrects it', async () => {
    const { rows } = await opened('a,b\n"1"x,2\n');

    expect(rows[0]?.cells).toEqual(['"1"x', '2']);
  });

  test('takes a quotation mark inside a cell without quotation marks as text', async () => {
    expect(await shown('a,b\n5" screen,"x"\n6,7\n')).toEqual(['2: 5" screen|x', '3: 6|7']);
  });

  test('keeps blanks and control characters of its cells', async () => {
    expect(await shown('a,b\n x ,\u0000\n')).toEqual(['2:  x |\u0000']);
  });

  test('has a fault for a row of more than 262,144 bytes, and goes on after it', async () => {
    const long = 'x'.repeat(262_144);

    expect(await shown(`a,b\n1,2\n${long},2\n3,4\n`)).toEqual(['2: 1|2', '3! row-length', '4: 3|4']);
    expect(await shown(`a,b\n"${'x'.repeat(100_000)}\n${'x'.repeat(100_000)}",2\n3,4\n`)).toHaveLength(2);
  });

  test.each([
    ['has no bytes', '', 'is empty'],
    ['has blank lines only', '\n,,\n', 'is empty'],
    ['ends its lines with CR only', 'a,b\r1,2\r', 'ends its lines with CR only'],
    ['is UTF-16 with a mark', Buffer.from('\ufeffa,b\n1,2', 'utf16le'), 'is UTF-16. In Excel, save it as “CSV UTF-8'],
    ['is UTF-16 without one', Buffer.from('a,b\n1,2', 'utf16le'), 'is UTF-16. In Excel, save it as “CSV UTF-8'],
    [
      'is Windows-1252 in its header',
      Buffer.from('a,gr\xfc\xdfe\n1,2', 'latin1'),
      'is not UTF-8: line 1 holds the byte 0xFC',
    ],
    [
      'is a spreadsheet',
      Buffer.from('PK\x03\x04\x14\0', 'latin1'),
      'is a ZIP archive, as .xlsx files are. In Excel, save it as',
    ],
    ['is an old spreadsheet', Buffer.from('\xd0\xcf\x11\xe0\xa1', 'latin1'), 'is an old Office file'],
    [
      'is compressed',
      Buffer.from('\x1f\x8b\x08\0\0', 'latin1'),
      'Unpack it (gunzip -c <file>), or add .gz to its name',
    ],
    [
      'is a JSON array',
      '[{"pid":"sms"}]\n',
      'is a JSON array. Write one object a line, without [ and ], and give its name',
    ],
    ['is JSON', '{"pid":"sms"}\n', 'is JSON. Give its name the ending .ndjson'],
    ['is a web page', '<!DOCTYPE html>\n', 'is HTML or XML'],
    [
      'has a header without its closing quotation mark',
      'a,"b\n1,2\n',
      'has a header whose quotation mark does not close',
    ],
    ['has no line break', 'x'.repeat(70_000), 'has a first line longer than 65536 bytes'],
  ])('is refused if it %s', async (_, file, words) => {
    expect(await refusal(file)).toContain(words);
  });

  test.each([
    'Spring campaign\nrequest_id,pid\n1,sms\n',
    'Spring campaign,,\n,,\nas of March,,\nrequest_id,pid,c\n1,sms,x\n2,sms,x\n',
    'Frühling\nrequest_id;pid\n1;sms\n',
  ])('is refused with a title above the names of its columns: %j', async (file) => {
    expect(await refusal(file)).toBe(
      'has one filled cell in its first line, and more in later lines. The first line must hold the names of the columns: delete the lines above it',
    );
  });

  test.each(['Customer\n1\n2,x\n', 'Customer\n1,x\n', 'request_id\n1,x\n2,x\n', 'pid\nsms,x\nsms,x\n'])(
    'has no title, but one column: %j',
    async (file) => {
      expect(await refusal(file)).toBe('accepted');
    },
  );

  test('is refused at the first row that is not UTF-8, with the line and the byte', async () => {
    const file = Buffer.concat([Buffer.from('a,b\n"ü\n",2\n'), Buffer.from('M\xfcller,"x\ny"\n', 'latin1')]);

    expect(await refusal(file)).toBe(
      'is not UTF-8: line 4 holds the byte 0xFC. In Excel, save it as “CSV UTF-8 (comma delimited)”, or convert it (iconv -f WINDOWS-1252 -t UTF-8)',
    );
  });
});

describe('any CSV file', () => {
  const cell = fc.oneof(
    fc.constantFrom('', 'ü', '007', ' x ', 'a,b', 'say "hi"', 'two\nlines', 'two\r\nlines', "'=1", ';', '\t'),
    fc.string({ maxLength: 6 }),
  );
  /** Text of the parts that make files difficult, in any order. */
  const mess = fc
    .array(fc.constantFrom('"', '""', ',', '\n', '\r\n', 'a', 'ü', ' ', '"x"', '5" '), { maxLength: 60 })
    .map((parts) => `a,b\n${parts.join('')}`);

  test('that csvRow has written gives the same cells', async () => {
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(',', ';', '\t'), async (given, delimiter) => {
        const filled = given.filter((cells) => cells.some((one) => one.trim() !== ''));
        const text = csvHead(['one', 'two'], delimiter) + filled.map((cells) => csvRow(cells, delimiter)).join('');
        const { rows: read } = await opened(text);
        expect(read.map(({ cells }) => cells.map(withoutGuard))).toEqual(filled);
      }),
    );
  });

  test('gives the same rows however its bytes are divided', async () => {
    await fc.assert(
      fc.asyncProperty(mess, fc.integer({ min: 1, max: 9 }), async (text, size) => {
        const bytes = Buffer.from(text);
        expect(await rowsOf('csv', bytes, size)).toMatchObject(await rowsOf('csv', bytes));
      }),
    );
  });

  test('can be continued after any row, and gives the same rest', async () => {
    await fc.assert(
      fc.asyncProperty(mess, async (text) => {
        const bytes = Buffer.from(text);
        const { from, rows } = await rowsOf('csv', bytes);
        for (const [index, { nextByte, nextLine }] of rows.entries()) {
          const rest = await restOf('csv', bytes, { ...from, byte: nextByte, line: nextLine });
          expect(rest).toEqual(rows.slice(index + 1));
        }
      }),
    );
  });

  test('longer than a block gives the same rows as by lines', async () => {
    // A cell over several lines ends exactly where a block could be cut.
    const rows = Array.from({ length: 5_000 }, (_, index) => `${index},"x${'y'.repeat(index % 37)}\n${index}"`);
    const { rows: read } = await opened(`a,b\n${rows.join('\n')}\n`);

    expect(read).toHaveLength(5_000);
    expect(read.every(({ line, cells }, index) => line === 2 + 2 * index && cells[1]?.endsWith(`\n${index}`))).toBe(
      true,
    );
  });
});
