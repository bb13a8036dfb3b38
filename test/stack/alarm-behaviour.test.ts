import { describe, expect, test } from 'vitest';
import { type Minute, minuteOfBusyDay, minuteOfIdleDay, quietMinute } from './alarm-days.ts';
import { flappingApi, type Story, stories } from './alarm-stories.ts';
import { AlarmWorld } from './alarm-world.ts';
import { configuredApp } from './configured-app.ts';
import { withProducers } from './http-world.ts';

/** The sample, whose producer `crm` has its outcomes posted as well. */
const app = configuredApp(withProducers({ crm: { outcomeUrl: 'https://hooks.acme.example/outcomes' } }));
const alarmNames = new AlarmWorld(app).all;
/** Longer than the evaluation range of any alarm: four periods of an hour. */
const longestMinutes = 300;

function play({ lasts, goesWrong }: Story): AlarmWorld {
  const world = new AlarmWorld(app);
  for (let at = 0; at < 10; at++) world.pass(quietMinute());
  for (let at = 0; at < lasts; at++) {
    const minute = quietMinute();
    goesWrong(minute, at);
    world.pass(minute);
  }
  for (let at = 0; at < longestMinutes && (at < 5 || world.firing.length > 0); at++) world.pass(quietMinute());
  return world;
}

function hoursOf(hours: number, minuteOf: (at: number) => Minute): AlarmWorld {
  const world = new AlarmWorld(app);
  for (let at = 0; at < hours * 60; at++) world.pass(minuteOf(at));
  return world;
}

describe('no alarm fires', () => {
  // SQS measures the queues for six hours. The six hours after that are longer than the range of any alarm.
  test('on a day without work', () => {
    expect(hoursOf(12, minuteOfIdleDay).fired).toEqual([]);
  });

  test('on a normally busy day', () => {
    expect(hoursOf(24, minuteOfBusyDay).fired).toEqual([]);
  });
});

describe('an alarm', () => {
  test('has exactly one story of its own fault, and every story belongs to an alarm', () => {
    expect(Object.keys(stories).sort()).toEqual([...alarmNames].sort());
  });

  test('evaluates metrics of resources that exist', () => {
    const { notices } = new AlarmWorld(app);
    expect(notices.filter((reason) => !reason.includes('AWS/DynamoDB'))).toEqual([]);
  });

  test.each(alarmNames)('%s fires at its own fault only, and closes after the fault is gone', (name) => {
    const story = stories[name] ?? expect.fail(`there is no story of ${name}`);
    // When
    const world = play(story);
    // Then
    expect(world.fired.sort()).toEqual([name, ...story.also].sort());
    expect(world.firing).toEqual([]);
  });

  test('api-unreachable fires once while the API flaps', () => {
    const world = play(flappingApi);
    expect(world.fired).toEqual(['api-unreachable']);
    expect(world.transitions.filter(({ to }) => to === 'ALARM')).toHaveLength(1);
  });

  test('on the quota keeps its state while the API answers no poll', () => {
    // Given
    const world = new AlarmWorld(app);
    const used = (polled: boolean) => {
      const minute = quietMinute();
      Object.assign(minute.governor, { usedPercent: 86, polled, unreachable: polled ? 0 : 1 });
      return minute;
    };
    for (let at = 0; at < 5; at++) world.pass(used(true));
    // When
    for (let at = 0; at < 60; at++) world.pass(used(false));
    // Then
    expect(world.firing).toContain('85-percent-quota-used');
    expect(world.transitions.filter(({ name }) => name.includes('quota-used') && name.includes('85'))).toHaveLength(1);
  });
});
