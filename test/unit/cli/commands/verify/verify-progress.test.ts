import { expect, test } from 'vitest';
import { progressWords } from '../../../../../cli/commands/verify/progress-words.ts';

const sofar = { lookedAt: 400, different: 2, scanned: { records: 2_000, links: 500 }, callsPerSecond: 4 };

test('of all links it says about how many there are, the pace, and the time left', () => {
  expect(progressWords({ ...sofar, wanted: 'all', recordsAbout: 40_000 })).toBe(
    '400 of about 10,000 looked at, 2 different, 4 a second, about 40 min left',
  );
});

test('a count that is older than the links never says less than was seen', () => {
  expect(progressWords({ ...sofar, wanted: 'all', recordsAbout: 100 })).toBe(
    '400 of about 500 looked at, 2 different, 4 a second, about 25 s left',
  );
});

test('of all links, without a count, it says how far it is', () => {
  expect(progressWords({ ...sofar, wanted: 'all', recordsAbout: 0 })).toBe('400 looked at, 2 different, 4 a second');
});

test('of a sample it knows the number', () => {
  expect(progressWords({ ...sofar, wanted: 440, recordsAbout: undefined })).toBe(
    '400 of 440 looked at, 2 different, 4 a second, about 10 s left',
  );
});
