import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CodeFolder } from '../../../../cli/files/code-folder.ts';
import { codeSheet } from '../../../../cli/files/code-sheet.ts';
import { CodeZip } from '../../../../cli/files/code-zip.ts';
import { temporaryFolder } from '../../../world/temporary-folder.ts';
import { zipEntries } from '../../../world/zip-entries.ts';

const folder = await temporaryFolder(afterAll);
const at = (name: string) => join(folder, name);
async function* texts(...all: string[]) {
  yield* all;
}

describe('a folder of codes', () => {
  test('holds files that only their owner can read', async () => {
    const target = await CodeFolder.open(at('new'));
    await target.add('Köln.png', Buffer.from('image'));
    expect(await readFile(at('new/Köln.png'), 'utf8')).toBe('image');
    expect([(await stat(at('new/Köln.png'))).mode & 0o777, (await stat(at('new'))).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    expect(target.mayHave).toBe(false);
  });

  test('knows what it has from before, by name and size', async () => {
    await mkdir(at('before'));
    await writeFile(at('before/a.png'), 'four');
    const target = await CodeFolder.open(at('before'));
    expect(target.mayHave).toBe(true);
    expect([await target.has('a.png'), await target.has('a.png', 4)]).toEqual([true, true]);
    expect([await target.has('a.png', 5), await target.has('b.png')]).toEqual([false, false]);
  });

  test('replaces a page as a whole', async () => {
    const target = await CodeFolder.open(at('paged'));
    await target.addText('sheet.html', texts('old'));
    await target.addText('sheet.html', texts('n', 'ew'));
    expect(await readFile(at('paged/sheet.html'), 'utf8')).toBe('new');
    expect(await readdir(at('paged'))).toEqual(['sheet.html']);
  });

  test('cannot be a file, or in a folder that is a file', async () => {
    await writeFile(at('file'), '');
    await expect(CodeFolder.open(at('file'))).rejects.toThrow(`${at('file')} is a file. Name a folder with --to.`);
    await expect(CodeFolder.open(at('file/deeper'))).rejects.toThrow(
      'cannot be written: a part of its path is not a folder',
    );
  });

  test('names which folder is full or gone, and that a second run continues', async () => {
    const target = await CodeFolder.open(at('full'));
    await mkdir(at('full/a.png'));
    await expect(target.add('a.png', Buffer.from('x'))).rejects.toThrow(
      `${at('full')} cannot be written: it is a folder. Fix the cause, and run the same command again. It continues.`,
    );
  });
});

describe('a ZIP file of codes', () => {
  test('holds images and a page under their own names, umlauts included', async () => {
    const target = await CodeZip.create(at('codes.zip'));
    await target.add('Köln.png', Buffer.from('one'));
    await target.add('東京.jpg', Buffer.from('two'));
    await target.addText('sheet.html', texts('<p>', 'page</p>'));
    await target.finish();
    const entries = zipEntries(await readFile(at('codes.zip')));
    expect([...entries].map(([name, bytes]) => [name, bytes.toString()])).toEqual([
      ['Köln.png', 'one'],
      ['東京.jpg', 'two'],
      ['sheet.html', '<p>page</p>'],
    ]);
    expect((await stat(at('codes.zip'))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).filter((name) => name.startsWith('codes.zip'))).toEqual(['codes.zip']);
  });

  test('waits for the disk, so that images do not pile up', async () => {
    const target = await CodeZip.create(at('many.zip'));
    const image = Buffer.alloc(100_000, 7);
    for (let index = 0; index < 200; index += 1) await target.add(`${index}.png`, image);
    // All but the last images are on the disk before the end.
    expect((await stat(at('many.zip.part'))).size).toBeGreaterThan(19_000_000);
    await target.finish();
    expect(zipEntries(await readFile(at('many.zip'))).size).toBe(200);
  });

  test('replaces no file, starts again over the part of a killed run, and leaves none if it is discarded', async () => {
    await writeFile(at('mine.zip'), 'mine');
    await expect(CodeZip.create(at('mine.zip'))).rejects.toThrow(
      'mine.zip exists already. Name another file with --to.',
    );
    await writeFile(at('killed.zip.part'), 'x'.repeat(1_000_000));
    const target = await CodeZip.create(at('killed.zip'));
    await target.add('a.png', Buffer.from('a'));
    await target.finish();
    expect([...zipEntries(await readFile(at('killed.zip'))).keys()]).toEqual(['a.png']);
    const discarded = await CodeZip.create(at('discarded.zip'));
    await discarded.add('a.png', Buffer.from('a'));
    await discarded.discard();
    expect((await readdir(folder)).filter((name) => name.startsWith('discarded'))).toEqual([]);
  });

  test('reports the folder that is missing', async () => {
    await expect(CodeZip.create(at('nowhere/codes.zip'))).rejects.toThrow('cannot be written: there is no such folder');
  });

  test.runIf(process.platform === 'linux')('reports a full disk instead of a half file', async () => {
    // /dev/full accepts no byte.
    await symlink('/dev/full', at('on-full.zip.part'));
    const full = await CodeZip.create(at('on-full.zip'));
    const adding = async () => {
      for (let index = 0; index < 100; index += 1) await full.add(`${index}.png`, Buffer.alloc(100_000));
      await full.finish();
    };
    await expect(adding()).rejects.toThrow('on-full.zip cannot be written: the disk is full. Fix the cause');
  });
});

describe('a page to print', () => {
  const page = async (codes: { file: string; caption: string }[]) => {
    async function* all() {
      yield* codes;
    }
    const parts: string[] = [];
    const measures = { title: 'crm/spring', millimetres: 30, columns: 5 };
    for await (const part of codeSheet(all(), measures)) parts.push(part);
    return parts.join('');
  };

  test('shows each code beside its caption, in its size and columns', async () => {
    const html = await page([{ file: 'Köln Mitte.png', caption: 'Köln' }]);
    expect(html).toContain('repeat(5, 30mm)');
    expect(html).toContain('width: 30mm; height: 30mm');
    expect(html).toContain(
      '<figure><img src="K%C3%B6ln%20Mitte.png" alt="Köln"><figcaption>Köln</figcaption></figure>',
    );
  });

  test('shows markup of a cell as text, and loads nothing from elsewhere', async () => {
    const html = await page([{ file: `"><script>.png`, caption: `<script>alert("1 & 2")</script>'` }]);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;&#39;');
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/https?:/);
  });
});
