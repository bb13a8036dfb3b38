import { expect, test } from 'vitest';
import { progressWords } from '../../../../../cli/commands/verify/progress-words.ts';

const sofar = { checked: 400, different: 2, scanned: { records: 2_000, links: 500 }, callsPerSecond: 4 };

test('the progress of all links shows an estimate of their number, the pace, and the time left', () => {
  expect(progressWords({ ...sofar, wanted: 'all', recordsAbout: 40_000 })).toBe(
    '400 of about 10,000 checked, 2 different, 4 per second, about 40 min left',
  );
});

test('an estimate is never lower than the number of links found', () => {
  expect(progressWords({ ...sofar, wanted: 'all', recordsAbout: 100 })).toBe(
    '400 of about 500 checked, 2 different, 4 per second, about 25 s left',
  );
});

test('the progress of all links without an estimate shows how many were checked', () => {
  expect(progressWords({ ...sofar, wanted: 'all', recordsAbout: 0 })).toBe('400 checked, 2 different, 4 per second');
});

test('the progress of a sample shows its exact number', () => {
  expect(progressWords({ ...sofar, wanted: 440, recordsAbout: undefined })).toBe(
    '400 of 440 checked, 2 different, 4 per second, about 10 s left',
  );
});
