import { describe, expect, it } from 'vitest';
import { allKinds, kindsNamed } from '../../../../local/weather/kinds.ts';
import { WeatherPlan } from '../../../../local/weather/plan.ts';

const decisions = (plan: WeatherPlan, kind: 'dynamodb-throttles' | 'dynamodb-lost-answers') =>
  Array.from({ length: 200 }, () => plan.strikes(kind));

describe('the plan of the weather', () => {
  it('is the same for the same seed, and another one for another seed', () => {
    const first = decisions(new WeatherPlan({ seed: 7, strength: 'storm' }), 'dynamodb-throttles');
    const again = decisions(new WeatherPlan({ seed: 7, strength: 'storm' }), 'dynamodb-throttles');
    const other = decisions(new WeatherPlan({ seed: 8, strength: 'storm' }), 'dynamodb-throttles');
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first).toContain(true);
  });

  it('decides on a kind alike, whatever other kinds are on', () => {
    const alone = new WeatherPlan({ seed: 7, strength: 'storm', kinds: ['dynamodb-throttles'] });
    const together = new WeatherPlan({ seed: 7, strength: 'storm' });
    decisions(together, 'dynamodb-lost-answers');
    expect(decisions(together, 'dynamodb-throttles')).toEqual(decisions(alone, 'dynamodb-throttles'));
  });

  it('strikes as often as the chance says, and counts each strike; a kind that is off never strikes', () => {
    const plan = new WeatherPlan({
      seed: 1,
      kinds: ['dynamodb-throttles'],
      chances: { 'dynamodb-throttles': 0.25, 'dynamodb-lost-answers': 1 },
    });
    const struck = Array.from({ length: 4_000 }, () => plan.strikes('dynamodb-throttles')).filter(Boolean).length;
    expect(struck / 4_000).toBeCloseTo(0.25, 1);
    expect(decisions(plan, 'dynamodb-lost-answers')).not.toContain(true);
    expect([...plan.counts()]).toEqual([['dynamodb-throttles', struck]]);
  });

  it('picks at least one of several, and not always all', () => {
    const plan = new WeatherPlan({ seed: 1 });
    const sizes = Array.from({ length: 100 }, () => plan.some('dynamodb-unprocessed-keys', ['a', 'b', 'c']).size);
    expect(Math.min(...sizes)).toBe(1);
    expect(new Set(sizes).size).toBeGreaterThan(1);
  });
});

describe('a list of kinds', () => {
  it('names each by its name or by the beginning of several', () => {
    expect(kindsNamed('dynamodb-throttles')).toEqual(['dynamodb-throttles']);
    expect(kindsNamed('dynamodb')).toEqual(allKinds.filter((kind) => kind.startsWith('dynamodb-')));
  });

  it('is refused when a name fits nothing, with the names that there are', () => {
    expect(() => kindsNamed('dynamodb,hail')).toThrow(/"hail".*dynamodb-throttles/);
    expect(() => kindsNamed('dynamodb,')).toThrow(/""/);
  });
});
