/** The API's default: 31 days. */
export const defaultTtlSeconds = 31 * 86_400;

const secondsPerUnit = { m: 60, h: 3_600, d: 86_400 } as const;

/**
 * A TTL as the API writes it (`10m`, `20h`, `14d`; a bare number means days) in seconds, or undefined when it is none,
 * is zero, begins with one, or is longer than the maximum. The API would not refuse those: it would silently make the link live 31 days.
 */
export function ttlSeconds(ttl: string | number, maxDays: number): number | undefined {
  const match = /^([1-9]\d{0,8})([mhd]?)$/.exec(String(ttl));
  if (match === null) return undefined;
  const unit = (match[2] || 'd') as keyof typeof secondsPerUnit;
  const seconds = Number(match[1]) * secondsPerUnit[unit];
  return seconds > 0 && seconds <= maxDays * secondsPerUnit.d ? seconds : undefined;
}
