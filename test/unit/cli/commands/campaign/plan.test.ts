import { readFile, stat, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { testFolder } from '../../../../world/test-folder.ts';
import { onelink } from '../../in-process.ts';

const at = testFolder();

/** Plans a file of the producer `crm`, with its only template that fits. */
async function planned(name: string, content: string | Buffer, ...options: string[]) {
  const file = at(name);
  await writeFile(file, content);
  return onelink(['campaign', 'plan', file, '--source', 'crm', '--template', 'A1b3', ...options]);
}

const sound = 'request_id,pid,c,qr\n1,sms,spring,yes\n2,sms,spring,\n';
const faulty = 'request_id;pid;c\n1;sms; bad\n1;sms;x\n"2;sms;y\n3;sms;=z\n1.5E+12;sms;x\n';

describe('onelink campaign plan', () => {
  test('checks a file and estimates its campaign, without a pipeline', async () => {
    const { status, stdout, stderr } = await planned('spring.csv', sound);

    expect(stderr).toBe('');
    expect(stdout).toMatch(/^rows {8}2 rows: 2 create, 0 rejected$/m);
    expect(stdout).toMatch(/^needs {7}2 calls of the quota, 1 QR code, on the lane campaign$/m);
    expect(stdout).toMatch(
      /^quota {11}0\.0 % of the month’s 7,500,000 calls; the whole month’s quota is left: there is room$/m,
    );
    expect(stdout).toMatch(/^cost {12}about \$0\.00 at AWS/m);
    expect(status).toBe(0);
  });

  test('names the first faults by line and column, and ends with 1', async () => {
    const { status, stdout } = await planned('faulty.csv', faulty);

    expect(stdout).toContain('5 rows: 1 create, 4 rejected');
    expect(stdout).toContain('  line 2: c: must not start or end with white space [format]');
    expect(stdout).toContain('  line 3: has the key of line 2');
    expect(stdout).toContain('  line 4: the quotation mark that opens on line 4 does not close');
    expect(stdout).toContain('  line 6: request_id: is a number that a spreadsheet has shortened');
    expect(status).toBe(1);
  });

  test('writes the rejected rows, which can be corrected and planned again', async () => {
    const rejected = at('to-correct.csv');
    const { stderr } = await planned('again.csv', faulty, '--rejected', rejected);

    expect(stderr).toContain(`${rejected} has 4 rejected rows.`);
    expect((await stat(rejected)).mode & 0o777).toBe(0o600);
    const text = await readFile(rejected, 'utf8');
    expect(text.split('\r\n')[0]).toBe('\ufeffrequest_id;pid;c;line;reason');
    const corrected = text
      .replace(' bad', 'good')
      .replace('1;sms;x', '4;sms;x')
      .replace('"""2"', '2')
      .replace('1.5E+12', '1500000000001');
    const again = await planned('corrected.csv', corrected);
    expect(again.stdout).toContain('4 rows: 4 create, 0 rejected');
    expect(again.status).toBe(0);
  });

  test('writes no file of rejected rows if there are none, and replaces none', async () => {
    const rejected = at('none.csv');
    expect((await planned('spring.csv', sound, '--rejected', rejected)).stderr).toContain('No row is rejected');
    await expect(stat(rejected)).rejects.toThrow('ENOENT');
    await writeFile(rejected, 'mine');
    const { status, stderr } = await planned('spring.csv', sound, '--rejected', rejected);
    expect(stderr).toContain('exists already. Name another file with --rejected.');
    expect(status).toBe(2);
    expect(await readFile(rejected, 'utf8')).toBe('mine');
  });

  test('writes the rejected rows of NDJSON as CSV with all its columns', async () => {
    const rejected = at('of-ndjson.csv');
    await planned(
      'lines.ndjson',
      '{"request_id":"1","pid":"a/b"}\n{"request_id":"2","pid":"sms","c":"x"}\n',
      '--rejected',
      rejected,
    );

    expect(await readFile(rejected, 'utf8')).toMatch(/^\ufeffrequest_id,pid,c,line,reason\r\n1,a\/b,,1,/);
  });

  test('prints each rejected row and the plan as JSON, without any cell', async () => {
    const { stdout } = await planned('faulty.csv', faulty, '--json', '--send-by', '2999-01-01T00:00:00Z');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

    expect(lines.slice(0, -1).map(({ kind, line, faults }) => [kind, line, faults[0].rule])).toEqual([
      ['row', 2, 'format'],
      ['row', 3, 'duplicate'],
      ['row', 4, 'quotes'],
      ['row', 6, 'shortened-number'],
    ]);
    expect(lines.at(-1)).toMatchObject({
      kind: 'plan',
      source: 'crm',
      name: 'faulty',
      lane: 'campaign',
      rows: 5,
      rejected: 4,
      quotaCalls: 1,
      room: { result: 'room' },
      by: { end: '2999-01-01T00:00:00.000Z', inTime: true },
    });
    expect(stdout).not.toContain('=z');
  });

  test('ends with 1 if it cannot be done by --send-by', async () => {
    const { status, stdout } = await planned('spring.csv', sound, '--send-by', '2020-01-01T00:00:00Z');
    expect(stdout).toContain('too late to be done by 2020-01-01 00:00:00 UTC');
    expect(status).toBe(1);
  });

  test('suggests what columns may mean, with values, and takes options for them', async () => {
    const file = 'Customer ID,Media Source,E-Mail\n17,sms,a@example.com\n18,sms,b@example.com\n';
    const guessed = await planned('guess.csv', file, '--default', 'data.pid=sms');

    expect(guessed.stderr).toContain('Media Source → data.pid    sms');
    expect(guessed.stderr).toContain(
      "To use them, add --key 'Customer ID' --map 'Media Source=data.pid' --map 'E-Mail=-'",
    );
    expect(guessed.status).toBe(0);
    // Without a guess.
    const settled = { status: 0, stderr: expect.not.stringContaining('no known name') };
    const saved = at('saved.campaign.json');
    const options = ['--key', 'Customer ID', '--map', 'Media Source=data.pid', '--map', 'E-Mail=-', '--no-guess'];
    expect(await planned('mapped.csv', file, ...options, '--save-settings', saved)).toMatchObject(settled);
    expect(JSON.parse(await readFile(saved, 'utf8'))).toEqual({
      template: 'A1b3',
      key: 'Customer ID',
      columns: { 'Media Source': 'data.pid', 'E-Mail': '-' },
    });
    expect(await planned('again.csv', file, '--settings', saved)).toMatchObject(settled);
  });

  test('shows a row of sums with its line', async () => {
    const { stdout } = await planned('sums.csv', 'pid,c\nsms,a\nTotal,\n');
    expect(stdout).toContain('warnings    1 totals-row');
    expect(stdout).toContain('  line 3: seems to hold the sums below a table');
  });

  test('reads a compressed file', async () => {
    expect((await planned('spring.csv.gz', gzipSync(sound))).stdout).toContain('2 rows: 2 create');
  });

  test.each([
    [
      'another encoding',
      'wide.csv',
      Buffer.from('\ufeffpid\nsms', 'utf16le'),
      'is UTF-16. In Excel, save it as “CSV UTF-8',
    ],
    ['a spreadsheet', 'sheet.csv', Buffer.from('PK\x03\x04\x14\0', 'latin1'), 'is a ZIP archive, as .xlsx files are'],
    ['no media source', 'lacking.csv', 'c\nx\n', 'has no column pid'],
    ['a column twice', 'twice.csv', 'pid,c,c\nx,y,z\n', 'has the column c twice'],
  ])('ends with 2 for a file with %s', async (_, name, content, words) => {
    const { status, stderr } = await planned(name, content);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });

  test('warns of a missing key column', async () => {
    const { status, stdout } = await planned('keyless.csv', 'pid\nsms\n');
    expect(stdout).toContain('no column identifies the rows');
    expect(status).toBe(0);
  });
});
