import { describe, expect, it } from 'vitest';
import { emptyControl, type Health } from '../../../../lambdas/domain/control/control-record.ts';
import { type ApiHealth, nextHealth, observedHealth } from '../../../../lambdas/governor/health.ts';

/**
 * One observation a minute: `.` good, `x` outage, `t` token refused, `f` feature off. @returns the minutes with paused
 * lanes
 */
function paused(minutes: string): string {
  const observed: Record<string, ApiHealth> = { '.': 'good', x: 'api-outage', t: 'token-refused', f: 'feature-off' };
  let health: Health = emptyControl.health;
  return [...minutes]
    .map((minute, index) => {
      health = nextHealth(health, observed[minute] ?? 'good', index * 60_000);
      return health.pausedFor === undefined ? '.' : 'P';
    })
    .join('');
}

describe('a pause of the lanes', () => {
  it.each([
    ['begins after four minutes of an outage, and ends after two good minutes', 'xxxx.......', '...PP......'],
    ['does not begin after three bad minutes', 'xxx........', '...........'],
    ['begins after two minutes of a refused token, which may be a rotation', '.t.tt...', '....PP..'],
    ['begins at once when the feature is off', '.f..', '.PP.'],
    ['begins when the API fails two minutes of three', 'xx.xx.xx.xx....', '......PPPPPP...'],
  ])('%s', (_, minutes, expected) => {
    expect(paused(minutes)).toBe(expected);
  });

  it('needs twice as many good minutes to end with each recent pause, and two again hours later', () => {
    const needed = (before: string) => {
      const all = paused(`${before}xxxx${'.'.repeat(30)}`).slice(before.length + 4);
      return all.indexOf('.') + 1;
    };
    expect(needed('')).toBe(2);
    expect(needed('xxxx..')).toBe(4);
    expect(needed('xxxx..xxxx....')).toBe(8);
    expect(needed('xxxx..xxxx....xxxx........')).toBe(16);
    expect(needed(`xxxx..xxxx....xxxx........xxxx${'.'.repeat(16)}`)).toBe(16);
    expect(needed(`xxxx..${'.'.repeat(121)}`)).toBe(2);
  });

  it('has the current failure as its reason, not the first one', () => {
    const during = nextHealth(
      { ...emptyControl.health, strikes: 4, pausedFor: 'api-outage', pauses: 1 },
      'token-refused',
      0,
    );
    expect(during.pausedFor).toBe('token-refused');
  });
});

describe('the observed health', () => {
  const lastRunAt = 1_000;
  it.each<[string, ApiHealth, object, ApiHealth]>([
    ['is an outage that workers signal and the probe does not see', 'good', { apiOutageAt: 1_500 }, 'api-outage'],
    [
      'is a disabled feature that workers signal, since only a POST shows it',
      'good',
      { featureOffAt: 1_000 },
      'feature-off',
    ],
    ['ignores signals from before the last run', 'good', { apiOutageAt: 999, featureOffAt: 999 }, 'good'],
    [
      'ignores a signalled refusal of the token that the later probe finds good',
      'good',
      { tokenRefusedAt: 1_500 },
      'good',
    ],
    ['is the probe’s own failure before any signal', 'token-refused', { apiOutageAt: 1_500 }, 'token-refused'],
  ])('%s', (_, probe, signals, expected) => {
    expect(observedHealth(probe, signals, lastRunAt)).toBe(expected);
  });
});
