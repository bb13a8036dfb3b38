import type { Fault } from '../contract/fault.ts';
import { addedCount } from './added-columns.ts';
import { nearNames, parameterNamed } from './near-names.ts';
import type { CampaignSettings } from './settings.ts';
import { nearField, type Target, targetIn, targetNamed, targetText } from './targets.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** The columns of a file. */
export interface Columns {
  /** By the position of the column. */
  targets: readonly Target[];
  /** The position of the column that identifies a row, if there is one. */
  key: number | undefined;
  /** How many columns are the input's own. The pipeline has added those after them. */
  own: number;
  /** Whether the file is one of results or of rejected rows. Its cells may have an apostrophe before a formula's sign. */
  isOurs: boolean;
  /** Target → the value of empty cells. */
  defaults: readonly (readonly [target: Target, value: string])[];
  /** Names that are almost a known one, and the lack of a key column. `path` is the header. */
  warnings: Fault[];
}

/**
 * What the columns of a file mean. A column is the first of these that applies:
 *
 * - the target that the settings give it
 * - a field of ours or of AppsFlyer's bulk page, by its name
 * - `metadata.*` or `data.*`
 * - only carried along, with `passThrough` or as a key column
 * - a link parameter of that name
 *
 * @throws UnreadableFile for a header that cannot be used: a name twice, two columns for one target, a mapping without its
 *   column, no `pid`
 */
export function columnsOf(
  header: readonly string[],
  settings: CampaignSettings,
  format: 'csv' | 'ndjson' = 'csv',
): Columns {
  const added = format === 'csv' ? addedCount(header) : 0;
  const own = header.slice(0, header.length - added);
  refuseTwice(own);
  const mapped = mappingOf(settings, own, format);
  const targets = own.map((name) => mapped.get(name) ?? unmappedTarget(name, settings));
  refuseTwoForOne(own, targets);
  const defaults = defaultsOf(settings);
  const key = keyOf(own, targets, settings, format);
  if (format === 'csv') refuseWithoutPid(own, [...targets, ...defaults.map(([target]) => target)], settings);
  const warnings = own.flatMap((name, index) => (mapped.has(name) ? [] : nearWarnings(name, targets[index])));
  if (key === undefined && (format === 'csv' || own.length > 0)) {
    const message =
      'no column identifies the rows. If you change a row and drop the file again, that row makes a new link';
    warnings.push({ path: '', rule: 'no-key', message });
  }
  const ours = Array.from({ length: added }, (): Target => ({ kind: 'ours' }));
  return { targets: [...targets, ...ours], key, own: own.length, isOurs: added > 0, defaults, warnings };
}

function unmappedTarget(name: string, { passThrough, key }: CampaignSettings): Target {
  const named = targetNamed(name);
  if (named !== undefined) return named;
  const isParameter = passThrough !== true && name !== key?.trim();
  return isParameter ? { kind: 'data', name: parameterNamed(name) } : { kind: 'carried' };
}

/** The columns that become link parameters now, and were something else by the settings of an earlier file. */
export function newParameters(
  header: readonly string[],
  { targets, own }: Pick<Columns, 'targets' | 'own'>,
  earlier: CampaignSettings,
): string[] {
  const mapped = new Map(Object.entries(earlier.columns ?? {}).map(([name, text]) => [name.trim(), text]));
  return header.slice(0, own).filter((name, index) => {
    const target = targets[index];
    if (target?.kind !== 'data' || name === '') return false;
    return targetText(target) !== (mapped.get(name) ?? targetText(unmappedTarget(name, earlier)));
  });
}

function refuseTwice(own: readonly string[]): void {
  const twice = own.find((name, index) => name !== '' && own.indexOf(name) !== index);
  if (twice !== undefined) throw new UnreadableFile('duplicate-column', `has the column ${twice} twice`, twice);
}

