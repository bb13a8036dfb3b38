import { describe, expect, it } from 'vitest';
import { emptyControl, type Health } from '../../../../lambdas/domain/control/control-record.ts';
import { nextHealth, type Verdict, verdictOf } from '../../../../lambdas/governor/health.ts';

/** Minutes, one verdict each: `.` good, `x` outage, `t` token refused, `f` feature off. @returns minutes in which lanes were paused */
function paused(minutes: string): string {
  const verdicts: Record<string, Verdict> = { '.': 'good', x: 'api-outage', t: 'token-refused', f: 'feature-off' };
  let health: Health = emptyControl.health;
  return [...minutes]
    .map((minute, index) => {
      health = nextHealth(health, verdicts[minute] ?? 'good', index * 60_000);
      return health.pausedFor === undefined ? '.' : 'P';
    })
    .join('');
}

describe('the lanes are paused', () => {
  it.each([
    ['after four minutes of an outage, until two good minutes', 'xxxx.......', '...PP......'],
    ['not by three bad minutes', 'xxx........', '...........'],
    ['after two minutes of a refused token: it may be a rotation', '.t.tt...', '....PP..'],
    ['at once when the feature is off', '.f..', '.PP.'],
    ['by an API that is bad two minutes of three', 'xx.xx.xx.xx....', '......PPPPPP...'],
  ])('%s', (_, minutes, expected) => {
    expect(paused(minutes)).toBe(expected);
  });

  it('twice as many good minutes are asked for with each pause of late, and as few as at first when it was long ago', () => {
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

  it('for what is wrong now, not for what was wrong at first', () => {
    const during = nextHealth(
      { ...emptyControl.health, strikes: 4, pausedFor: 'api-outage', pauses: 1 },
      'token-refused',
      0,
    );
    expect(during.pausedFor).toBe('token-refused');
  });
});

describe('what the workers have met counts', () => {
  const lastRunAt = 1_000;
  it.each<[string, Verdict, object, Verdict]>([
    ['an outage that the probe does not see', 'good', { apiOutageAt: 1_500 }, 'api-outage'],
    ['the feature being off, which shows in POSTs alone', 'good', { featureOffAt: 1_000 }, 'feature-off'],
    ['not from before the last run', 'good', { apiOutageAt: 999, featureOffAt: 999 }, 'good'],
    ['not a refused token: the probe is later, and found it good', 'good', { tokenRefusedAt: 1_500 }, 'good'],
    ['less than what the probe sees itself', 'token-refused', { apiOutageAt: 1_500 }, 'token-refused'],
  ])('%s', (_, probe, signals, expected) => {
    expect(verdictOf(probe, signals, lastRunAt)).toBe(expected);
  });
});
