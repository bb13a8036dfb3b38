import type { Dialect } from './dialect.ts';
import { isWrite, type Operation } from './operation.ts';

/**
 * What an answer of the OneLink API means for its caller. This file alone decides on status codes.
 *
 * - `ok`               done
 * - `exists`           409: the short-link ID is taken, perhaps by an earlier copy of this request
 * - `taken-or-invalid` the API refuses a create with unknown words: its ID is taken, or the request is invalid. A GET,
 *                      which is free, shows which
 * - `absent`           404: the link does not exist
 * - `permanent`        the request is invalid and a retry cannot succeed
 * - `transient`        the API changed nothing, and a retry may succeed
 * - `ambiguous`        the API may have applied the write: verify it with a GET, which is free
 * - `slow-down`        above the rate: retry later, at a slower pace
 * - `quota-spent`      the month's calls are used up
 * - `account-blocked`  the token is refused or the feature is off, so every call fails
 */
export type Meaning =
  | 'ok'
  | 'exists'
  | 'taken-or-invalid'
  | 'absent'
  | 'permanent'
  | 'transient'
  | 'ambiguous'
  | 'slow-down'
  | 'quota-spent'
  | 'account-blocked';

/** The result of a call: an answer, or none. */
export type ApiResult =
  | { status: number; body: unknown }
  /** `not-sent`: no byte of the request left (name not resolved, connection refused). */
  | {
      unanswered: 'not-sent' | 'reset' | 'timeout';
      /**
       * Set if a reused connection was reset before the first byte of the answer. Most likely the server had closed it
       * before.
       */
      onReusedSocket?: true;
    };

type Row = Readonly<Record<string, Meaning>>;

const write: Row = {
  '200': 'ok',
  '400 invalid_parameter': 'permanent',
  '400 invalid_source': 'permanent',
  // "Failed to create shortlink." leaves open whether the link was stored.
  '400 internal_error': 'ambiguous',
  '401 authentication_failure': 'account-blocked',
  '403 feature_not_enabled': 'account-blocked',
  '404 invalid_parameter': 'absent',
  '429 rate_limit_exceeded': 'slow-down',
  '429 quota_exceeded': 'quota-spent',
};
const dataWrite: Row = {
  ...write,
  '400 limit_exceeded': 'permanent',
  '401 wrong_brand_domain': 'permanent',
  '403 wrong_brand_domain': 'permanent',
};

const documentedInV2: Record<Operation, Row> = {
  // A create's 404 concerns the template, since its link does not exist yet.
  create: { ...dataWrite, '404 invalid_parameter': 'permanent', '409 invalid_parameter': 'exists' },
  update: dataWrite,
  delete: write,
  read: {
    '200': 'ok',
    '400 invalid_source': 'permanent',
    '401 authentication_failure': 'account-blocked',
    '404 invalid_parameter': 'absent',
  },
  qr: {
    '200': 'ok',
    '400 invalid_source': 'permanent',
    '400 invalid_parameter': 'permanent',
    '400 qr_error': 'transient',
    '401 authentication_failure': 'account-blocked',
    '404 invalid_parameter': 'absent',
    '429 rate_limit_exceeded': 'slow-down',
  },
  quota: { '200': 'ok' },
};

// Bare texts, which `typesOfTexts` below names by types of version 2.0.
const answeredInV1: Row = {
  '200': 'ok',
  '400 invalid_parameter': 'permanent',
  '401 authentication_failure': 'account-blocked',
  '404 ': 'absent',
};
const writeInV1: Row = {
  ...answeredInV1,
  '400 limit_exceeded': 'permanent',
  '429 rate_limit_exceeded': 'slow-down',
  '429 quota_exceeded': 'quota-spent',
};
const documentedInV1: Record<Operation, Row> = {
  create: {
    ...writeInV1,
    // The guide has 400 and publishes no words. The reference has 409, with these words.
    '400 shortlink_id_taken': 'exists',
    '409 shortlink_id_taken': 'exists',
    '404 ': 'permanent',
  },
  update: writeInV1,
  delete: writeInV1,
  read: answeredInV1,
  qr: {},
  quota: documentedInV2.quota,
};

/** The documented answers of the API, by version and operation. */
const documented: Record<Dialect, Record<Operation, Row>> = { 'v2.0': documentedInV2, 'v1.0': documentedInV1 };

/** The meaning of a call's result. An undocumented answer gets the safest meaning of its class. */
export function meaningOf(operation: Operation, result: ApiResult, dialect: Dialect): Meaning {
  const lost: Meaning = isWrite(operation) ? 'ambiguous' : 'transient';
  if ('unanswered' in result) return result.unanswered === 'not-sent' ? 'transient' : lost;
  const { status } = result;
  const { type, message } = apiErrorOf(result.body);
  const known = documented[dialect][operation][status === 200 ? '200' : `${status} ${type}`];
  if (known !== undefined) return known;

  if (status === 429) return /quota/.test(`${type} ${message}`) ? 'quota-spent' : 'slow-down';
  if (status === 401) return 'account-blocked';
  // A 403 without a known type may come from a firewall in front of the API, so the message is not at fault.
  if (status === 403) return type === 'wrong_brand_domain' ? 'permanent' : 'account-blocked';
  if (status === 404) return operation === 'create' ? 'permanent' : 'absent';
  if (status === 409) return operation === 'create' ? 'exists' : 'transient';
  if (status === 408 || status === 425) return lost;
  // The API may report its own failure with a 4xx status, as it does for a POST.
  if (type === 'internal_error') return lost;
  // Version 1.0 may refuse a taken ID with a 400, whose words are not published.
  if (dialect === 'v1.0' && operation === 'create' && status === 400) {
    return /^failed to/.test(message) ? 'ambiguous' : 'taken-or-invalid';
  }
  if (status >= 400 && status < 500) return 'permanent';
  // 1xx, 2xx other than 200, 3xx and 5xx.
  return lost;
}

/** The texts of version 1.0, with the types that version 2.0 has for the same errors. In lower case. */
const typesOfTexts: Readonly<Record<string, string>> = {
  'data sent exceeds limit': 'limit_exceeded',
  'invalid/no data in request': 'invalid_parameter',
  'subdomain undefined / invalid shortlink id': 'invalid_parameter',
  'authentication failed': 'authentication_failure',
  'monthly quota exceeded': 'quota_exceeded',
  'rate limit exceeded': 'rate_limit_exceeded',
  'api call failed on throttle limit': 'rate_limit_exceeded',
};
const takenText = /already (?:in use|exists|taken)/;

function typeOfText(text: string): string {
  if (Object.hasOwn(typesOfTexts, text)) return typesOfTexts[text] ?? '';
  return takenText.test(text) ? 'shortlink_id_taken' : '';
}

/** The API's error, in lower case. Older answers name the type `error-type` or `code`. The oldest are bare text. */
export function apiErrorOf(body: unknown): { type: string; message: string } {
  if (typeof body === 'string') {
    const message = body.toLowerCase();
    return { type: typeOfText(message), message };
  }
  if (typeof body !== 'object' || body === null) return { type: '', message: '' };
  const fields = body as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : '');
  return {
    type: text(fields.error_type ?? fields['error-type'] ?? fields.code),
    message: text(fields.message ?? fields.details),
  };
}
