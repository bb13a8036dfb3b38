import type { CampaignKey } from '../domain/campaign/places.ts';
import type { CampaignRules } from '../domain/campaign/rules.ts';
import {
  type CampaignSettings,
  campaignName,
  campaignSettingsSchema,
  settingsFaults,
} from '../domain/campaign/settings.ts';
import { type Fault, offered } from '../domain/contract/fault.ts';
import { readJson } from '../domain/contract/json-reading.ts';

/** What a drop is checked by, or why it cannot be checked. */
export type DropSettings = { settings: CampaignSettings; lane: string } | { fault: Fault };

/** A campaign's settings, as its bucket has them. */
export type SettingsText = { text: string } | 'too-large' | undefined;

/** Checks a campaign's source, name and settings by the configuration. A campaign without settings has the defaults. */
export function dropSettings(
  { source, name }: CampaignKey,
  found: SettingsText,
  { producers }: CampaignRules,
): DropSettings {
  const producer = producers.find((one) => one.source === source);
  if (producer === undefined) {
    return {
      fault: { path: 'source', rule: 'not-allowed', message: 'is no producer of this pipeline: use its folder' },
    };
  }
  const named = campaignName.safeParse(name);
  if (!named.success) {
    const message = named.error.issues[0]?.message ?? 'is no name of a campaign';
    return faultOf('name', 'name', `${message}. Use another name, such as spring-2`);
  }
  const read = settingsOf(found);
  if ('fault' in read) return read;
  const { settings } = read;
  const lane = settings.lane ?? producer.lanes[0];
  if (lane === undefined || !producer.lanes.includes(lane)) {
    return faultOf('settings.lane', 'not-allowed', `is not a lane of this source${offered(producer.lanes)}`);
  }
  if (settings.template !== undefined && !producer.templates.includes(settings.template)) {
    const message = `is not a template configured for this source${offered(producer.templates)}`;
    return faultOf('settings.template', 'not-allowed', message);
  }
  return { settings, lane };
}

/** The template of rows that name none: the settings' one, or the source's only one. */
export function templateOf(
  source: string,
  settings: CampaignSettings,
  { producers }: CampaignRules,
): string | undefined {
  const templates = producers.find((one) => one.source === source)?.templates ?? [];
  return settings.template ?? (templates.length === 1 ? templates[0] : undefined);
}

function settingsOf(found: SettingsText): { settings: CampaignSettings } | { fault: Fault } {
  if (found === undefined) return { settings: {} };
  if (found === 'too-large') return faultOf('settings', 'size', 'have more than 64 KB: remove what is no setting');
  const reading = readJson(found.text);
  if ('problem' in reading) {
    // The reader words it for commands.
    const [problem = 'is not JSON'] = reading.problem.split(': no command');
    return faultOf('settings', 'json', `${problem}: settings are one JSON object`);
  }
  const twice = reading.losses.find(({ kind }) => kind === 'duplicate');
  if (twice) return faultOf(['settings', ...twice.path].join('.'), 'duplicate', 'is given twice');
  const parsed = campaignSettingsSchema.safeParse(reading.json);
  if (parsed.success) return { settings: parsed.data };
  const [{ path, rule, message } = { path: '', rule: 'type', message: 'are not valid' }] = settingsFaults(parsed.error);
  return faultOf(path === '' ? 'settings' : `settings.${path}`, rule, message);
}

const faultOf = (path: string, rule: string, message: string) => ({ fault: { path, rule, message } });
