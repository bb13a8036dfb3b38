/**
 * Every code unit outside #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD. SQS and SNS refuse these units or store
 * U+FFFD instead. They accept characters above U+FFFF, but some tools on the way do not, so their surrogates match here
 * too.
 */
const unsafeOnTheWire = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g;

/** Equivalent JSON text, in characters that SQS and SNS keep unchanged. */
export function wireText(json: string): string {
  return json.replaceAll(unsafeOnTheWire, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value as JSON for the body of a message. */
export function wireJson(value: unknown): string {
  return wireText(JSON.stringify(value));
}
