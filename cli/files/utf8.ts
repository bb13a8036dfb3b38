/** Where bytes stop being UTF-8 (RFC 3629): the offset of the first byte of what is none; undefined when all of them are. */
export function firstNotUtf8(bytes: Uint8Array): number | undefined {
  let at = 0;
  while (at < bytes.length) {
    const length = lengthAt(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return undefined;
}

/** The length of the character at an offset; 0 when there is none. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const second = bytes[at + 1] ?? 0;
  const follows = (from: number, to: number) => second >= from && second <= to;
  const rest = (count: number) => {
    for (let next = at + 2; next < at + count; next++) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
    return count;
  };
  if (first >= 0xc2 && first <= 0xdf) return follows(0x80, 0xbf) ? 2 : 0;
  // Neither longer forms than needed nor halves of surrogate pairs.
  if (first === 0xe0) return follows(0xa0, 0xbf) ? rest(3) : 0;
  if (first === 0xed) return follows(0x80, 0x9f) ? rest(3) : 0;
  if (first >= 0xe1 && first <= 0xef) return follows(0x80, 0xbf) ? rest(3) : 0;
  if (first === 0xf0) return follows(0x90, 0xbf) ? rest(4) : 0;
  if (first === 0xf4) return follows(0x80, 0x8f) ? rest(4) : 0;
  if (first >= 0xf1 && first <= 0xf3) return follows(0x80, 0xbf) ? rest(4) : 0;
  return 0;
}
