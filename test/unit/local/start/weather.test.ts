import { describe, expect, it } from 'vitest';
import { weatherWords } from '../../../../local/start/report/weather-words.ts';
import { kindsListed, weatherOf } from '../../../../local/start/weather-option.ts';
import { allKinds } from '../../../../local/weather/kinds.ts';
import { WeatherPlan } from '../../../../local/weather/plan.ts';

const chosen = () => 12_345;

describe('the options of the weather', () => {
  it('are off by default', () => {
    expect(weatherOf({ storm: false }, chosen)).toBeUndefined();
  });

  it('accept a seed, or choose one', () => {
    expect(weatherOf({ weather: 7, storm: false }, chosen)).toMatchObject({ seed: 7, strength: 'mild' });
    expect(weatherOf({ weather: true, storm: true }, chosen)).toMatchObject({ seed: 12_345, strength: 'storm' });
  });

  it('accept kinds, and turn on all kinds without a list', () => {
    const some = weatherOf({ weather: 7, weatherKinds: ['dynamodb-throttles'], storm: false }, chosen);
    expect(allKinds.filter((kind) => some?.isOn(kind))).toEqual(['dynamodb-throttles']);
    const all = weatherOf({ weather: 7, storm: false }, chosen);
    expect(allKinds.filter((kind) => !all?.isOn(kind))).toEqual([]);
  });

  it('are refused without --weather, and for an unknown kind', () => {
    expect(() => weatherOf({ storm: true }, chosen)).toThrow('need --weather');
    expect(() => weatherOf({ weatherKinds: ['sqs-slow-downs'], storm: false }, chosen)).toThrow('need --weather');
    expect(() => kindsListed('sqs,hail')).toThrow('"hail"');
  });
});

describe('the words for the weather', () => {
  it('are empty without weather', () => {
    expect(weatherWords(undefined)).toEqual([]);
  });

  it('are a count for each kind that is on, by service', () => {
    const kinds = ['sqs-slow-downs', 'sns-lost-answers', 'sns-slow-downs'] as const;
    const plan = new WeatherPlan({ seed: 7, kinds, chances: { 'sns-lost-answers': 1, 'sqs-slow-downs': 1 } });
    for (let time = 0; time < 1_100; time += 1) plan.strikes('sns-lost-answers');
    plan.strikes('sqs-slow-downs');
    expect(weatherWords(plan)).toEqual([
      'The weather (seed 7, mild) degraded services 1,101 times:',
      '  sqs: slow downs 1',
      '  sns: slow downs 0, lost answers 1,100',
    ]);
  });
});
