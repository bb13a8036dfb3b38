import { describe, expect, it } from 'vitest';
import {
  redactedCsv,
  redactedNdjson,
  redactedRows,
  redactedSettings,
} from '../../../../lambdas/operations/subject-campaign-rows.ts';
import { Persons } from '../../../../lambdas/operations/subject-persons.ts';

const persons = () => new Persons(['José, 7', ' x '], 'a secret');
const csv = async (text: string, settings = {}, known = persons()) => {
  const { bytes, rows } = await redactedCsv(Buffer.from(text), { source: 'crm', settings }, known);
  return { text: bytes.toString(), rows };
};

describe('the rows of a person in a CSV file', () => {
  it.each([
    [
      'by the name of its column, in any case',
      'pid,Subject\nsms,"José, 7"\nsms,other\n',
      'pid,Subject\n,\nsms,other\n',
      1,
    ],
    [
      'with another delimiter, CRLF and blanks',
      'pid;subject\r\nsms; x \r\nsms;y\r\n',
      'pid;subject\r\n;\r\nsms;y\r\n',
      1,
    ],
    ['in another form of Unicode', 'pid,subject\nsms,"Jose\u0301, 7"\n', 'pid,subject\n,\n', 1],
    [
      'with line breaks inside, which stay',
      'pid,c,subject\nsms,"a\nb\nc",x\nsms,d,y\n',
      'pid,c,subject\n,,\n\n\nsms,d,y\n',
      1,
    ],
    ['at the end without a line break', 'pid,subject\nsms,y\nsms,x', 'pid,subject\nsms,y\n,', 1],
    ['with too few cells', 'subject,pid,c\nx,sms\ny,sms,c\n', 'subject,pid,c\n,\ny,sms,c\n', 1],
    ['after a row that cannot be read', 'pid,subject\n"sms" odd,x\nsms,x\nsms,y\n', 'pid,subject\n,\n,\nsms,y\n', 2],
  ])('are blanked %s', async (_, given, expected, rows) => {
    expect(await csv(given)).toEqual({ text: expected, rows });
  });

  it('are found by the settings, and another column of that name is not taken for it', async () => {
    const settings = { columns: { customer: 'subject', subject: '-' } };
    expect(await csv('pid,customer,subject\nsms,x,y\nsms,y,x\n', settings)).toEqual({
      text: 'pid,customer,subject\n,,\nsms,y,x\n',
      rows: 1,
    });
  });

  it('are all rows without a subject of their own, if the person is the default', async () => {
    const settings = { defaults: { subject: 'x' } };
    expect((await csv('pid,subject\nsms,\nsms,y\n', settings)).text).toBe('pid,subject\n,\nsms,y\n');
  });

  it('are found in results by their requests, too', async () => {
    const head = 'pid,status,reason,faults,short_url,shortlink_id,expires_at,qr_file,request_id';
    const known = persons();
    known.know({ links: [], requests: [{ source: 'crm', requestId: 'spring/1' }] });
    expect((await csv(`${head}\nsms,created,,,u,a,,,spring/1\nsms,created,,,u,b,,,spring/2\n`, {}, known)).text).toBe(
      `${head}\n,,,,,,,,\nsms,created,,,u,b,,,spring/2\n`,
    );
  });

  it('are not found twice', async () => {
    const once = await csv('pid,subject\nsms,x\n');
    expect((await csv(once.text)).rows).toBe(0);
  });

  it('are found in seconds, though a quotation mark in each row never closes', async () => {
    const rows = Array.from({ length: 100_000 }, (_, row) => `sms,"${row}`).join('\n');
    expect((await csv(`pid,subject\n${rows}\nsms,x\n`)).text).toContain('\n,\n');
  });

  it('are refused in a file that is none', async () => {
    await expect(csv('{"pid":"sms"}\n')).rejects.toThrow('is JSON');
  });
});

describe('the rows of a person in other files', () => {
  it('are emptied in NDJSON, line for line, and broken lines by their text', () => {
    const text = '{"pid":"sms","subject":"x"}\n{"subject":"y"}\n{"subject":"x","pid":\n';
    const { bytes, rows } = redactedNdjson(Buffer.from(text), {}, persons());
    expect(bytes.toString()).toBe('{}\n{"subject":"y"}\n{}\n');
    expect(rows).toBe(2);
  });

  it('keep their numbers and their status in what the pipeline keeps', () => {
    const lines = [
      { row: 1, line: 2, cells: ['sms', 'x'], key: 'k', requestId: 'a/1', status: 'created', shortUrl: 'u' },
      { row: 2, line: 3, cells: ['x', 'y'], key: 'l', requestId: 'a/2', status: 'created' },
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const of = { source: 'crm', header: ['pid', 'subject'], settings: {} };
    const { bytes } = redactedRows(Buffer.from(text), of, persons());
    const [first, second] = bytes.toString().split('\n');
    expect(JSON.parse(first ?? '')).toEqual({ row: 1, line: 2, cells: [], status: 'created' });
    expect(JSON.parse(second ?? '')).toEqual(lines[1]);
  });

  it('are found in any cell if the columns are not known', () => {
    const row = {
      row: 3,
      line: 4,
      cells: ['sms', 'x'],
      check: 'rejected',
      faults: [{ path: '', rule: 'a', message: 'b' }],
    };
    const of = { source: 'crm', header: undefined, settings: {} };
    const { bytes, rows } = redactedRows(Buffer.from(JSON.stringify(row)), of, persons());
    expect(JSON.parse(bytes.toString())).toMatchObject({ row: 3, cells: [], check: 'rejected' });
    expect(rows).toBe(1);
  });

  it('are found by their link', () => {
    const known = persons();
    known.know({ links: [{ onelinkId: 'A1b3', shortlinkId: 'poster' }], requests: [] });
    const link = { onelinkId: 'A1b3', shortlinkId: 'poster' };
    const row = { row: 3, line: 4, cells: ['sms'], check: 'unchanged', requestId: 'a/3', link };
    const of = { source: 'crm', header: ['pid'], settings: {} };
    expect(redactedRows(Buffer.from(JSON.stringify(row)), of, known).rows).toBe(1);
  });

  it('lose the person as default of their settings', () => {
    const settings = (subject: string) =>
      Buffer.from(JSON.stringify({ lane: 'fast', defaults: { subject, ttl: '3d' } }));
    expect(JSON.parse(redactedSettings(settings('x'), persons()).bytes.toString())).toEqual({
      lane: 'fast',
      defaults: { ttl: '3d' },
    });
    expect(redactedSettings(settings('y'), persons()).rows).toBe(0);
  });
});
