import { type RowFormat, rowFormat } from '../domain/campaign/open-rows.ts';
import { type CampaignKey, fileEndings, inboxPrefix, settingsEnding } from '../domain/campaign/places.ts';

/** What an object of the inbox is, by its key. */
export type InboxObject =
  /** A campaign's file. Its source and its name are not checked yet. */
  | { campaign: CampaignKey; format: RowFormat; isCompressed: boolean }
  /** Settings, or the mark of a folder. They start nothing. */
  | 'nothing-to-do'
  /** No campaign can be named after it. */
  | 'misplaced';

/** `inbox/{source}/{name}.csv`, `.ndjson`, `.csv.gz` or `.ndjson.gz`. Capitals in the ending do not matter. */
export function inboxObject(key: string): InboxObject {
  if (key.endsWith('/') || key.toLowerCase().endsWith(settingsEnding)) return 'nothing-to-do';
  const [source, file, ...deeper] = key.slice(inboxPrefix.length).split('/');
  const ending = fileEndings.find((one) => file?.toLowerCase().endsWith(one));
  if (!key.startsWith(inboxPrefix) || !source || !file || !ending || deeper.length > 0) return 'misplaced';
  const isCompressed = ending.endsWith('.gz');
  const name = file.slice(0, -ending.length);
  const format = rowFormat(`${name}${ending.replace(/\.gz$/, '')}`);
  if (format === undefined || name === '') return 'misplaced';
  return { campaign: { source, name }, format, isCompressed };
}
