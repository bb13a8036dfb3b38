import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Leftover } from '../../../../../cli/commands/send/leftover.ts';
import { LineRanges } from '../../../../../cli/files/line-ranges.ts';
import { testFolder } from '../../../../world/test-folder.ts';

const at = testFolder();

const again = (path: string) => `onelink send ${path}`;
const unsent = (line: number, reason = 'not tried', mayBeIn = false) => ({
  message: { line, body: `{"line":${line}}` },
  reason,
  mayBeIn,
});

describe('what was not sent', () => {
  test('is kept beside the file, readable only by its owner, and reported by line and reason', () => {
    const leftover = new Leftover(at('spring.ndjson'));
    for (const one of [unsent(7, 'InvalidMessageContents'), unsent(301, 'ECONNRESET', true), unsent(302)]) {
      leftover.add(one);
    }
    const path = at('spring.not-sent.ndjson');
    expect(leftover.words(false, again)).toEqual([
      '3 not sent: lines 7, 301-302 (1 InvalidMessageContents, 1 ECONNRESET, 1 not tried)',
      'SQS may have 1 of them, because its answer was lost. A repeat makes nothing twice.',
      `They are in ${path}. When the cause is fixed, run: onelink send ${path}`,
    ]);
    expect(readFileSync(path, 'utf8')).toBe('{"line":7}\n{"line":301}\n{"line":302}\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is reported by element if it comes from an array', () => {
    const leftover = new Leftover(at('spring.json'));
    for (const { message, ...one } of [unsent(7), unsent(9)]) {
      leftover.add({ ...one, message: { ...message, unit: 'element' } });
    }
    expect(leftover.words(false, again)[0]).toBe('2 not sent: elements 7, 9 (2 not tried)');
  });

  test('replaces no earlier leftover file, and a second one has the same name with a number', () => {
    writeFileSync(at('spring.not-sent.ndjson'), 'earlier');
    const leftover = new Leftover(at('spring.not-sent.ndjson'));
    leftover.add(unsent(1));
    leftover.words(false, again);
    expect(readdirSync(at()).sort()).toEqual(['spring.not-sent-2.ndjson', 'spring.not-sent.ndjson']);
    expect(readFileSync(at('spring.not-sent.ndjson'), 'utf8')).toBe('earlier');
  });

  test('leaves no file if nothing was sent, because the original file serves', () => {
    const leftover = new Leftover(at('spring.ndjson'));
    leftover.add(unsent(1, 'interrupted'));
    leftover.add(unsent(2, 'interrupted'));
    expect(leftover.words(true, again)).toEqual(['Nothing was sent (2 interrupted).']);
    expect(readdirSync(at())).toEqual([]);
  });

  test('is kept in another folder if its own cannot be written to', () => {
    mkdirSync(at('sub'));
    const leftover = new Leftover(at('no-such-folder', 'spring.ndjson'));
    leftover.add(unsent(1));
    const [, where = ''] = leftover.words(false, again);
    const path = /^They are in (\S+)\. /.exec(where)?.[1] ?? '';
    expect(readFileSync(path, 'utf8')).toBe('{"line":1}\n');
    rmSync(path);
  });

  test('is not mentioned if everything was sent', () => {
    expect(new Leftover(at('spring.ndjson')).words(false, again)).toEqual([]);
  });
});

describe('line ranges', () => {
  const words = (lines: number[], shown?: number) => {
    const ranges = new LineRanges();
    for (const line of lines) ranges.add(line);
    return ranges.words(shown);
  };

  test('are put in order and joined', () => {
    expect(words([7])).toBe('line 7');
    expect(words([5, 6, 1, 2, 9, 3, 4])).toBe('lines 1-6, 9');
    expect(words([1_000, 1_001])).toBe('lines 1,000-1,001');
  });

  test('are cut off after a number of ranges', () => {
    expect(words([1, 3, 5, 7, 8], 2)).toBe('lines 1, 3 and 3 more');
  });
});
