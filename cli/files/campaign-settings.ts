import { readFile, writeFile } from 'node:fs/promises';
import {
  type CampaignSettings,
  campaignSettingsSchema,
  settingsFaults,
} from '../../lambdas/domain/campaign/settings.ts';
import { objectIn } from '../../lambdas/domain/contract/object-text.ts';
import { OperatorError } from '../words/operator-error.ts';
import { fileErrorReason, unwritable } from './file-error.ts';

/** The settings that a command line names. They come before those of a file. */
export interface SettingsOptions {
  template?: string;
  lane?: string;
  /** `header=target` */
  map?: readonly string[];
  /** `target=value` */
  default?: readonly string[];
  key?: string;
  passThrough?: true;
  sendBy?: string;
  approval?: 'required';
}

/**
 * The settings of a campaign: those of a file, and then those of the command line.
 *
 * @throws OperatorError if the file cannot be read, or if a setting has a fault. It names every fault.
 */
export async function campaignSettings(file: string | undefined, options: SettingsOptions): Promise<CampaignSettings> {
  const saved = file === undefined ? {} : await readSettings(file);
  return settingsWith(saved, options);
}

/** @throws OperatorError for a setting with a fault */
export function settingsWith(saved: CampaignSettings, options: SettingsOptions): CampaignSettings {
  const { template, lane, map = [], default: defaults = [], key, passThrough, sendBy, approval } = options;
  const columns = { ...saved.columns, ...pairs('--map', map, 'last') };
  const values = { ...saved.defaults, ...pairs('--default', defaults, 'first') };
  const given = {
    ...saved,
    ...(template !== undefined && { template }),
    ...(lane !== undefined && { lane }),
    ...(Object.keys(columns).length > 0 && { columns }),
    ...(Object.keys(values).length > 0 && { defaults: values }),
    ...(key !== undefined && { key }),
    ...(passThrough && { passThrough }),
    ...(sendBy !== undefined && { sendBy }),
    ...(approval !== undefined && { approval }),
  };
  return checked(given, 'The settings cannot be used');
}

/** @throws OperatorError if the file cannot be read, or is not a settings file */
export async function readSettings(file: string): Promise<CampaignSettings> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why = fileErrorReason(error, 'read');
    throw why === undefined ? error : new OperatorError(`${file} cannot be read: ${why}.`);
  });
  const settings = objectIn(text.replace(/^\uFEFF/, ''));
  if (settings === undefined) throw new OperatorError(`${file} is not one JSON object, as --save-settings writes it.`);
  return checked(settings, `${file} cannot be used`);
}

/** Writes settings for the next campaign. @throws OperatorError if the file exists, or cannot be written */
export async function saveSettings(file: string, settings: CampaignSettings): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(settings, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new OperatorError(`${file} cannot be written: ${unwritable(error)}. Name another file with --save-settings.`);
  }
}

/** @param cut whether the first or the last `=` separates: a header may hold some, and a value, too */
function pairs(option: string, texts: readonly string[], cut: 'first' | 'last'): Record<string, string> {
  // An object without a prototype, so a header of any name is an ordinary property.
  const found: Record<string, string> = Object.create(null);
  for (const text of texts) {
    const at = cut === 'first' ? text.indexOf('=') : text.lastIndexOf('=');
    const form = option === '--map' ? 'header=target' : 'target=value';
    if (at < 1) throw new OperatorError(`${option} ${text}: write ${form}.`);
    const name = text.slice(0, at).trim();
    if (Object.hasOwn(found, name)) throw new OperatorError(`${option} names ${name} twice.`);
    found[name] = cut === 'first' ? text.slice(at + 1) : text.slice(at + 1).trim();
  }
  return found;
}

function checked(settings: object, what: string): CampaignSettings {
  const parsed = campaignSettingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const words = settingsFaults(parsed.error).map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  );
  throw new OperatorError(`${what}: ${words.join('; ')}.`);
}
