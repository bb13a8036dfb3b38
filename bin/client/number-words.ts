/** `1,234,567` */
export const n = (count: number) => count.toLocaleString('en');

/** `1 lot`, `2 lots`, `1,000 lots`. */
export const counted = (count: number, noun: string) => `${n(count)} ${noun}${count === 1 ? '' : 's'}`;

/** `2026-03-10 12:00:05`, UTC. */
export function instantWords(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().slice(0, 19).replace('T', ' ');
}
