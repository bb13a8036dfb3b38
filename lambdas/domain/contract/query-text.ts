/**
 * The characters that a caller of the API's version 1.0 must encode in `data`, or each becomes a blank. Its documents
 * print the apostrophe as a typographic one, so both are here. The percent sign is not in their list. It is encoded as
 * well, since otherwise a value with `%2F` could not be reported from one with a slash.
 */
const reserved = /[;*!@#?$^:&~`=+'’></%]/g;
const left = /[!'*~]/g;
/** The same, without the percent sign of encoded characters. */
const bare = /[;*!@#?$^:&~`=+'’></]/;
const encodedRun = /(?:%[0-9a-f]{2})+/gi;

const inHex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** The text with the reserved characters percent-encoded. */
export function encodeReserved(text: string): string {
  return text.replaceAll(reserved, (character) => encodeURIComponent(character).replace(left, inHex));
}

/** Whether the text holds a reserved character that is not encoded. */
export const holdsReserved = (text: string): boolean => bare.test(text);

/** Undoes {@link encodeReserved}. What is no percent-encoded UTF-8 stays as it is. */
export function decodeReserved(text: string): string {
  return text.replaceAll(encodedRun, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** The characters of the query string that the data makes. A blank counts three, as `%20`. */
export function queryCharacters(data: Record<string, string>): number {
  const inQuery = (text: string) => encodeURIComponent(text.toWellFormed()).replaceAll(left, inHex).length;
  const pairs = Object.entries(data).map(([name, value]) => inQuery(name) + inQuery(value) + 1);
  return pairs.reduce((sum, length) => sum + length, 0) + Math.max(0, pairs.length - 1);
}
