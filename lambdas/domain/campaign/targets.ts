import { isOneSlip } from '../contract/one-slip.ts';
import { skeleton } from './near-names.ts';
import { type CampaignField, campaignFields } from './settings.ts';

/**
 * What a column holds: a field of ours, a part of the metadata, a link parameter, or nothing of the command. `ours` is a
 * column that the pipeline has added to a file of results or of rejected rows.
 */
export type Target =
  | { kind: 'field'; name: CampaignField }
  | { kind: 'metadata' | 'data'; name: string }
  | { kind: 'carried' | 'ours' };

const fields: ReadonlySet<string> = new Set(campaignFields);
const isField = (name: string): name is CampaignField => fields.has(name);

/**
 * Names of AppsFlyer's own for our fields. Its bulk page has a column for each parameter, and `custom_link_id` for the ID
 * (https://support.appsflyer.com/hc/en-us/articles/14511403892369). `onelink_id` is the API's name of a template.
 */
const vendorNames: Readonly<Record<string, CampaignField>> = { custom_link_id: 'shortlink_id', onelink_id: 'template' };

/** The target that the settings write as text; undefined if there is no such field. */
export function targetIn(text: string): Target | undefined {
  if (text === '-') return { kind: 'carried' };
  const [, kind, name] = /^(metadata|data)\.(.+)$/s.exec(text) ?? [];
  if (name !== undefined && (kind === 'metadata' || kind === 'data')) return { kind, name };
  return isField(text) ? { kind: 'field', name: text } : undefined;
}

/** The target that a header names by itself. Capitals do not matter in the names of our fields. */
export function targetNamed(header: string): Target | undefined {
  const lower = header.toLowerCase();
  if (isField(lower)) return { kind: 'field', name: lower };
  const vendors = Object.hasOwn(vendorNames, lower) ? vendorNames[lower] : undefined;
  if (vendors !== undefined) return { kind: 'field', name: vendors };
  const [, kind, name] = /^(metadata|data)\.(.+)$/is.exec(header) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  return { kind: kind.toLowerCase() === 'data' ? 'data' : 'metadata', name };
}

/** `request_id`, `metadata.segment`, `data.c`, `-`: as the settings write it. */
export function targetText(target: Target): string {
  if (target.kind === 'field') return target.name;
  return target.kind === 'metadata' || target.kind === 'data' ? `${target.kind}.${target.name}` : '-';
}

const bones = new Map([
  ...campaignFields.map((name) => [skeleton(name), name] as const),
  ...Object.entries(vendorNames).map(([name, field]) => [skeleton(name), field] as const),
  ['templateid', 'template'] as const,
  ['expiry', 'expires_at'] as const,
  ['expirydate', 'expires_at'] as const,
  ['brand', 'brand_domain'] as const,
  ['qrcode', 'qr'] as const,
]);

/** In a shorter name, one different letter is no sign of a typing error. */
const leastLetters = 6;

/** The field that a header almost names: `requestid`, `Short link ID`. */
export function nearField(header: string): CampaignField | undefined {
  const written = skeleton(header);
  if (written === '' || written.length > 40) return undefined;
  const exact = bones.get(written);
  if (exact !== undefined || written.length < leastLetters) return exact;
  return [...bones].find(([one]) => one.length >= leastLetters && isOneSlip(one, written))?.[1];
}
