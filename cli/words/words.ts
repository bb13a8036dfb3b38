/** `1,234,567` */
export const n = (count: number) => count.toLocaleString('en');

/** `1 lot`, `2 lots`, `1,000 lots`. */
export const counted = (count: number, noun: string) => `${n(count)} ${noun}${count === 1 ? '' : 's'}`;

/** `6.5 %`, `34 %`. */
export const percent = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;

/** `2026-03-10 12:00:05`, UTC. */
export function instantWords(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().slice(0, 19).replace('T', ' ');
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** `3 d 4 h`, `12 min 5 s`, `0 s`: the two largest units. */
export function durationWords(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (parts.length > 0 || whole > 0) parts.push(whole > 0 ? `${whole} ${unit}` : '');
  }
  return parts.slice(0, 2).filter(Boolean).join(' ') || '0 s';
}

/** Names that are no words if they are only taken apart. */
const factNames: Readonly<Record<string, string>> = { httpRecords: 'HTTP records', place: 'in' };

/** A fact of an audit record: `live links 12`, `lanes campaign, qr`, `changed none`. */
export function factWords(name: string, value: string | number | boolean | readonly string[]): string {
  const words = factNames[name] ?? name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const shown = typeof value === 'number' ? n(value) : typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
  return `${words} ${[shown].flat().join(', ') || 'none'}`;
}

/** Text from outside, with invisible characters and terminal control characters spelt out. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
}
