import type { Fault } from '../contract/fault.ts';
import type { CampaignField, CampaignSettings } from './settings.ts';

/**
 * What a column holds: a field of ours, a part of the metadata, a link parameter, or nothing of the command. `ours` is a
 * column that the pipeline has added to a file of results or of rejected rows.
 */
export type Target =
  | { kind: 'field'; name: CampaignField }
  | { kind: 'metadata' | 'data'; name: string }
  | { kind: 'carried' | 'ours' };

/** The columns of a file. */
export interface Columns {
  /** By the position of the column. */
  targets: readonly Target[];
  /** The header of the column that identifies a row, if there is one. */
  key: string | undefined;
  /** The headers without the columns that the pipeline has added. Results repeat these. */
  own: readonly string[];
  /** Names that are almost a known one, and the lack of a key column. `path` is the header. */
  warnings: Fault[];
}

/**
 * What the columns of a file mean.
 *
 * @throws UnreadableFile for a header that cannot be used: a name twice, two columns for one target, a mapping without its column
 */
export declare function columnsOf(
  header: readonly string[],
  settings: CampaignSettings,
  format?: 'csv' | 'ndjson',
): Columns;

/** A suggestion for one column: `header=target`, and why. */
export interface ColumnGuess {
  header: string;
  /** As `columns` of the settings has it: `request_id`, `data.c`, `metadata.segment`, `-`. */
  target: string;
  /** Up to three values of the column, cut to 40 characters. Confidential: for the operator's own screen only. */
  samples: string[];
  /** `named`: the name is known. `guessed`: from the name or the values. `default`: it would be a link parameter. */
  by: 'named' | 'guessed' | 'default';
}
export declare function guessColumns(header: readonly string[], sampleRows: readonly (readonly string[])[]): ColumnGuess[];
