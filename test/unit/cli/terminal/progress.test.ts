import { describe, expect, test } from 'vitest';
import { Progress } from '../../../../cli/terminal/progress.ts';
import { durationWords } from '../../../../cli/words/words.ts';

describe('progress', () => {
  function given(isTTY: boolean) {
    const written: string[] = [];
    const time = { now: 0 };
    const progress = new Progress({ isTTY, write: (text) => written.push(text) }, () => time.now);
    return { written, time, progress };
  }

  test('is rewritten in place on a terminal, at most four times per second, and cleared for other lines', () => {
    const { written, time, progress } = given(true);
    progress.update(() => 'too early');
    time.now = 250;
    progress.update(() => '1 of 9');
    time.now = 499;
    progress.update(() => 'too early');
    progress.clear();
    progress.clear();
    expect(written).toEqual(['\r\x1b[K1 of 9', '\r\x1b[K']);
  });

  test('is a line every ten seconds elsewhere', () => {
    const { written, time, progress } = given(false);
    for (const now of [9_999, 10_000, 19_999, 20_000]) {
      time.now = now;
      progress.update(() => `at ${now}`);
    }
    progress.clear();
    expect(written).toEqual(['at 10000\n', 'at 20000\n']);
  });
});

describe('a duration', () => {
  test.each([
    [-1, '0 s'],
    [0, '0 s'],
    [59.6, '1 min'],
    [61, '1 min 1 s'],
    [3_600, '1 h'],
    [3_605, '1 h'],
    [7_260, '2 h 1 min'],
    [90_000, '1 d 1 h'],
    [864_000 + 120, '10 d'],
  ])('of %d s', (seconds, words) => {
    expect(durationWords(seconds)).toBe(words);
  });
});
