import { invalidParameter } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type Field, plainText } from './fields.ts';

/** 31 days, the API's default. */
export const defaultTtlSeconds = 31 * 86_400;

const secondsPerUnit = { m: 60, h: 3600, d: 86_400 } as const;

/**
 * The seconds of a request's `ttl`: `10m`, `20h`, `14d`, or a bare number of days.
 *
 * The settings decide what happens to a value that is unreadable, zero or over the maximum. It becomes the 31-day
 * default, or the API answers 400. `null` is always an error.
 */
export function ttlSeconds(ttl: Field, settings: Settings): number {
  const seconds = readTtl(ttl, settings.maxTtlDays);
  if (seconds !== undefined) return seconds;
  if (settings.outOfRangeTtl === 'default' && ttl.value !== null) return defaultTtlSeconds;
  const rule = `value should be minutes, hours or days, at most ${settings.maxTtlDays}d`;
  throw invalidParameter('ttl', plainText(ttl), rule);
}

/** The seconds of a `ttl`. Undefined if it is unreadable, zero or over the maximum. */
export function readTtl({ value }: Field, maxTtlDays: number): number | undefined {
  const asked = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const match = /^(\d{1,9})([mhd]?)$/.exec(asked);
  if (match === null) return undefined;
  const unit = match[2] === 'm' || match[2] === 'h' ? match[2] : 'd';
  const seconds = Number(match[1]) * secondsPerUnit[unit];
  return seconds > 0 && seconds <= maxTtlDays * secondsPerUnit.d ? seconds : undefined;
}

/** @throws ApiError 400 `invalid_parameter` for any value but true and false */
export function checkedRenewTtl(renewTtl: Field | undefined): boolean | undefined {
  if (renewTtl === undefined) return undefined;
  if (typeof renewTtl.value === 'boolean') return renewTtl.value;
  throw invalidParameter('renew_ttl', plainText(renewTtl), 'value should be true or false');
}
