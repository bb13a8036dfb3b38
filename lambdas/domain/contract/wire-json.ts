/**
 * Every code unit outside #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD. SQS and SNS refuse the others or store U+FFFD
 * for them. They take characters above U+FFFF as well, but not every tool on the way does: their surrogates match here, too.
 */
const unsafeOnTheWire = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g;

/** JSON text that says the same in characters that SQS and SNS take as they are. */
export function wireText(json: string): string {
  return json.replaceAll(unsafeOnTheWire, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value as JSON for the body of a message. */
export function wireJson(value: unknown): string {
  return wireText(JSON.stringify(value));
}
