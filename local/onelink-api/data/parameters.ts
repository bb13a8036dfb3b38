import type { Settings } from '../settings.ts';
import { type Field, plainText } from './fields.ts';

/** Returns what is wrong with a value, worded to follow `Reason:`, or undefined. */
type Rule = (value: string) => string | undefined;

const matches =
  (pattern: RegExp, reason: string): Rule =>
  (value) =>
    pattern.test(value) ? undefined : reason;

const webUrl: Rule = (value) => {
  // The URL parser drops line breaks and encodes blanks, but a link carries them unchanged.
  if (/[\s\p{Cc}]/u.test(value) || !URL.canParse(value)) return 'value should be a valid URL';
  if (!/^https:\/\//i.test(value)) return 'value should be an absolute https URL';
  return value.includes('#') ? 'value should not have a fragment' : undefined;
};
const flag = matches(/^(?:true|false)$/, 'value should be true or false');
const noOuterSpace: Rule = (value) =>
  value === value.trim() ? undefined : 'value should not start or end with a space';

/** The formats published for parameters of `data`. A parameter without an entry here may have any value. */
const formats: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    'pid',
    (value) =>
      /[/<>*&?\\]/.test(value) ? 'value should not hold any of the characters / < > * & ? \\' : noOuterSpace(value),
  ],
  ['c', noOuterSpace],
  [
    'af_click_lookback',
    matches(/^(?:(?:[1-9]|[12]\d|30)d|(?:[1-9]|1\d|2[0-3])h)$/, 'value should be 1d-30d or 1h-23h'),
  ],
  ['af_viewthrough_lookback', matches(/^(?:[1-9]|1\d|2[0-4])h$/, 'value should be 1h-24h')],
  [
    'af_reengagement_window',
    matches(
      /^(?:(?:[1-9]|[1-8]\d|90)d|(?:[1-9]|[12]\d|3[0-6])h|lifetime)$/,
      'value should be 1d-90d, 1h-36h or lifetime',
    ),
  ],
  ['is_retargeting', flag],
  ['af_force_deeplink', flag],
  ['af_param_forwarding', flag],
  ['af_cost_currency', matches(/^[A-Za-z]{3}$/, 'value should be an ISO 4217 currency code')],
  ['af_cost_value', matches(/^\d+(?:\.\d{1,4})?$/, 'value should be digits with at most 4 decimals')],
  ['af_r', webUrl],
  ['af_web_dp', webUrl],
  ['af_ios_url', webUrl],
  ['af_android_url', webUrl],
  ['af_og_image', webUrl],
  ['af_dp', matches(/^[A-Za-z][A-Za-z0-9+.-]*:\S*$/, 'value should be a valid URI')],
]);

/** The maximum lengths published for parameters of `data`, in characters. */
const maxLengths: ReadonlyMap<string, number> = new Map<string, number>([
  ['pid', 150],
  ['c', 100],
  ['af_prt', 50],
  ['af_channel', 20],
  ...['af_adset', 'af_ad', 'af_keywords'].map((name): [string, number] => [name, 100]),
  ...['af_sub1', 'af_sub2', 'af_sub3', 'af_sub4', 'af_sub5'].map((name): [string, number] => [name, 100]),
  ...['af_c_id', 'af_adset_id', 'af_ad_id', 'af_ad_type', 'af_siteid'].map((name): [string, number] => [name, 24]),
  ['af_sub_siteid', 50],
  ['af_cost_model', 20],
  ['af_cost_value', 20],
  ['af_og_title', 40],
  ['af_og_description', 300],
]);

/** Fields of the request or of AppsFlyer itself. The documents imply that `data` must not have them. */
const reserved: ReadonlySet<string> = new Set([
  'shortlink',
  'source_caller',
  'onelink_id',
  'af_qr',
  'ttl',
  'renew_ttl',
  'brand_domain',
]);

/** Whether a parameter of `data` may have a value of this type. */
export function isParameterValue(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/**
 * Returns what is wrong with one parameter of `data`, worded to follow `Reason:`, or undefined. An empty value counts
 * as absent and breaks no rule: live links carry `"c": ""`. (The rule that `pid` needs a value is the payload's.)
 */
export function parameterFault(name: string, field: Field, settings: Settings): string | undefined {
  if (name === '') return 'a parameter should have a name';
  if (settings.reservedParameters === 'refuse' && reserved.has(name)) return 'parameter is not allowed in data';
  if (!isParameterValue(field.value)) return 'value should be a string, a number or a boolean';
  const text = plainText(field);
  if (text === '') return undefined;
  const maxLength = settings.enforceLengths ? maxLengths.get(name) : undefined;
  if (maxLength !== undefined && text.length > maxLength) {
    return `value should not be longer than ${maxLength} characters`;
  }
  return formats.get(name)?.(text);
}
