/** The API's default: 31 days. */
export const defaultTtlSeconds = 31 * 86_400;

const secondsPerUnit = { m: 60, h: 3_600, d: 86_400 } as const;

/**
 * A TTL in the API's format (`10m`, `20h`, `14d`, or a bare number of days) in seconds. It is undefined if the TTL is
 * malformed, is zero, has a leading zero, or exceeds the maximum. The API would not refuse such a TTL but silently
 * apply 31 days.
 */
export function ttlSeconds(ttl: string | number, maxDays: number): number | undefined {
  const match = /^([1-9]\d{0,8})([mhd]?)$/.exec(String(ttl));
  if (match === null) return undefined;
  const unit = (match[2] || 'd') as keyof typeof secondsPerUnit;
  const seconds = Number(match[1]) * secondsPerUnit[unit];
  return seconds > 0 && seconds <= maxDays * secondsPerUnit.d ? seconds : undefined;
}
