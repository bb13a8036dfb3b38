import { type RowFormat, rowFormat } from '../domain/campaign/open-rows.ts';
import { type CampaignKey, fileEndings, inboxPrefix, settingsEnding } from '../domain/campaign/places.ts';

/**
 * Why no campaign can be named after an object:
 *
 * - `folder`  it lies not directly in a producer's folder
 * - `ending`  it has no ending of a campaign's file
 * - `name`    it has an ending alone
 * - `length`  the results could have no key, because S3's keys have 1,024 bytes at most
 */
export type Misplacement = 'folder' | 'ending' | 'name' | 'length';

/** What an object of the inbox is, by its key. */
export type InboxObject =
  /** A campaign's file. Its source and its name are not checked yet. */
  | { campaign: CampaignKey; format: RowFormat; isCompressed: boolean }
  | { misplaced: Misplacement }
  /** Settings, or the mark of a folder. They start nothing. */
  | 'nothing-to-do';

/** `results/` and `-rejected.csv` need some bytes more than `inbox/` and the shortest ending. */
const maxKeyBytes = 1_000;

/** `inbox/{source}/{name}.csv`, `.ndjson`, `.csv.gz` or `.ndjson.gz`. Capitals in the ending do not matter. */
export function inboxObject(key: string): InboxObject {
  if (key.endsWith('/')) return 'nothing-to-do';
  const [source, file, ...deeper] = key.slice(inboxPrefix.length).split('/');
  if (!key.startsWith(inboxPrefix) || !source || !file || deeper.length > 0) return { misplaced: 'folder' };
  if (file.toLowerCase().endsWith(settingsEnding)) return 'nothing-to-do';
  const ending = fileEndings.find((one) => file.toLowerCase().endsWith(one));
  if (ending === undefined) return { misplaced: 'ending' };
  if (Buffer.byteLength(key) > maxKeyBytes) return { misplaced: 'length' };
  const isCompressed = ending.endsWith('.gz');
  const name = file.slice(0, -ending.length);
  const format = rowFormat(`${name}${ending.replace(/\.gz$/, '')}`);
  if (format === undefined || name === '') return { misplaced: 'name' };
  return { campaign: { source, name }, format, isCompressed };
}
