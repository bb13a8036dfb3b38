import { createHash } from 'node:crypto';

/** Names that Windows keeps for devices, with any ending. */
const device = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
/** File systems allow 255 bytes. This leaves room for a number and an ending. */
const mostBytes = 180;

/**
 * A text as the name of a file, without its ending, on every usual system. Letters of all languages stay. It has no
 * separators of folders, so it never leads out of its folder.
 *
 * @returns an empty text if nothing of it can be in a name
 */
export function safeName(text: string): string {
  const letters = text
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll(/[/\\:*?"<>|]/g, '_')
    .replaceAll(/\s+/gu, ' ')
    .replace(/^[. ]+/, '');
  const name = shortened(letters).replace(/[. ]+$/, '');
  return device.test(name) ? `_${name}` : name;
}

/** Cuts between letters, never within one. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= mostBytes) return name;
  let short = '';
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter('en').segment(name)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > mostBytes) break;
    short += segment;
  }
  return short;
}

/**
 * Gives each name once, and numbers the others: `spring`, `spring-2`. Names that differ only in capitals are the same on
 * many systems. It keeps eight bytes for each name, so a million names need some 50 MB.
 */
export class DistinctNames {
  readonly #taken = new Set<bigint>();
  readonly #counts = new Map<bigint, number>();

  take(name: string): string {
    const first = digestOf(name);
    let number = this.#counts.get(first) ?? 1;
    for (;;) {
      const numbered = number === 1 ? name : `${name}-${number}`;
      const digest = digestOf(numbered);
      number += 1;
      if (this.#taken.has(digest)) continue;
      this.#taken.add(digest);
      if (number > 2) this.#counts.set(first, number);
      return numbered;
    }
  }
}

/** Two different names of one digest would only be numbered. */
const digestOf = (name: string) =>
  createHash('sha256').update(name.toLowerCase().normalize('NFC')).digest().readBigUInt64LE();
