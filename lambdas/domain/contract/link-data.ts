import type { Fault } from './fault.ts';
import { queryCharacters } from './query-text.ts';

/**
 * The published rule of one link parameter, from OneLink's documentation. Other parameters, such as `deep_link_value`,
 * `utm_*` or a custom name, have no published limit.
 */
interface ParameterRule {
  maxLength?: number;
  pattern?: RegExp;
  /** What the pattern requires, in words. */
  expected?: string;
  /** The specific fault of a text, if it is known. It may check what the pattern cannot. */
  problem?: (text: string) => string | undefined;
}

const upTo = (maxLength: number): ParameterRule => ({ maxLength });
// These patterns have no look-around, because they are part of the JSON Schema that validators in other languages read.
const trimmed = /^(?:\S(?:[\s\S]*\S)?)?$/;
const flag: ParameterRule = { pattern: /^(?:true|false)$/, expected: 'must be true or false' };
/** Characters that RFC 3986 forbids in a URI. A URL parser drops some of them, but the link keeps them. */
const blankProblem = (text: string) => {
  if (/[\n\r]/.test(text)) return 'it holds a line break';
  return /\s/.test(text) ? 'it holds a blank: write %20' : undefined;
};
const webUrlProblem = (text: string) => {
  const blank = blankProblem(text);
  if (blank !== undefined) return blank;
  if (text.includes('#')) return 'it holds a #: write %23, or leave the fragment out';
  if (URL.canParse(encodeAngleBrackets(text))) return undefined;
  const [, port] = /^https:\/\/[^/?]*:([^\]/?]*)(?:[/?]|$)/i.exec(text) ?? [];
  const isPort = port === undefined || (/^\d*$/.test(port) && Number(port) <= 65_535);
  return isPort ? 'its host is not valid' : 'its port is not 0 to 65535';
};
const webUrl: ParameterRule = {
  pattern: /^https:\/\/[^\s/?#]+[^\s#]*$/i,
  expected: 'must be an absolute https:// URL without a fragment',
  problem: webUrlProblem,
};
const numbered = (name: string, count: number, rule: ParameterRule) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index + 1}`, rule]));

export const parameterRules: Readonly<Record<string, ParameterRule>> = {
  pid: {
    maxLength: 150,
    pattern: /^[^\s/<>*&?\\](?:[^/<>*&?\\]*[^\s/<>*&?\\])?$/,
    expected: 'must not be empty, hold any of / < > * & ? \\ or start or end with white space',
  },
  c: { maxLength: 100, pattern: trimmed, expected: 'must not start or end with white space' },
  af_prt: upTo(50),
  af_channel: upTo(20),
  af_adset: upTo(100),
  af_ad: upTo(100),
  af_keywords: upTo(100),
  ...numbered('af_sub', 5, upTo(100)),
  af_c_id: upTo(24),
  af_adset_id: upTo(24),
  af_ad_id: upTo(24),
  af_ad_type: upTo(24),
  af_siteid: upTo(24),
  af_sub_siteid: upTo(50),
  af_click_lookback: {
    pattern: /^(?:(?:[1-9]|[12]\d|30)d|(?:[1-9]|1\d|2[0-3])h)$/,
    expected: 'must be 1d to 30d or 1h to 23h',
  },
  af_viewthrough_lookback: { pattern: /^(?:[1-9]|1\d|2[0-4])h$/, expected: 'must be 1h to 24h' },
  af_reengagement_window: {
    pattern: /^(?:(?:[1-9]|[1-8]\d|90)d|(?:[1-9]|[12]\d|3[0-6])h|lifetime)$/,
    expected: 'must be 1d to 90d, 1h to 36h, or lifetime',
  },
  is_retargeting: flag,
  af_force_deeplink: flag,
  af_param_forwarding: flag,
  af_cost_model: upTo(20),
  af_cost_currency: { pattern: /^[A-Za-z]{3}$/, expected: 'must be an ISO 4217 code of three letters' },
  af_cost_value: {
    maxLength: 20,
    pattern: /^\d+(?:\.\d{1,4})?$/,
    expected: 'must be digits with at most four decimals',
  },
  af_r: webUrl,
  af_web_dp: webUrl,
  af_ios_url: webUrl,
  af_android_url: webUrl,
  af_og_image: webUrl,
  af_dp: {
    // A scheme alone is a URI and opens the app.
    pattern: /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]*$/,
    expected: 'must be a URI with a scheme (RFC 3986)',
    problem: blankProblem,
  },
  af_og_title: upTo(40),
  af_og_description: upTo(300),
};

/** Fields of the request that are not link parameters. */
export const forbiddenParameters: ReadonlySet<string> = new Set([
  'shortlink',
  'source_caller',
  'onelink_id',
  'af_qr',
  'ttl',
  'renew_ttl',
  'brand_domain',
]);

/** Encodes `<` and `>`. Only these two characters break a link if they are not encoded. */
export function encodeAngleBrackets(text: string): string {
  return text.replaceAll('<', '%3C').replaceAll('>', '%3E');
}

/** A link's data as text, the form of commands. The API may return numbers and booleans. */
export function dataAsText(data: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)]));
}

/** The parameters as the pipeline sends them: all text, angle brackets encoded. */
export function dataAsSent(data: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [encodeAngleBrackets(name), encodeAngleBrackets(value)]),
  );
}

/** The limit of a link's data. */
export interface DataLimit {
  /** 2,048 in the first documentation, 3,000 in the newer one. */
  maxDataCharacters: number;
  /** Whether the limit also holds for the data as a query string. `alone`: as in the API's version 1.0. */
  queryStringCounts?: boolean | 'alone' | undefined;
}

/** The size that counts against the limit: the JSON as sent, or the query string if that counts alone or is longer. */
export function dataCharacters(
  data: Record<string, string>,
  queryStringCounts: DataLimit['queryStringCounts'] = false,
): number {
  if (queryStringCounts === 'alone') return queryCharacters(data);
  const sent = dataAsSent(data);
  const json = JSON.stringify(sent).length;
  return queryStringCounts ? Math.max(json, new URLSearchParams(sent).toString().length) : json;
}

function measureOf(queryStringCounts: DataLimit['queryStringCounts']): string {
  if (queryStringCounts === 'alone') return 'as a query string';
  return queryStringCounts ? 'as JSON or as a query string' : 'as JSON';
}

/** A name in its canonical form: the pipeline encodes angle brackets, and the API may return them in either form. */
const oneForm = (name: string) => encodeAngleBrackets(name).replaceAll(/%3[ce]/g, (code) => code.toUpperCase());

/** A fault for every published rule that the data breaks. Paths are relative to the command. */
export function dataFaults(data: Record<string, unknown>, limit: DataLimit): Fault[] {
  const { maxDataCharacters, queryStringCounts } = limit;
  const faults: Fault[] = [];
  const forms = new Set<string>();
  const fault = (name: string, rule: string, message: string) => faults.push({ path: `data.${name}`, rule, message });
  const texts: [string, string][] = [];
  for (const [name, value] of Object.entries(data)) {
    if (name === '') fault(name, 'name', 'a parameter needs a name');
    const form = oneForm(name);
    if (forms.has(form)) fault(name, 'name', 'is sent under the same name as another: < and %3C are one, > and %3E');
    forms.add(form);
    if (forbiddenParameters.has(name)) {
      fault(name, 'forbidden', 'is not a link parameter: use the field of the command, if there is one');
      continue;
    }
    if (!isScalar(value)) {
      fault(name, 'type', 'must be text, a finite number, true or false');
      continue;
    }
    const text = String(value);
    texts.push([name, text]);
    const rule = Object.hasOwn(parameterRules, name) ? parameterRules[name] : undefined;
    // As it is sent: an angle bracket becomes three characters.
    const sent = encodeAngleBrackets(text);
    if (rule?.maxLength !== undefined && sent.length > rule.maxLength) {
      const counted = sent === text ? '' : '; < and > count three';
      fault(name, 'length', `must not be longer than ${rule.maxLength} characters${counted}`);
    }
    // The check below refuses a text beyond the payload limit, so a pattern need not backtrack over it.
    if (hasControls(name) || hasControls(text)) fault(name, 'control', controlMessage);
    else if (text.length <= maxDataCharacters) {
      const message = formProblem(text, rule);
      if (message !== undefined) fault(name, 'format', message);
    }
  }
  if (!Object.hasOwn(data, 'pid')) fault('pid', 'required', 'the media source is mandatory');
  const characters = dataCharacters(Object.fromEntries(texts), queryStringCounts);
  if (characters > maxDataCharacters) {
    const counted =
      queryStringCounts === 'alone'
        ? 'a blank and each character that must be encoded as three, a letter beyond a to z as six or more'
        : 'each value as text in quotes, < and > as three, an escape such as \\n as two';
    faults.push({
      path: 'data',
      rule: 'payload-length',
      message: `must not exceed ${maxDataCharacters} characters ${measureOf(queryStringCounts)}; it has ${characters} (${counted})`,
    });
  }
  return faults;
}

function formProblem(text: string, { pattern, expected, problem }: ParameterRule = {}): string | undefined {
  const found = problem?.(text);
  if (found === undefined && (pattern?.test(text) ?? true)) return undefined;
  return `${expected ?? 'is malformed'}${found === undefined ? '' : `; ${found}`}`;
}

/**
 * Control characters are never intended, and readers of outcomes and exports fail on them. Tabs and line breaks may be
 * intended.
 */
export const hasControls = (text: string) => /[^\P{Cc}\t\n\r]/u.test(text);
export const controlMessage =
  'must not contain control characters (such as NUL) except tab and line break: leave them out';

/** Whether a parameter may have this value. */
export function isScalar(value: unknown): value is string | number | boolean {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}
