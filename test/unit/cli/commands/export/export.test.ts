import { expect, test } from 'vitest';
import { scannedWords, unmatchedWords } from '../../../../../cli/commands/export/export.ts';

test('the count of scanned records names what the ledger holds besides links', () => {
  expect(scannedWords(238)).toBe('238 records scanned (links, requests, and the pipeline’s own notes)');
});

test('the export names a filter that matches no link, and accepts an empty ledger', () => {
  expect(unmatchedWords({ campaign: 'sprng-sale', source: 'crm' }, 238)).toBe(
    'No link has the parameter c "sprng-sale" and the source "crm": 238 records scanned (links, requests, and the pipeline’s own notes). ' +
      'The export left no file. Names must match exactly, with capitals and blanks. For the links of a campaign’s file: onelink campaign results',
  );
  expect(unmatchedWords({}, 238)).toBeUndefined();
});
