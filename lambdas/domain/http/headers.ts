import { isRequestId } from '../contract/identity.ts';

/** The values of one header as they arrived, one for each line. Empty if the header is absent. */
export type HeaderValues = readonly string[];

/**
 * The key in `Idempotency-Key`. The header is a string of structured fields: `"order-17"`
 * (draft-ietf-httpapi-idempotency-key-header-07). Its parameters have no meaning. Many clients send it without quotes.
 *
 * @returns undefined if the header is absent
 */
export function idempotencyKeyOf(values: HeaderValues): { key: string } | 'malformed' | 'several' | undefined {
  const [value, ...others] = values;
  if (value === undefined) return undefined;
  if (others.length > 0) return 'several';
  const text = trimmed(value);
  const key = text.startsWith('"') ? quotedText(text) : text;
  if (key === undefined || !isRequestId(key)) return 'malformed';
  return { key };
}

/** A string of structured fields (RFC 9651, section 3.3.3), with parameters after it. Undefined if it is malformed. */
function quotedText(text: string): string | undefined {
  const inside = /^"((?:[^"\\]|\\["\\])*)"(?:;[\x20-\x7e]*)?$/.exec(text)?.[1];
  return inside?.replaceAll(/\\(["\\])/g, '$1');
}

/** The longest wait for an outcome, in seconds. API Gateway ends a call after 29 s (quotas of REST APIs). */
export const longestWaitSeconds = 25;

/**
 * The seconds in `Prefer: wait=N` (RFC 7240), at most `longestWaitSeconds`. Of several, the first counts. A value that
 * is not a number of seconds is ignored, as the RFC has it for preferences that a server does not understand.
 *
 * @returns 0 if the caller does not want to wait
 */
export function waitSecondsOf(values: HeaderValues): number {
  for (const preference of values.flatMap(preferencesIn)) {
    // A preference may have parameters after a semicolon. `wait` has none.
    const [first = ''] = preference.split(';');
    const equals = first.indexOf('=');
    if (trimmed(equals < 0 ? first : first.slice(0, equals)).toLowerCase() !== 'wait') continue;
    const value = equals < 0 ? '' : trimmed(first.slice(equals + 1));
    const seconds = value.startsWith('"') ? quotedText(value) : value;
    return seconds !== undefined && /^\d+$/.test(seconds) ? Math.min(Number(seconds), longestWaitSeconds) : 0;
  }
  return 0;
}

/** The preferences in one line, split at the commas outside quotes. */
function preferencesIn(line: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) {
      parts.push(line.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, line.slice(start)];
}

/**
 * Whether the body is declared as JSON in UTF-8. `application/json` has no charset parameter (RFC 8259), but many
 * clients send `charset=utf-8`.
 */
export function isJsonBody(contentType: HeaderValues): boolean {
  if (contentType.length !== 1) return false;
  const [type = '', ...parameters] = (contentType[0] ?? '').toLowerCase().split(';').map(trimmed);
  if (type !== 'application/json') return false;
  return parameters.every((parameter) => !parameter.startsWith('charset') || /^charset="?utf-8"?$/.test(parameter));
}

/** Whether the body is declared as compressed, or as changed in another way (RFC 9110, section 8.4). */
export const isEncodedBody = (contentEncoding: HeaderValues): boolean =>
  contentEncoding
    .flatMap((line) => line.split(','))
    .some((coding) => !['', 'identity'].includes(trimmed(coding).toLowerCase()));

/** Whether a validator in `If-None-Match` is this one (RFC 9110, section 13.1.2). */
export function matchesNone(values: HeaderValues, etag: string): boolean {
  return values
    .flatMap((line) => line.split(','))
    .map((one) => trimmed(one).replace(/^W\//, ''))
    .some((one) => one === '*' || one === etag);
}

/** Without optional white space (RFC 9110) at both ends. */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && (text[start] === ' ' || text[start] === '\t')) start++;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(start, end);
}
