import { readdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ExportFile } from '../../../../cli/commands/export/export-file.ts';
import { exportFormats } from '../../../../cli/commands/export/link-line.ts';
import { formatOf } from '../../../../cli/files/file-ending.ts';
import { fileErrorReason } from '../../../../cli/files/file-error.ts';
import { openMessages } from '../../../../cli/files/message-source.ts';
import { LetterFile } from '../../../../cli/pipeline/dead-letters/letter-file.ts';
import { onelinkProgram } from '../../../../cli/program.ts';
import { exitCodeOf } from '../../../../cli/terminal/exit-code.ts';
import { testFolder } from '../../../world/test-folder.ts';

const at = testFolder();
afterEach(() => void vi.restoreAllMocks());

describe('a file that cannot be read', () => {
  test.each([
    ['', 'it is a folder'],
    ['nofile', 'there is no such file'],
    ['commands/nofile', 'a part of its path is not a folder'],
    ['x'.repeat(300), 'its name is too long'],
  ])('%s is reported with the reason', async (name, why) => {
    writeFileSync(at('commands'), '');
    await expect(openMessages(at(name))).rejects.toThrow(`${at(name)} cannot be read: ${why}.`);
  });
});

describe('a file that cannot be written', () => {
  test.each([
    ['no/such/folder.ndjson', 'there is no such folder'],
    ['taken/links.ndjson', 'a part of its path is not a folder'],
  ])('%s is reported with the reason by export and purge', async (name, why) => {
    writeFileSync(at('taken'), '');
    await expect(ExportFile.create(at(name))).rejects.toThrow(
      `${at(name)} cannot be written: ${why}. Name another file with --to.`,
    );
    await expect(LetterFile.create(at(name))).rejects.toThrow(
      `${at(name)} cannot be written: ${why}. Name another file with --to. Nothing was deleted.`,
    );
  });

  test('because it is a folder is reported as existing', async () => {
    await expect(ExportFile.create(at())).rejects.toThrow(`${at()} exists already.`);
  });

  test('is reported with a full disk, or with the system’s code', () => {
    const error = (code: string) => Object.assign(new Error('x'), { code });
    expect(fileErrorReason(error('ENOSPC'), 'write')).toBe('the disk is full');
    expect(fileErrorReason(error('EACCES'), 'write')).toBe('you may not write there');
    expect(fileErrorReason(error('EXDEV'), 'write')).toBe('the system reports EXDEV');
    expect(fileErrorReason(new TypeError('x'), 'write')).toBeUndefined();
  });

  test('that no verb handles is reported without a stack', async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue();
    const error = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC', path: '/x/y', syscall: 'open' });
    expect(await exitCodeOf(() => Promise.reject(error), false)).toBe(2);
    expect(printed).toHaveBeenCalledExactlyOnceWith('/x/y cannot be read or written: the disk is full.');
  });
});

describe('the ending of a file', () => {
  test('decides the format, and an ending of another format is refused', () => {
    expect(formatOf('links.CSV', exportFormats)).toBe('csv');
    expect(formatOf('links.ndjson', exportFormats)).toBe('ndjson');
    expect(formatOf('a.b/links', exportFormats)).toBe('ndjson');
    expect(formatOf('links.txt', exportFormats, 'csv')).toBe('csv');
    for (const ending of ['.xlsx', '.json', '.gz', '.txt', '.cvs']) {
      expect(() => formatOf(`s${ending}`, exportFormats)).toThrow(
        `s${ending}: only a file that ends in .ndjson or .csv can be written, not ${ending}.`,
      );
    }
  });

  test.each([
    [['export', '--to', 's.xlsx'], 's.xlsx: only a file that ends in .ndjson or .csv can be written, not .xlsx.'],
    [
      ['dead-letters', 'purge', '--yes', '--to', 'l.csv'],
      'l.csv: only a file that ends in .ndjson or .jsonl can be written, not .csv.',
    ],
  ])('%j is refused before the first call to AWS', async (words, message) => {
    const printed = vi.spyOn(console, 'error').mockReturnValue();
    await onelinkProgram().parseAsync(['node', 'onelink', ...words]);
    expect(printed).toHaveBeenCalledExactlyOnceWith(message);
    expect(process.exitCode).toBe(2);
    process.exitCode = 0;
    expect(readdirSync(at())).toEqual([]);
  });
});
