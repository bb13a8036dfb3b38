import { describe, expect, it } from 'vitest';
import { defaultTtlSeconds, ttlSeconds } from '../../../../../lambdas/domain/contract/ttl.ts';

describe('a TTL', () => {
  it.each([
    ['10m', 600],
    ['20h', 72_000],
    ['14d', 1_209_600],
    ['14', 1_209_600],
    [14, 1_209_600],
    ['1m', 60],
    ['365d', 31_536_000],
    ['8760h', 31_536_000],
    ['525600m', 31_536_000],
  ])('of %s is %i seconds', (ttl, seconds) => {
    expect(ttlSeconds(ttl, 365)).toBe(seconds);
  });

  it.each([
    '366d',
    '366',
    '8761h',
    '525601m',
    '0',
    '0d',
    0,
    '',
    'd',
    '1w',
    '1.5d',
    1.5,
    '-1d',
    -1,
    ' 1d',
    '1d ',
    '1D',
    '014d',
    '007',
    '1 d',
    '+1d',
    '1e1',
  ])('of %j is refused, because the API would silently apply 31 days', (ttl) => {
    expect(ttlSeconds(ttl, 365)).toBeUndefined();
  });

  it('may have the newer documentation’s maximum, if configured', () => {
    expect(ttlSeconds('730d', 730)).toBe(63_072_000);
    expect(ttlSeconds('731d', 730)).toBeUndefined();
  });

  it('is 31 days by default', () => {
    expect(defaultTtlSeconds).toBe(2_678_400);
  });
});
