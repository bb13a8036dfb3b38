import { describe, expect, it } from 'vitest';
import { allKinds, kindsNamed } from '../../../../local/weather/kinds.ts';
import { WeatherPlan } from '../../../../local/weather/plan.ts';

const decisions = (plan: WeatherPlan, kind: 'dynamodb-throttles' | 'dynamodb-lost-answers') =>
  Array.from({ length: 200 }, () => plan.strikes(kind));

describe('the plan of the weather', () => {
  it('is the same for the same seed, and differs for another seed', () => {
    const first = decisions(new WeatherPlan({ seed: 7, strength: 'storm' }), 'dynamodb-throttles');
    const again = decisions(new WeatherPlan({ seed: 7, strength: 'storm' }), 'dynamodb-throttles');
    const other = decisions(new WeatherPlan({ seed: 8, strength: 'storm' }), 'dynamodb-throttles');
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first).toContain(true);
  });

  it('makes the same decisions on a kind, whatever other kinds are on', () => {
    const alone = new WeatherPlan({ seed: 7, strength: 'storm', kinds: ['dynamodb-throttles'] });
    const together = new WeatherPlan({ seed: 7, strength: 'storm' });
    decisions(together, 'dynamodb-lost-answers');
    expect(decisions(together, 'dynamodb-throttles')).toEqual(decisions(alone, 'dynamodb-throttles'));
  });

  it('lets a kind occur with its probability, counts it, and never lets a disabled kind occur', () => {
    const plan = new WeatherPlan({
      seed: 1,
      kinds: ['dynamodb-throttles'],
      chances: { 'dynamodb-throttles': 0.25, 'dynamodb-lost-answers': 1 },
    });
    const occurrences = Array.from({ length: 4_000 }, () => plan.strikes('dynamodb-throttles')).filter(Boolean).length;
    expect(occurrences / 4_000).toBeCloseTo(0.25, 1);
    expect(decisions(plan, 'dynamodb-lost-answers')).not.toContain(true);
    expect([...plan.counts()]).toEqual([['dynamodb-throttles', occurrences]]);
  });

  it('picks at least one of several, and not always all', () => {
    const plan = new WeatherPlan({ seed: 1 });
    const sizes = Array.from({ length: 100 }, () => plan.some('dynamodb-unprocessed-keys', ['a', 'b', 'c']).size);
    expect(Math.min(...sizes)).toBe(1);
    expect(new Set(sizes).size).toBeGreaterThan(1);
  });
});

describe('a list of kinds', () => {
  it('accepts whole names and prefixes', () => {
    expect(kindsNamed('dynamodb-throttles')).toEqual(['dynamodb-throttles']);
    expect(kindsNamed('dynamodb')).toEqual(allKinds.filter((kind) => kind.startsWith('dynamodb-')));
  });

  it('is refused with the list of all names if a name matches no kind', () => {
    expect(() => kindsNamed('dynamodb,hail')).toThrow(/"hail".*dynamodb-throttles/);
    expect(() => kindsNamed('dynamodb,')).toThrow(/""/);
  });
});
