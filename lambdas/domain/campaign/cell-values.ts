import type { Fault } from '../contract/fault.ts';

/** The words for yes and no. A spreadsheet writes TRUE and FALSE in its own language. */
const yes = new Set(['yes', 'y', 'true', '1', 'on', 'ja', 'wahr', 'oui', 'vrai', 'sí', 'si', 'verdadero', 'vero']);
const no = new Set(['no', 'n', 'false', '0', 'off', 'nein', 'falsch', 'non', 'faux', 'falso']);

/** True or false; undefined for any other word. */
export function yesOrNo(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (yes.has(word)) return true;
  return no.has(word) ? false : undefined;
}

/** `1.23E+15`: a spreadsheet shortens a long number so, and its other digits are lost. */
const shortened = /^[+-]?\d(?:[.,]\d+)?E[+-]\d{2,3}$/i;
/** `#REF!`, `#NAME?`, `#WERT!`, `#\u00a1REF!`: the errors of a spreadsheet in any language. */
const errorWord = /^#[\u00a1\u00bf]?[\p{Lu}\p{M}\d/_.]+[!?]$/u;
/** The errors without such a sign, and what Google Sheets shows while it calculates. */
const otherErrors = new Set(['#N/A', '#N/D', '#NV', '#GETTING_DATA', 'Loading...']);

function isError(text: string): boolean {
  return errorWord.test(text) || otherErrors.has(text) || /^#{4,}$/.test(text);
}

/** A column of IDs, by its name. */
export const isIdLike = (name: string) => /(?:^|[^a-z])ids?$/i.test(name) || /[a-z]I[dD]s?$/.test(name);

/** What a spreadsheet has made of a cell. */
export function spreadsheetFault(text: string, isId: boolean, path: string): Fault | undefined {
  if (isId && shortened.test(text.trim())) {
    const message =
      'is a number that a spreadsheet has shortened, so its last digits are lost. Format the column as text, enter the value again, and save';
    return { path, rule: 'shortened-number', message };
  }
  if (!isError(text.trim())) return undefined;
  return { path, rule: 'spreadsheet-error', message: 'is an error of the spreadsheet, and no value' };
}

/** `Total`, `Grand total:`, `Summe`: how a row of sums begins, in the languages of `yesOrNo`. */
const total =
  /^(?:grand total|(?:sub)?totals?|sum|(?:gesamt|zwischen)?summe|gesamt|insgesamt|somme|total g\u00e9n\u00e9ral|suma|total general|totale|somma)\s*[:.]?$/i;

/** Whether a row may hold the sums below a table, by its first cell with a value. */
export function isTotals(cells: readonly string[]): boolean {
  const first = cells.find((cell) => cell.trim() !== '')?.trim() ?? '';
  return first.length < 20 && total.test(first);
}
