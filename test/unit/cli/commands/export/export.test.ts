import { expect, test } from 'vitest';
import { scannedWords, unmatchedWords } from '../../../../../cli/commands/export/export.ts';

test('what was scanned says what the ledger holds besides links', () => {
  expect(scannedWords(238)).toBe('238 records scanned (links, requests, and the pipeline’s own notes)');
});

test('a misspelt campaign is told by its name, and an empty ledger is no fault', () => {
  expect(unmatchedWords({ campaign: 'sprng-sale', source: 'crm' }, 238)).toBe(
    'No link is of campaign "sprng-sale" and source "crm"; 238 records scanned (links, requests, and the pipeline’s own notes). ' +
      'There is no file. Names are compared letter by letter, capitals and blanks included.',
  );
  expect(unmatchedWords({}, 238)).toBeUndefined();
});
