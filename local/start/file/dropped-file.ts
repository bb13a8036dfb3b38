import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { OperatorError } from '../../../cli/words/operator-error.ts';
import { type CampaignKey, settingsEnding } from '../../../lambdas/domain/campaign/places.ts';
import {
  type CampaignSettings,
  campaignName,
  campaignSettingsSchema,
  settingsFaults,
} from '../../../lambdas/domain/campaign/settings.ts';

/** A campaign as a file: it goes into the inbox, and not onto a lane. */
export interface DroppedFile extends CampaignKey {
  path: string;
  ending: string;
  settings: CampaignSettings;
}

/** Files with these endings are campaigns of rows. All other files hold messages. */
const endings = ['.csv', '.csv.gz'] as const;
const endingOf = (file: string) => endings.find((ending) => file.endsWith(ending));

export const isRowFile = (file: string) => endingOf(file) !== undefined;

/**
 * The campaign of a file, with the settings in `<name>.campaign.json` beside it, if there are any.
 *
 * @param source whose campaign it is
 * @throws OperatorError if the name is none, or if the settings cannot be read
 */
export function droppedFile(path: string, source: string): DroppedFile {
  const ending = endingOf(path) ?? '';
  const name = campaignName.safeParse(basename(path).slice(0, -ending.length || undefined));
  if (!name.success) throw new OperatorError(`--input: ${basename(path)}: ${name.error.issues[0]?.message}`);
  if (!existsSync(path)) throw new OperatorError(`--input: there is no file ${path}`);
  return {
    path,
    source,
    name: name.data,
    ending,
    settings: settingsOf(path.slice(0, -ending.length) + settingsEnding),
  };
}

function settingsOf(file: string): CampaignSettings {
  if (!existsSync(file)) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new OperatorError(`${file} is not JSON`);
  }
  const read = campaignSettingsSchema.safeParse(content);
  if (read.success) return read.data;
  const faults = settingsFaults(read.error).map(({ path, message }) => `  ${path || 'the file'}: ${message}`);
  throw new OperatorError([`${file} has settings that are none:`, ...faults].join('\n'));
}
