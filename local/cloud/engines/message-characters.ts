/**
 * #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF. This excludes half of a surrogate pair.
 */
const refused = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Whether a message has a character that SQS refuses. */
export function holdsRefusedCharacter(text: string): boolean {
  return refused.test(text);
}
