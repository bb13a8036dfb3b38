import { instantWords, n, percent } from '../../cli/words/words.ts';

export const unknown = 'unknown';

/** A count for people. A number that nobody knows is never shown as 0. */
export const number = (value: number | null | undefined) =>
  value === null || value === undefined ? unknown : n(value);

/** `0.4`, `12`, `950`: a rate, with a digit after the point below ten. */
export function rate(value: number | null): string {
  if (value === null) return unknown;
  return value !== 0 && value < 10 ? value.toFixed(1) : n(Math.round(value));
}

export const share = (value: number | null) => (value === null ? unknown : percent(value));

/** `2026-03-10 12:00:05 UTC` */
export const instant = (at: number | null) => (at === null ? unknown : `${instantWords(at)} UTC`);

const byteUnits = ['bytes', 'KB', 'MB', 'GB'] as const;

/** `512 bytes`, `1.2 MB` */
export function bytes(count: number): string {
  const power = count < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(count) / 3));
  return power === 0 ? `${n(count)} bytes` : `${(count / 1000 ** power).toFixed(1)} ${byteUnits[power]}`;
}

/** `dead-letters` → `Dead letters`, `qr-stored` → `QR stored` */
export function title(name: string): string {
  const words = name.replaceAll('-', ' ').replace(/^qr\b/, 'QR');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
