/** Characters without a width, which text editors and mails leave behind. No URL has one. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

const around: readonly (readonly [open: string, close: string])[] = [
  ['<', '>'],
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
  ['(', ')'],
  ['[', ']'],
];

/**
 * A short URL as exports and mails write it, in its plain form. It only undoes what leaves no doubt: other text comes back as it is.
 *
 * - invisible characters, and signs around the URL: `<https://…>`
 * - a URL that is encoded as a whole: `https%3A%2F%2F…`, and letters, digits, `-` and `_` that are encoded: `%61bc`
 * - `//` without a scheme, the scheme's own port, and the dot after the host's name
 * - punctuation after the URL: no short-link ID ends in it
 */
export function plainUrl(cell: string): string {
  const text = unwrapped(cell.replaceAll(invisible, '').trim());
  const decoded = /^https?%3a%2f%2f/i.test(text) ? decodedAsWhole(text) : text;
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(decoded) ?? [];
  const plain = path
    .replaceAll(/%([0-9a-f]{2})/gi, decodedUnreserved)
    .replace(/^\/\/(?=[^/])/, '')
    .replace(/^((?:https:\/\/)?[^/:]+):443(?=\/)/i, '$1')
    .replace(/^(http:\/\/[^/:]+):80(?=\/)/i, '$1')
    .replace(/^((?:https?:\/\/)?[^/:]*[^/:.])\.(?=\/)/i, '$1');
  return rest === '' ? plain.replace(/[.,;:!)\]>]+$/, '') : `${plain}${rest}`;
}

function unwrapped(text: string): string {
  const pair = around.find(([open, close]) => text.length > 1 && text.startsWith(open) && text.endsWith(close));
  return pair === undefined ? text : unwrapped(text.slice(1, -1).trim());
}

function decodedAsWhole(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 3986, section 6.2.2.2: an unreserved character names the same whether it is encoded or not. */
function decodedUnreserved(written: string, digits: string): string {
  const character = String.fromCharCode(Number.parseInt(digits, 16));
  return /[A-Za-z0-9_-]/.test(character) ? character : written;
}
