import type { Fault } from '../contract/fault.ts';
import { encodeAngleBrackets } from '../contract/link-data.ts';
import { apiErrorOf, type Meaning } from './failure-table.ts';

/** An answer of the OneLink API, as its client hands it on. */
export type ApiAnswer<Value> =
  | { meaning: 'ok'; value: Value }
  | {
      meaning: Exclude<Meaning, 'ok'>;
      fault: Fault;
      /** A kept connection was reset: that says nothing about how the API is. */
      onReusedSocket?: true;
    };

/** What a GET tells of a link. */
export interface LinkAtApi {
  data: Record<string, unknown>;
  /** Epoch seconds. */
  expiresAt: number;
  /** The TTL that it was given, where the API tells it: seconds by all that is known, not by its documents. */
  ttlSeconds?: number;
}

const ownWords: Record<string, string> = {
  limit_exceeded: 'the API says that the data exceeds its limit',
  invalid_parameter: 'the API says that the request is not valid',
  invalid_source:
    'the link was made in another way (user interface, bulk tool, SDK) and cannot be touched through the API',
  internal_error: 'the API failed',
  authentication_failure: 'the API refuses the token',
  feature_not_enabled: 'the OneLink API is not enabled for this account',
  wrong_brand_domain: 'the API says that the brand domain does not belong to the account or template',
  rate_limit_exceeded: 'above the account’s rate',
  quota_exceeded: 'the month’s quota is spent',
  qr_error: 'the API failed to draw the QR code',
};

/** What was asked in the call that the API refused. */
export interface AskedOfApi {
  /** The link's parameters, as the command has them. */
  data?: Record<string, string>;
  /** The other fields that were sent: the API's name, and the path in the command. */
  paths?: ReadonlyMap<string, string>;
  /** The texts of those fields. */
  texts?: readonly string[];
  /** Where a fault belongs that names nothing we know. */
  otherwise?: string;
}

/** Errors that speak of one field without naming it. */
const fieldOfType: Readonly<Record<string, string>> = { limit_exceeded: 'data', wrong_brand_domain: 'brand_domain' };

/**
 * The API's error as a fault that may be shown. Its texts echo values (`Parameter 'af_r' has an invalid value: '…'`), so
 * that only the parameter's name is kept, if the command has one of that name, and the reason without what is quoted,
 * unless any of the command's values shines through.
 */
export function faultOfApiError(status: number | undefined, body: unknown, asked: AskedOfApi = {}): Fault {
  const { data = {}, paths = new Map<string, string>(), texts = [], otherwise = '' } = asked;
  if (status === undefined) return { path: '', rule: 'api-unanswered', message: 'the API did not answer' };
  const { type } = apiErrorOf(body);
  const known = Object.hasOwn(ownWords, type);
  const rule = `api-${status}${known ? `-${type.replaceAll('_', '-')}` : ''}`;
  const message =
    // Of a POST it is the template, of anything else the link.
    status === 404
      ? 'the API knows no such link or template'
      : (known && ownWords[type]) || `the API answered with status ${status}`;
  const field = Object.hasOwn(fieldOfType, type) ? fieldOfType[type] : undefined;
  if (field !== undefined) return { path: paths.get(field) ?? '', rule, message };

  const original = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : '';
  const ofCode = /^Invalid QR parameter: (.{1,200})$/s.exec(original)?.[1];
  if (ofCode !== undefined) {
    return { path: pathNamedIn(ofCode, paths) ?? otherwise, rule, message: 'the API refuses this option of the code' };
  }
  const told = /^Parameter '([^']{1,200})' has an invalid value: .*Reason: (.{1,200})$/s.exec(original);
  const [, parameter = '', reason = ''] = told ?? [];
  // As it was sent, or as it was given.
  const name = Object.keys(data).find((one) => one === parameter || encodeAngleBrackets(one) === parameter);
  const path = name === undefined ? paths.get(parameter) : `data.${name}`;
  if (told === null || path === undefined) return { path: '', rule, message };
  // From the first quotation mark to the last: a quoted value may hold some of its own.
  const safe = reason.replaceAll(/'.*'|".*"/gs, '…');
  const shown = safe.toLowerCase();
  const leaks = [...Object.values(data), ...texts].some(
    (value) => value.length > 2 && formsOf(value).some((form) => shown.includes(form.toLowerCase())),
  );
  return { path, rule, message: leaks ? message : safe };
}

/** The first field that the text names as a word of its own. */
function pathNamedIn(text: string, paths: ReadonlyMap<string, string>): string | undefined {
  const words = text.toLowerCase().split(/[^a-z_]+/);
  return [...paths].find(([name]) => words.includes(name))?.[1];
}

/** A value as it was given, as it was sent, and as a URL has it. */
function formsOf(value: string): string[] {
  return [value, encodeAngleBrackets(value), encodeURIComponent(value.toWellFormed())];
}
