/** How often a text is decoded at most. Each reader on a link's way may decode it once. */
const maxDecodings = 10;

/** Signs that nobody sees. Some readers drop them: WHATWG's URL parser drops tabs and line breaks, IDNA a soft hyphen. */
const unseen = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Blanks before a text. A decoder of forms reads `+` as a blank. */
const leadingBlanks = /^[\s\p{Z}\p{C}+]+/u;

/** All that a reader of the text may see in it. */
export interface Readings {
  /** The text as a lenient reader begins to read it, and again after each decoding. It has at least one entry. */
  all: [string, ...string[]];
  /** The one that no decoding changes. It is undefined if the text still changes after ten. */
  last: string | undefined;
}

/**
 * Reads a text as lenient readers do: in the compatibility form of Unicode (NFKC), without unseen signs and leading blanks.
 * It decodes the text until nothing changes.
 */
export function readingsOf(text: string): Readings {
  let reading = asRead(text);
  const all: Readings['all'] = [reading];
  for (let decodings = 0; decodings <= maxDecodings; decodings++) {
    const next = reading.includes('%') ? asRead(decode(reading)) : reading;
    if (next === reading) return { all, last: reading };
    all.push(next);
    reading = next;
  }
  return { all, last: undefined };
}

/** The text before any decoding. */
export function asRead(text: string): string {
  // Most texts are printable ASCII, and need no more.
  const seen = /^[\x20-\x7e]*$/.test(text) ? text : text.normalize('NFKC').replaceAll(unseen, '');
  return seen.replace(leadingBlanks, '');
}

/** Decodes percent signs once. `%u0068` is the form of JavaScript's `unescape`. */
const decode = (text: string) =>
  text
    .replaceAll(/%u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) =>
      lenientUtf8(
        run
          .slice(1)
          .split('%')
          .map((hex) => Number.parseInt(hex, 16)),
      ),
    );

/**
 * Decodes UTF-8 as the most lenient decoder does, so that malformed bytes hide nothing. It reads forms that are longer than
 * needed (`%C0%AF` is a slash), and leaves out bytes that mean nothing.
 */
function lenientUtf8(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at++] ?? 0;
    // The number of leading one bits is the number of bytes of the character.
    const length = Math.clz32(~lead << 24) || 1;
    let code = lead < 0x80 ? lead : lead & (0x7f >> length);
    let read = 1;
    for (let next = bytes[at] ?? 0; read < length && (next & 0xc0) === 0x80; next = bytes[at] ?? 0, read++) {
      code = code * 64 + (next & 0x3f);
      at++;
    }
    const isCharacter = (lead < 0x80 || length > 1) && read === length && code <= 0x10ffff;
    if (isCharacter) text += String.fromCodePoint(code);
  }
  return text;
}
