import { instant } from '../contract/command.ts';
import type { Fault } from '../contract/fault.ts';
import { instantProblem } from '../contract/instant.ts';
import { parameterRules } from '../contract/link-data.ts';
import type { Templates } from '../contract/producer.ts';
import { yesOrNo } from './cell-values.ts';
import type { CampaignField } from './settings.ts';
import { type NamedByUrl, namedByUrl } from './short-url.ts';

/** The values of a row by their targets, as text. Empty cells are absent. */
export interface RowValues {
  fields: ReadonlyMap<CampaignField, string>;
  data: readonly (readonly [name: string, value: string])[];
  metadata: readonly (readonly [name: string, value: string])[];
}

/** What a row's command is made with. */
export interface CommandRules {
  source: string;
  template: string | undefined;
  requestedAt: string;
  /** Epoch milliseconds, from which `expires_at` counts. */
  fromMilliseconds: number;
  maxTtlDays: number;
  domains: Templates;
  /** Whether a column or a default has a word about QR codes. Without one, a row with `qr_size` and the like asks for a code. */
  hasQrColumn: boolean;
}

/**
 * The command of a row, as an object of the contract that is not checked yet, and the faults of what a contract cannot see.
 * A fault's `path` is a field.
 */
export function commandOf(
  { fields, data, metadata }: RowValues,
  requestId: string | undefined,
  rules: CommandRules,
): { command: Record<string, unknown>; faults: Fault[] } {
  const faults: Fault[] = [];
  const action = fields.get('action')?.trim().toLowerCase() ?? 'create';
  const of = (name: CampaignField) => (isUsed(name, action) ? fields.get(name)?.trim() : undefined);
  const flag = (name: CampaignField) => {
    const text = of(name);
    const value = text === undefined ? undefined : yesOrNo(text);
    if (text !== undefined && value === undefined)
      faults.push({ path: name, rule: 'flag', message: 'must be yes or no' });
    return value;
  };
  const qr = qrOf(of, flag('qr_margin'), action, flag('qr'), rules.hasQrColumn);
  if (action === 'get') faults.push(noReads);
  const url = urlOf(of, rules.domains, faults);
  const brandDomain = of('brand_domain') ?? url.brandDomain;
  const validUntil = of('valid_until');
  if (validUntil !== undefined && Date.parse(validUntil) < rules.fromMilliseconds)
    faults.push({ path: 'valid_until', rule: 'valid-until', message: 'has passed before the file arrived' });
  const command: Record<string, unknown> = {
    specVersion: '1.0',
    source: rules.source,
    requestId: requestId ?? 'unknown',
  };
  const put = (name: string, value: unknown) => {
    if (value !== undefined) command[name] = value;
  };
  put('requestedAt', rules.requestedAt);
  put('action', action);
  put('onelinkId', of('template') ?? url.template ?? rules.template);
  put('shortlinkId', of('shortlink_id') ?? url.shortlinkId);
  put('onConflict', of('on_conflict')?.toLowerCase());
  put('ttl', ttlOf(of, rules, faults));
  // Clicks would extend the link beyond the instant that the row names.
  put('renewTtl', flag('renew_ttl') ?? (of('expires_at') === undefined ? undefined : false));
  if (action !== 'qr' && action !== 'delete') put('brandDomain', brandDomain);
  put('keepUntil', of('keep_until'));
  put('validUntil', validUntil);
  put('subject', of('subject'));
  if (metadata.length > 0) put('metadata', Object.fromEntries(metadata));
  if (!hasNoData(action, data.length))
    put('data', Object.fromEntries(data.map(([name, value]) => [name, inForm(name, value)])));
  put('qr', qr && action === 'qr' && brandDomain !== undefined ? { ...qr, brandDomain } : qr);
  return { command, faults };
}

/** A migration keeps the link's own data if its row has none. */
const hasNoData = (action: string, parameters: number) =>
  action === 'delete' || action === 'qr' || action === 'adopt' || (action === 'migrate' && parameters === 0);

const noReads: Fault = {
  path: 'action',
  rule: 'value',
  message:
    'must be one of: create, update, delete, qr, adopt, migrate. A file reads no links, because its results would hold their data',
};

