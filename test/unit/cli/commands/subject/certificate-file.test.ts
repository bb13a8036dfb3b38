import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { CertificateFile } from '../../../../../cli/commands/subject/certificate-file.ts';
import { certificateOf, certificateText, type Erased } from '../../../../../cli/pipeline/subjects.ts';
import { temporaryFolder } from '../../../../world/temporary-folder.ts';

const counts = {
  links: 1,
  liveLinks: 1,
  requests: 2,
  httpRecords: 0,
  archiveLines: 0,
  campaignRows: 0,
  linksDeleted: 1,
  linksLeft: 0,
  sentBack: 0,
  objectsRewritten: 0,
  versionsDeleted: 0,
  objectsLeft: 0,
};
const done: Erased = { state: 'done', erasedAt: '2026-11-28T09:00:00.000Z', counts, left: [] };
const waiting: Erased = { ...done, state: 'waiting', waitsFor: 'its turn' };
const of = (erased: Erased) => certificateOf(['customer 7'], 'act-1', 'OneLink-test', erased);

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder(onTestFinished);
});

describe.each(['done.txt', 'done.json'])('the certificate %s', (name) => {
  const path = () => join(folder, name);
  const saved = async (erased: Erased) => (await CertificateFile.open(path())).save(of(erased));

  test('is written for its owner alone, and nothing else stays', async () => {
    expect(await saved(done)).toBe(path());
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([name]);
  });

  test('is not replaced by that of a repeat, which has found nothing', async () => {
    await saved(done);
    const before = await readFile(path(), 'utf8');
    await expect(CertificateFile.open(path())).rejects.toThrow(
      `${path()} exists already. Name another file with --certificate. Nothing was erased.`,
    );
    expect(await readFile(path(), 'utf8')).toBe(before);
  });

  test('takes the place of the unfinished one of the same erasure', async () => {
    await saved(waiting);
    expect(await saved(done)).toBe(path());
    expect(await readFile(path(), 'utf8')).not.toContain('its turn');
    expect(await readdir(folder)).toEqual([name]);
  });

  test('is written beside the unfinished one of an erasure that somebody else has ended', async () => {
    await saved(waiting);
    const other = await saved({ ...done, erasedAt: '2026-11-29T09:00:00.000Z' });
    expect(other).toBe(path().replace('done.', 'done-2.'));
    expect(await readFile(path(), 'utf8')).toContain('its turn');
  });

  test('leaves nothing if the erasure fails, and overwrites what a killed run has left', async () => {
    await writeFile(`${path()}.part`, 'half');
    await (await CertificateFile.open(path())).discard();
    expect(await readdir(folder)).toEqual([]);
  });
});

test('a certificate counts one thing and several in good English', () => {
  const text = certificateText(of({ ...done, counts: { ...counts, archiveLines: 1_200 } }));
  expect(text).toContain('- 1 record of a link, cut to what keeps the address from others\n- 1 of these was live\n');
  expect(text).toContain('- 1 link deleted at the API\n');
  expect(text).toContain('- 2 records of requests, cut to what answers a repeat\n');
  expect(text).toContain('- 1,200 lines of the archive, deleted\n');
});

test.each(['', 'null', '[1', 'my diary', '# Erasure of something else'])(
  'another file, %j, is refused',
  async (text) => {
    const path = join(folder, 'done.txt');
    await writeFile(path, text);
    await expect(CertificateFile.open(path)).rejects.toThrow('exists already');
  },
);

test('a folder that does not exist is refused before the erasure', async () => {
  await expect(CertificateFile.open(join(folder, 'none', 'done.txt'))).rejects.toThrow('there is no such folder');
});
