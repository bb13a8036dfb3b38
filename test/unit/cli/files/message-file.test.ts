import { describe, expect, test } from 'vitest';
import { type FileMessage, messagesIn } from '../../../../cli/files/message-file.ts';

async function* chunked(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(bytes: Buffer, size: number): Promise<FileMessage[]> {
  const read: FileMessage[] = [];
  for await (const message of messagesIn(chunked(bytes, size))) read.push(message);
  return read;
}

/** The messages of a text, which must be the same for any chunks. */
async function messagesOf(file: string | Buffer): Promise<FileMessage[]> {
  const bytes = Buffer.from(file as string);
  const whole = await collect(bytes, 65_536);
  if (bytes.length < 2_000) {
    expect(await collect(bytes, 1)).toEqual(whole);
    expect(await collect(bytes, 7)).toEqual(whole);
  }
  return whole;
}

const bodies = async (file: string | Buffer) => (await messagesOf(file)).map(({ line, body }) => [line, body]);
const refusals = async (file: string | Buffer) =>
  (await messagesOf(file)).flatMap(({ line, unsendable }) => (unsendable === undefined ? [] : [[line, unsendable]]));

describe('NDJSON', () => {
  test('gives each line unchanged, without the blank lines', async () => {
    expect(await messagesOf('{"a": 1}\n\n  \r\n{"b":2}\n')).toEqual([
      { line: 1, body: '{"a": 1}' },
      { line: 4, body: '{"b":2}' },
    ]);
  });

  test('names each line that is not JSON, without quoting it', async () => {
    const [, second, third] = await messagesOf('{"a":1}\n{"token":"secret"\n[]\n');
    expect(second?.fault).toMatch(/^is not JSON/);
    expect(second?.fault).not.toContain('secret');
    expect(third).toEqual({ line: 3, body: '[]', fault: 'is not a JSON object' });
  });

  test('has only line feeds between its lines, because JSON may hold U+2028', async () => {
    expect(await bodies('{"a":"\u2028\u2029\u0085"}\n{"b":2}')).toEqual([
      [1, '{"a":"\u2028\u2029\u0085"}'],
      [2, '{"b":2}'],
    ]);
  });

  test('may begin with a broken line, or with blank lines', async () => {
    expect(await bodies('\n nope\n{"b":2}')).toEqual([
      [2, ' nope'],
      [3, '{"b":2}'],
    ]);
  });

  test('has no messages if all lines are blank', async () => {
    expect(await messagesOf('')).toEqual([]);
    expect(await messagesOf('\n \n')).toEqual([]);
  });
});

describe('a JSON array', () => {
  test('gives each element, by its place', async () => {
    expect(await messagesOf('[\n  {"a": 1},\n  {"b": [2, {"c": "]}"}]}\n]\n')).toEqual([
      { line: 1, unit: 'element', body: '{"a":1}' },
      { line: 2, unit: 'element', body: '{"b":[2,{"c":"]}"}]}' },
    ]);
    expect(await messagesOf('[]')).toEqual([]);
  });

  test('gives every value unchanged', async () => {
    const written = '{"a":1610521604143693812,"b":0.1000,"c":-0,"d":1E5,"a":"\\u0041\\" ,\\\\","e":" x  y "}';
    expect(await bodies(`[ ${written.replaceAll(',"', ' ,\t"')} ]`)).toEqual([[1, written]]);
  });

  test('may hold elements that are not objects, as lines may', async () => {
    const read = await messagesOf('["a, ]", 12 ,null,{"b":}]');
    expect(read.map(({ body, fault }) => [body, fault?.replace(/ \(.*/, '')])).toEqual([
      ['"a, ]"', 'is not a JSON object'],
      ['12', 'is not a JSON object'],
      ['null', 'is not a JSON object'],
      ['{"b":}', 'is not JSON'],
    ]);
  });

  test.each([
    ['[{"a":1},{"b":2}', [1, 'ends before the array does']],
    ['[{"a":1},\n{"b":2', [2, 'is JSON without an end']],
    ['[{"a":1},\n\n]', [3, 'has a comma after the last command: remove it']],
    ['[{"a":1},\n,{"b":2}]', [2, 'is not JSON: a command is missing']],
    ['[{"a":1}\n{"b":2}]', [2, 'lacks a comma between two commands']],
    ['[{"a":1}]\n{"b":2}', [2, 'has other text after the end of the array']],
  ])('%j is broken', async (file, refusal) => {
    expect(await refusals(file)).toEqual([refusal]);
  });
});

describe('objects over several lines', () => {
  test('are read one after the other, with the line where they begin', async () => {
    expect(await bodies('{\n  "a": 1\n}\n')).toEqual([[1, '{"a":1}']]);
    expect(await bodies('\n{\n  "a": 1\n}\n{\n  "b": "}{"\n}')).toEqual([
      [2, '{"a":1}'],
      [5, '{"b":"}{"}'],
    ]);
  });

  test('must be complete, and have nothing between them', async () => {
    expect(await refusals('{\n"a": 1\n')).toEqual([[1, 'is JSON without an end']]);
    expect(await refusals('{"a":1},\n{"b":2}')).toEqual([
      [1, 'has a comma after a command: remove it, or put [ and ] around all commands'],
    ]);
    expect(await refusals('{\n"a":1}\n}')).toEqual([[3, 'is not JSON: it has other text between two commands']]);
  });
});

describe('the encoding', () => {
  test('may begin with a byte-order mark, and have another one between concatenated files', async () => {
    expect(await bodies('\ufeff{"a":1}\n\ufeff{"b":2}')).toEqual([
      [1, '{"a":1}'],
      [2, '{"b":2}'],
    ]);
    expect(await bodies('\ufeff[{"a":1}]')).toEqual([[1, '{"a":1}']]);
    expect(await bodies('\ufeff{\n"a":1}')).toEqual([[1, '{"a":1}']]);
  });

  const advice = '. Save the file as UTF-8 (for instance: iconv -f WINDOWS-1252 -t UTF-8)';

  test('is refused by line and byte if it is Latin-1, with the fix for the first message', async () => {
    const file = Buffer.from('{"c":"ok"}\n{"c":"S\xe3o"}\n{"c":"\xfc"}\n{"c":"\xe9t\xe9"}', 'latin1');
    expect(await refusals(file)).toEqual([
      [2, `is not UTF-8: byte 8 is 0xE3${advice}`],
      [3, 'is not UTF-8: byte 7 is 0xFC'],
      [4, 'is not UTF-8: byte 7 is 0xE9'],
    ]);
    expect(await bodies(file)).toContainEqual([1, '{"c":"ok"}']);
  });

  test('is refused by line and byte of the file in an array', async () => {
    const file = Buffer.from('[{"c":1},\n {"c":\n  "\xe9"}]', 'latin1');
    expect(await refusals(file)).toEqual([[2, `is not UTF-8: line 3, byte 4 of the file is 0xE9${advice}`]]);
    const minified = Buffer.from('[{"c":1},{"c":"\xe9"}]', 'latin1');
    expect(await refusals(minified)).toEqual([[2, `is not UTF-8: line 1, byte 16 of the file is 0xE9${advice}`]]);
  });

  test.each([
    ['half of a surrogate pair', [0xed, 0xa0, 0x80], 0],
    ['a longer form than needed', [0xc0, 0xaf], 0],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80], 0],
    ['a character that is cut', [0x41, 0xf0, 0x9f, 0x98], 1],
    ['a cut character that begins like U+FFFD', [0x41, 0xef, 0xbf], 1],
    ['the rest of a character', [0x41, 0x42, 0x80], 2],
  ])('is refused for %s', async (_, strange, offset) => {
    const file = Buffer.concat([Buffer.from('{"c":"'), Buffer.from(strange), Buffer.from('"}')]);
    expect((await refusals(file))[0]?.[1]).toContain(`is not UTF-8: byte ${7 + offset} is 0x`);
  });

  test.each(['é', 'ß', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffee', '日本', 'مرحبا'])(
    'is taken as it is for %s',
    async (text) => expect(await bodies(`{"c":"${text}"}`)).toEqual([[1, `{"c":"${text}"}`]]),
  );
});

describe('the length', () => {
  const ofBytes = (length: number) => `{"c":"${'x'.repeat(length - 8)}"}`;

  test('is at most the bytes that SQS accepts', async () => {
    expect(await refusals(`${ofBytes(1_048_576)}\n`)).toEqual([]);
    expect(await refusals(`{}\n${ofBytes(1_048_577)}\n{}`)).toEqual([
      [2, 'is 1,048,577 bytes long; SQS accepts 1,048,576'],
    ]);
    expect(await refusals(`[${'ü'.repeat(3)}]`)).toEqual([]);
  });

  test('does not count the blanks of an array, which have a limit of their own', async () => {
    expect(await bodies(`[{"a":${' '.repeat(2_000_000)}1}]`)).toEqual([[1, '{"a":1}']]);
    expect(await refusals(`[{"a":1},{"a":"${'x'.repeat(17 * 1024 * 1024)}"},{"b":2}]`)).toEqual([
      [2, 'is more than 16,777,216 bytes long; SQS accepts 1,048,576'],
    ]);
  });
});

describe('a file of another format', () => {
  const utf16 = Buffer.from('{"a":1}\n', 'utf16le');
  test.each([
    ['a spreadsheet', Buffer.from('PK\x03\x04\x14\0', 'latin1'), /^is a ZIP archive, as \.xlsx files are\. .* NDJSON/],
    ['an old spreadsheet', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /\(\.xls\)/],
    ['gzip', Buffer.from('1f8b0800', 'hex'), /^is compressed by gzip\. .*gunzip/],
    ['zstd', Buffer.from('28b52ffd04', 'hex'), /^is compressed by zstd/],
    ['rich text', '{\\rtf1\\ansi {"a":1}}', /^is a rich-text document/],
    ['UTF-32', Buffer.from('fffe00007b000000', 'hex'), /^is UTF-32/],
    ['UTF-16 with its mark', Buffer.concat([Buffer.from('fffe', 'hex'), utf16]), /^is UTF-16\. .*iconv -f UTF-16 -t/],
    ['UTF-16 without a mark', utf16, /^is UTF-16\. .*iconv -f UTF-16LE -t/],
    ['UTF-16, big end first', Buffer.from(utf16).swap16(), /^is UTF-16\. .*iconv -f UTF-16BE -t/],
    ['lines that end with CR only', '{"a":1}\r{"b":2}\r', /^ends its lines with CR only\. .*tr '\\r' '\\n'/],
  ])('%s: is named with the fix, and none of it is read', async (_, file, words) => {
    expect(await refusals(file)).toEqual([[1, expect.stringMatching(words)]]);
  });
});

describe('a line that is not JSON', () => {
  test.each([
    ['{“a”: 1}', 'is not JSON (character 2): a typographic quotation mark; write "'],
    ["{'a': 1}", 'is not JSON (character 2): a quotation mark other than "'],
    ['{"a":1,}', 'is not JSON (character 8): a comma before the end; leave it out'],
    [
      '{"a":1},',
      'is not JSON (character 8): a comma after the command; leave it out, or put [ and ] around all commands',
    ],
    ['{"a":1}\0\0', 'is not JSON (character 8): NUL; is it UTF-16? Send UTF-8'],
    ['{"a":1}{"b":2}', 'is not JSON (character 8): a second value; a message is one command'],
    ['{"a":None}', 'is not JSON (character 6): a value that JSON does not have; write null, or text in quotes'],
    ['{"a":NaN}', 'is not JSON (character 6): a value that JSON does not have; write null, or text in quotes'],
    ['# the first ten', 'is not JSON (character 1): a comment; leave it out'],
    ['```json', 'is not JSON (character 1): a Markdown fence; leave it out'],
    ['<html>', 'is not JSON (character 1): HTML or XML; send JSON'],
    ['source,requestId,action', 'is not JSON (character 1): CSV; make one JSON object of each row'],
    ['"source","requestId"', 'is not JSON (character 9): CSV; make one JSON object of each row'],
    ['source;requestId;action', 'is not JSON (character 1): CSV; make one JSON object of each row'],
  ])('%j is reported with its place and the fix', async (text, words) => {
    const faults = (await messagesOf(`{"ok":1}\n${text}`)).map(({ fault }) => fault);
    expect(faults).toEqual([undefined, words]);
  });
});
