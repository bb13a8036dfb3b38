import { counted } from '../../words.ts';

/** `238 records scanned (…)`: the ledger holds more than links. */
export function scannedWords(records: number): string {
  return `${counted(records, 'record')} scanned (links, requests, and the pipeline’s own notes)`;
}

/** What to say when nothing matched; undefined when everything was wanted, and there is none. */
export function unmatchedWords(only: { campaign?: string; source?: string }, records: number): string | undefined {
  const wanted = Object.entries(only).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  if (wanted.length === 0) return undefined;
  return (
    `No link is of ${wanted.join(' and ')}; ${scannedWords(records)}. There is no file. ` +
    'Names are compared letter by letter, capitals and blanks included.'
  );
}
