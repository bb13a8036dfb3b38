import type { Fault } from '../contract/fault.ts';
import { encodeAngleBrackets } from '../contract/link-data.ts';
import { apiErrorOf, type Meaning } from './failure-table.ts';

/** An answer of the OneLink API, as its client returns it. */
export type ApiAnswer<Value> =
  | { meaning: 'ok'; value: Value }
  | {
      meaning: Exclude<Meaning, 'ok'>;
      fault: Fault;
      /** Set if a reused connection was reset, which proves nothing about the API's health. */
      onReusedSocket?: true;
    };

/** A link, as a GET returns it. */
export interface LinkAtApi {
  data: Record<string, unknown>;
  /** Epoch seconds. Missing if the API does not report it, as its version 1.0. */
  expiresAt?: number;
  /**
   * The link's configured TTL, if the API returns it. Presumably in seconds, since the documentation does not state the
   * unit.
   */
  ttlSeconds?: number;
}

const ownWords: Record<string, string> = {
  limit_exceeded: 'the API reports that the data exceeds its limit',
  invalid_parameter: 'the API reports that the request is invalid',
  invalid_source: 'the link was made outside the API (user interface, bulk tool, SDK), which cannot change it',
  internal_error: 'the API failed',
  authentication_failure: 'the API refuses the token',
  feature_not_enabled: 'the OneLink API is not enabled for this account',
  wrong_brand_domain: 'the API reports that the brand domain does not belong to the account or template',
  rate_limit_exceeded: 'above the account’s rate',
  quota_exceeded: 'the month’s quota is spent',
  shortlink_id_taken: 'the API reports that the short-link ID is in use',
  qr_error: 'the API failed to draw the QR code',
};

/** The content of the call that the API refused. */
export interface AskedOfApi {
  /** The link's parameters, as in the command. */
  data?: Record<string, string>;
  /** The other fields of the call: the API's name, and the path in the command. */
  paths?: ReadonlyMap<string, string>;
  /** The texts of those fields. */
  texts?: readonly string[];
  /** The path of a fault that names no known field. */
  otherwise?: string;
}

/** Error types that concern one field without naming it. */
const fieldOfType: Readonly<Record<string, string>> = { limit_exceeded: 'data', wrong_brand_domain: 'brand_domain' };

/**
 * The API's error as a fault without values. The API's texts echo values (`Parameter 'af_r' has an invalid value:
 * '…'`). So the fault keeps only the parameter's name, if the command has it, and the reason without its quotations. If
 * the reason still contains a value of the command, the fault drops the reason.
 */
export function faultOfApiError(status: number | undefined, body: unknown, asked: AskedOfApi = {}): Fault {
  const { data = {}, paths = new Map<string, string>(), texts = [], otherwise = '' } = asked;
  if (status === undefined) return { path: '', rule: 'api-unanswered', message: 'the API did not answer' };
  const { type } = apiErrorOf(body);
  const known = Object.hasOwn(ownWords, type);
  const rule = `api-${status}${known ? `-${type.replaceAll('_', '-')}` : ''}`;
  const message =
    // A POST's 404 concerns the template, any other 404 the link.
    status === 404
      ? 'the API has no such link or template'
      : (known && ownWords[type]) || `the API answered with status ${status}`;
  const field = Object.hasOwn(fieldOfType, type) ? fieldOfType[type] : undefined;
  if (field !== undefined) return { path: paths.get(field) ?? '', rule, message };

  const original = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : '';
  const ofCode = /^Invalid QR parameter: (.{1,200})$/s.exec(original)?.[1];
  if (ofCode !== undefined) {
    return { path: pathNamedIn(ofCode, paths) ?? otherwise, rule, message: 'the API refuses this option of the code' };
  }
  const named = /^Parameter '([^']{1,200})' has an invalid value: .*Reason: (.{1,200})$/s.exec(original);
  const [, parameter = '', reason = ''] = named ?? [];
  // The name as it was sent, or as it is in the command.
  const name = Object.keys(data).find((one) => one === parameter || encodeAngleBrackets(one) === parameter);
  const path = name === undefined ? paths.get(parameter) : `data.${name}`;
  if (named === null || path === undefined) return { path: '', rule, message };
  // Removes everything from the first quotation mark to the last, because a quoted value may contain quotation marks.
  const safe = reason.replaceAll(/'.*'|".*"/gs, '…');
  const shown = safe.toLowerCase();
  const leaks = [...Object.values(data), ...texts].some(
    (value) => value.length > 2 && formsOf(value).some((form) => shown.includes(form.toLowerCase())),
  );
  return { path, rule, message: leaks ? message : safe };
}

/** The first field that the text names as a separate word. */
function pathNamedIn(text: string, paths: ReadonlyMap<string, string>): string | undefined {
  const words = text.toLowerCase().split(/[^a-z_]+/);
  return [...paths].find(([name]) => words.includes(name))?.[1];
}

/** A value as in the command, as it was sent, and in URL encoding. */
function formsOf(value: string): string[] {
  return [value, encodeAngleBrackets(value), encodeURIComponent(value.toWellFormed())];
}
