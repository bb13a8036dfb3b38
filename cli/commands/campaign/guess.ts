import { type ColumnGuess, guessColumns } from '../../../lambdas/domain/campaign/column-guess.ts';
import type { CampaignSettings } from '../../../lambdas/domain/campaign/settings.ts';
import { firstRows, type LocalFile } from '../../pipeline/check-campaign.ts';
import { mayGoOn } from '../../terminal/confirmation.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { visible } from '../../words/words.ts';

/** So many rows show what a column holds. */
const sampleRows = 50;

/** The guesses that change anything: a column's meaning, or the key. The settings decide about all other columns. */
export function openGuesses(guesses: readonly ColumnGuess[], { columns = {}, key }: CampaignSettings): ColumnGuess[] {
  return guesses.filter(({ header, by, isKey }) => {
    if (Object.hasOwn(columns, header)) return false;
    return by === 'guessed' || (isKey && key === undefined);
  });
}

/** The settings with the guesses. */
export function withGuesses(settings: CampaignSettings, guesses: readonly ColumnGuess[]): CampaignSettings {
  const guessed = guesses.filter(({ by }) => by === 'guessed').map(({ header, target }) => [header, target] as const);
  const key = settings.key ?? guesses.find(({ isKey }) => isKey)?.header;
  const columns = { ...settings.columns, ...Object.fromEntries(guessed) };
  return {
    ...settings,
    ...(Object.keys(columns).length > 0 && { columns }),
    ...(key !== undefined && { key }),
  };
}

/** A guess for people: the column, its target, and values of the file. */
export function guessWords({ header, target, samples, isKey, by }: ColumnGuess): string {
  const shown = samples.map(visible).join(' | ') || 'empty';
  const becomes = [...(by === 'guessed' ? [target] : []), ...(isKey ? ['the key of the row'] : [])].join(', ');
  return `  ${visible(header)} → ${becomes}    ${shown}`;
}

/** The guesses as options of a command line. */
export function guessOptions(guesses: readonly ColumnGuess[]): string {
  const options = guesses.flatMap(({ header, target, by, isKey }) => [
    ...(by === 'guessed' ? [`--map ${quoted(`${header}=${target}`)}`] : []),
    ...(isKey ? [`--key ${quoted(header)}`] : []),
  ]);
  return options.join(' ');
}

/** A text as one word of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The guesses at a file's columns that its settings leave open. */
export async function guessesAt(file: LocalFile, settings: CampaignSettings): Promise<ColumnGuess[]> {
  const { header, rows } = await firstRows(file, sampleRows);
  return openGuesses(guessColumns(header, rows), settings);
}

/**
 * Shows the guesses at a file's columns, with values, and asks whether they are right. The values stay on this screen.
 *
 * @returns undefined if the operator does not agree
 * @throws OperatorError if nobody can answer
 */
export async function settledColumns(
  file: LocalFile,
  settings: CampaignSettings,
  interrupted: AbortSignal,
): Promise<CampaignSettings | undefined> {
  const guesses = await guessesAt(file, settings);
  if (guesses.length === 0) return settings;
  console.error('Some columns have no known name. They may mean:');
  for (const guess of guesses) console.error(guessWords(guess));
  if (!process.stdin.isTTY) {
    throw new OperatorError(
      `The input is not a terminal, so nobody can agree. To use them, add ${guessOptions(guesses)}. To use the headers as they are, add --no-guess. Nothing was sent.`,
    );
  }
  const otherwise = 'Nothing was sent. Name the targets with --map, or use the headers as they are with --no-guess.';
  return (await mayGoOn('Use them so?', otherwise, interrupted)) ? withGuesses(settings, guesses) : undefined;
}