function mappingOf({ columns = {} }: CampaignSettings, own: readonly string[], format: string): Map<string, Target> {
  return new Map(
    Object.entries(columns).map(([written, text]) => {
      const name = written.trim();
      const target = targetIn(text);
      if (target === undefined) throw noField(text, name);
      if (format === 'csv' && !own.includes(name)) throw noColumn(name, 'columns', own);
      return [name, target];
    }),
  );
}

const noField = (text: string, path: string) =>
  new UnreadableFile('target', `has a setting for ${text}, which is no field. A link parameter is data.${text}`, path);

function noColumn(name: string, setting: string, own: readonly string[]): UnreadableFile {
  const near = own.find((one) => one.toLowerCase() === name.toLowerCase());
  const hint = near === undefined ? '' : `, but one that is called ${near}`;
  return new UnreadableFile('no-column', `has no column ${name}, which the setting ${setting} names${hint}`, name);
}

function refuseTwoForOne(own: readonly string[], targets: readonly Target[]): void {
  const first = new Map<string, string>();
  for (const [index, target] of targets.entries()) {
    const [text, name = ''] = [targetText(target), own[index]];
    if (text === '-' || name === '') continue;
    const other = first.get(text);
    if (other !== undefined)
      throw new UnreadableFile('two-columns', `has two columns for ${text}: ${other} and ${name}`, name);
    first.set(text, name);
  }
}

function defaultsOf({ defaults = {} }: CampaignSettings): [Target, string][] {
  return Object.entries(defaults).map(([text, value]) => {
    const target = targetIn(text);
    if (target === undefined) throw noField(text, '');
    const name = targetText(target);
    if (name === 'request_id' || name === 'shortlink_id' || name === 'short_url' || name === '-')
      throw new UnreadableFile('default', `has a default for ${name}, which would be the same for all rows`);
    return [target, value];
  });
}

function keyOf(
  own: readonly string[],
  targets: readonly Target[],
  { key }: CampaignSettings,
  format: string,
): number | undefined {
  const requestId = targets.findIndex((target) => target.kind === 'field' && target.name === 'request_id');
  if (key === undefined) return requestId === -1 ? undefined : requestId;
  const named = own.indexOf(key.trim());
  if (named === -1 && format === 'csv') throw noColumn(key.trim(), 'key', own);
  if (requestId !== -1 && requestId !== named)
    throw new UnreadableFile('two-keys', `has two columns that identify a row: ${own[requestId]} and ${key}. Keep one`);
  return named === -1 ? undefined : named;
}

/** Only creates and updates need a media source. Rows may have other actions if a column or a default names one. */
function refuseWithoutPid(
  own: readonly string[],
  targets: readonly Target[],
  { defaults = {} }: CampaignSettings,
): void {
  const texts = new Set(targets.map(targetText));
  const action = defaults.action?.trim().toLowerCase() ?? 'create';
  const mayLack = texts.has('action') && action !== 'create' && action !== 'update';
  const hasColumn = targets.slice(0, own.length).some((target) => targetText(target) === 'action');
  if (texts.has('data.pid') || mayLack || hasColumn) return;
  const near = own.find((name) => /^(?:pid|media[ _-]?source)$/i.test(name));
  const hint =
    near === undefined
      ? own.length === 1
        ? '. It has one column only: separate columns by a comma, a semicolon or a tab'
        : '. Add a column pid, or a default for data.pid'
      : `. Is it the column ${near}? Map that to data.pid`;
  throw new UnreadableFile('no-pid', `has no column pid, the media source, which is mandatory${hint}`);
}

function nearWarnings(name: string, target: Target | undefined): Fault[] {
  if (target === undefined || name === '') return [];
  const isPlain = target.kind === 'carried' || (target.kind === 'data' && target.name === name);
  if (!isPlain) return [];
  const as = target.kind === 'carried' ? 'is only carried along' : 'becomes a link parameter';
  const field = nearField(name);
  if (field !== undefined) return [{ path: name, rule: 'near-name', message: `is almost ${field}, but ${as}` }];
  return target.kind === 'data' ? nearNames({ [name]: '' }).map((fault) => ({ ...fault, path: name })) : [];
}
