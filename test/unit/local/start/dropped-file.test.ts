import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { chosenFile } from '../../../../local/start/file/chosen-file.ts';
import { droppedFile, isRowFile } from '../../../../local/start/file/dropped-file.ts';
import { rowsIn } from '../../../../local/start/file/file-rows.ts';
import { limitedFile } from '../../../../local/start/file/limited-file.ts';
import { temporaryFolder } from '../../../world/temporary-folder.ts';

const csv = 'request_id;Note\r\na;"two\nlines"\r\n;\r\n\r\nb;Tür\r\nc;\r\n';

/** A folder with these files. */
async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await temporaryFolder(onTestFinished);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

test.each([
  ['crm.csv', true],
  ['crm.csv.gz', true],
  ['commands.ndjson', false],
  ['crm.campaign.json', false],
  ['-', false],
])('%s is a campaign of rows: %s', (file, expected) => {
  expect(isRowFile(file)).toBe(expected);
});

describe('a file for the inbox', () => {
  test('has its name, its ending, and the settings beside it', async () => {
    const folder = await folderOf({ 'spring.csv.gz': '', 'spring.campaign.json': '{"lane":"campaign"}' });
    expect(droppedFile(join(folder, 'spring.csv.gz'), 'crm')).toEqual({
      path: join(folder, 'spring.csv.gz'),
      source: 'crm',
      name: 'spring',
      ending: '.csv.gz',
      settings: { lane: 'campaign' },
    });
  });

  test('needs no settings', async () => {
    const folder = await folderOf({ 'spring.csv': csv });
    expect(droppedFile(join(folder, 'spring.csv'), 'crm').settings).toEqual({});
  });

  test.each([
    ['a name that is none', { 'my list.csv': csv }, 'my list.csv', 'my list.csv: must be 1 to 48 letters'],
    ['no file', {}, 'spring.csv', 'there is no file'],
    [
      'settings that are no JSON',
      { 'a.csv': csv, 'a.campaign.json': 'lane: x' },
      'a.csv',
      'a.campaign.json is not JSON',
    ],
    ['unknown settings', { 'a.csv': csv, 'a.campaign.json': '{"lanes":"x"}' }, 'a.csv', 'lanes: is not a setting'],
    ['a wrong setting', { 'a.csv': csv, 'a.campaign.json': '{"approval":"no"}' }, 'a.csv', '  approval: '],
  ])('is refused for %s', async (_, files, name, message) => {
    const folder = await folderOf(files);
    expect(() => droppedFile(join(folder, name), 'crm')).toThrow(message);
  });
});

describe('the rows of a file are counted', () => {
  test('without the header, empty lines and empty rows', async () => {
    const folder = await folderOf({
      'a.csv': `\ufeff${csv}`,
      'a.csv.gz': gzipSync(csv),
      'head.csv': 'id\n',
      'none.csv': '',
    });
    expect((await rowsIn(join(folder, 'a.csv'))).rows).toBe(3);
    expect((await rowsIn(join(folder, 'a.csv.gz'))).rows).toBe(3);
    expect((await rowsIn(join(folder, 'head.csv'))).rows).toBe(0);
    expect((await rowsIn(join(folder, 'none.csv'))).rows).toBe(0);
  });
});

describe('a limit', () => {
  test.each([
    [1, 'request_id;Note\r\na;"two\nlines"\r\n'],
    [2, 'request_id;Note\r\na;"two\nlines"\r\n;\r\n\r\nb;Tür\r\n'],
    [99, csv],
  ])('of %i rows cuts a copy of the file between rows', async (limit, expected) => {
    const folder = await folderOf({ 'a.csv': csv });
    const copy = join(folder, 'first.csv');
    const limited = await limitedFile(droppedFile(join(folder, 'a.csv'), 'crm'), limit, copy);
    expect([limited.path, limited.name, limited.ending]).toEqual([copy, 'a', '.csv']);
    expect(await readFile(copy, 'utf8')).toBe(expected);
  });

  test('cannot cut a compressed file', async () => {
    const folder = await folderOf({ 'a.csv.gz': gzipSync(csv) });
    const file = droppedFile(join(folder, 'a.csv.gz'), 'crm');
    await expect(limitedFile(file, 1, join(folder, 'first.csv'))).rejects.toThrow(
      '--limit cannot cut a compressed file',
    );
  });
});

describe('the source of a file', () => {
  const producers = [{ source: 'crm' }, { source: 'studio' }];

  test('is the first producer, or the one that --source names', async () => {
    const file = join(await folderOf({ 'a.csv': csv }), 'a.csv');
    expect((await chosenFile(file, {}, producers)).file.source).toBe('crm');
    expect(await chosenFile(file, { source: 'studio' }, producers)).toMatchObject({
      file: { source: 'studio' },
      rowsInFile: 3,
    });
  });

  test('must be a producer', async () => {
    const file = join(await folderOf({ 'a.csv': csv }), 'a.csv');
    await expect(chosenFile(file, { source: 'crn' }, producers)).rejects.toThrow(
      '--source: no producer is crn. The configuration has crm, studio.',
    );
  });
});