/** What the row's short URL names. Another column may name the same, but nothing else. */
function urlOf(
  of: (name: CampaignField) => string | undefined,
  domains: Templates,
  faults: Fault[],
): Partial<NamedByUrl> {
  const text = of('short_url');
  if (text === undefined) return {};
  const named = namedByUrl(text, domains);
  if ('fault' in named) {
    faults.push(named.fault);
    return {};
  }
  const given = [of('template') ?? named.template, of('shortlink_id') ?? named.shortlinkId];
  const isSame = given[0] === named.template && given[1] === named.shortlinkId;
  if (!isSame)
    faults.push({
      path: 'short_url',
      rule: 'two-links',
      message: 'names another link than the row’s template and shortlink_id. Keep one of the two',
    });
  return named;
}

const ofEveryAction: ReadonlySet<CampaignField> = new Set([
  'action',
  'template',
  'shortlink_id',
  'valid_until',
  'subject',
]);

/** A file may have rows of several actions, so a row ignores the columns and defaults that its action has no use for. */
function isUsed(name: CampaignField, action: string): boolean {
  // The short URL of a link that does not exist yet is not the row's to choose.
  if (name === 'short_url') return action !== 'create';
  if (action === 'create' || ofEveryAction.has(name)) return true;
  // It would be a TTL that the link does not have.
  if (action === 'adopt' && name === 'expires_at') return false;
  if (action === 'qr') return name.startsWith('qr') || name === 'brand_domain';
  return action !== 'delete' && name !== 'on_conflict' && !name.startsWith('qr');
}

const flagForm = 'must be true or false';

/** A spreadsheet writes TRUE and FALSE in capitals. AppsFlyer's parameters that take them want small letters. */
function inForm(name: string, value: string): string {
  const isFlag = Object.hasOwn(parameterRules, name) && parameterRules[name]?.expected === flagForm;
  return isFlag && /^(?:TRUE|FALSE)$/.test(value) ? value.toLowerCase() : value;
}

function qrOf(
  of: (name: CampaignField) => string | undefined,
  margin: boolean | undefined,
  action: string,
  asks: boolean | undefined,
  hasQrColumn: boolean,
): Record<string, unknown> | undefined {
  const [size, format] = [of('qr_size'), of('qr_format')?.toLowerCase()];
  const hasOption = size !== undefined || format !== undefined || margin !== undefined;
  if (action !== 'qr' && !(asks ?? (!hasQrColumn && hasOption))) return undefined;
  return {
    ...(size !== undefined && { size: /^\d{1,9}$/.test(size) ? Number(size) : size }),
    ...(format !== undefined && { format }),
    ...(margin !== undefined && { margin }),
  };
}

/** `46387`, `31.12.2026`, `12/31/2026`, `2026/12/31`: how spreadsheets store and show a date. */
const sheetDate = /^(?:\d{5}(?:[.,]\d+)?|\d{1,2}([./-])\d{1,2}\1\d{2,4}|\d{4}[./]\d{1,2}[./]\d{1,2})(?:\s.*)?$/;

/** The fault of a date that a spreadsheet has written; undefined for any other text. */
export function sheetDateProblem(text: string): string | undefined {
  return sheetDate.test(text)
    ? 'is a date as a spreadsheet shows it. Write 2026-12-31T00:00:00Z, and format the column as text'
    : undefined;
}

/** The TTL, or the whole minutes until `expires_at`. */
function ttlOf(
  of: (name: CampaignField) => string | undefined,
  { fromMilliseconds, maxTtlDays }: CommandRules,
  faults: Fault[],
): string | undefined {
  const [ttl, expiresAt] = [of('ttl'), of('expires_at')];
  if (expiresAt === undefined) return ttl;
  const fault = (rule: string, message: string) => {
    faults.push({ path: 'expires_at', rule, message });
    return undefined;
  };
  if (ttl !== undefined) return fault('ttl', 'is given beside ttl. Keep one of the two');
  if (!instant.safeParse(expiresAt).success)
    return fault('format', sheetDateProblem(expiresAt) ?? instantProblem(expiresAt));
  const minutes = Math.floor((Date.parse(expiresAt) - fromMilliseconds) / 60_000);
  if (minutes < 1) return fault('in-past', 'must be at least a minute after the file arrived');
  if (minutes > maxTtlDays * 1_440)
    return fault(
      'ttl',
      `is more than ${maxTtlDays} days away, the longest life of a link. For a longer one, use keep_until`,
    );
  return `${minutes}m`;
}
