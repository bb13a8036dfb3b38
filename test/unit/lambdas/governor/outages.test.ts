import { describe, expect, it } from 'vitest';
import { GovernedAccount, hour, minute } from '../../../world/governed-account.ts';
import { create } from '../../../world/link-world.ts';
import type { ApiMood } from '../../../world/metered-api.ts';

const lanes = [
  { name: 'transactional', reserveCalls: 100, batchSize: 10, batchesPerMinute: 5 },
  { name: 'campaign', reserveCalls: 600, batchSize: 100, batchesPerMinute: 10 },
];

/** Sends commands to both lanes throughout. The API has the given mood for some hours, and then an hour to recover. */
async function givenFailure(mood: (minuteOf: number) => ApiMood, hours: number) {
  const account = new GovernedAccount('2026-03-09T10:00:00Z', 1_000_000, lanes);
  await account.pass(2 * minute);
  let sent = 0;
  const step = async (moodNow: ApiMood) => {
    account.api.mood = moodNow;
    const requestedAt = new Date(account.now).toISOString();
    const commands = Array.from({ length: 7 }, () => ({ ...create, requestId: `r-${++sent}`, requestedAt }));
    account.send('transactional', ...commands.slice(0, 2));
    account.send('campaign', ...commands.slice(2));
    await account.pass(minute);
  };
  for (let index = 0; index < 10; index++) await step('good');
  for (let index = 0; index < hours * 60; index++) await step(mood(index));
  const recoveredAt = account.now;
  let resumedAt: number | undefined;
  for (let index = 0; index < 60; index++) {
    await step('good');
    if (resumedAt === undefined && [...account.mappings.values()].every((state) => state === 'on'))
      resumedAt = account.now;
  }
  await account.pass(20 * minute);
  return { account, sent, resumedAfterMinutes: ((resumedAt ?? Number.POSITIVE_INFINITY) - recoveredAt) / minute };
}

describe('a failure of the API', () => {
  it.each<[string, (minuteOf: number) => ApiMood, number, string]>([
    ['six hours without an answer', () => 'down', 6, 'api-outage'],
    ['six hours in which POSTs alone fail', () => 'posts-down', 6, 'api-outage'],
    ['a token that is revoked, and replaced after two hours', () => 'token-refused', 2, 'token-refused'],
    ['the feature switched off for six hours', () => 'feature-off', 6, 'feature-off'],
  ])(
    '%s: lanes pause and resume automatically, no command is lost, and no message is close to the dead-letter queue',
    async (_, mood, hours, reason) => {
      const { account, sent, resumedAfterMinutes } = await givenFailure(mood, hours);
      expect(account.deadLetters).toEqual([]);
      expect(account.finalOutcomes().size).toBe(sent);
      expect(new Set(account.finalOutcomes().values())).toEqual(new Set(['created']));
      expect(account.api.made.size).toBe(sent);
      // Messages return a few times until the lanes are paused, and then wait untouched.
      expect(account.mostReceives).toBeLessThanOrEqual(5);
      expect(resumedAfterMinutes).toBeLessThanOrEqual(3);
      expect(account.laneChanges).toEqual(
        ['paused', 'open'].flatMap((state) =>
          ['transactional', 'campaign'].map((lane) =>
            expect.stringContaining(`${lane} ${state}${state === 'open' ? '' : `: ${reason}`}`),
          ),
        ),
      );
    },
    30_000,
  );

  it.each<[string, (minuteOf: number) => ApiMood]>([
    ['two minutes bad, one good', (index) => (index % 3 < 2 ? 'down' : 'good')],
    ['ten minutes bad, five good', (index) => (index % 15 < 10 ? 'posts-down' : 'good')],
    ['one minute bad, one good', (index) => (index % 2 === 0 ? 'down' : 'good')],
  ])(
    'that flaps for four hours (%s) does not make the mappings flap, and makes no dead letter',
    async (_, mood) => {
      const { account, sent, resumedAfterMinutes } = await givenFailure(mood, 4);
      expect(account.deadLetters).toEqual([]);
      expect(account.finalOutcomes().size).toBe(sent);
      expect(account.api.made.size).toBe(sent);
      expect(account.mostReceives).toBeLessThanOrEqual(10);
      expect(resumedAfterMinutes).toBeLessThanOrEqual(17);
      const pauses = account.laneChanges.filter((line) => line.includes('campaign paused')).length;
      expect(pauses).toBeLessThanOrEqual(5);
    },
    30_000,
  );

  it('with a deployment in it wakes a paused lane for a minute at most', async () => {
    const { account, sent } = await givenFailure(() => 'good', 0);
    account.api.mood = 'down';
    await account.pass(10 * minute);
    expect(account.mappings.get('campaign')).toBe('off');
    account.mappings.set('campaign', 'on');
    await account.pass(minute);
    expect(account.mappings.get('campaign')).toBe('off');
    account.api.mood = 'good';
    await account.pass(hour);
    expect(account.finalOutcomes().size).toBe(sent);
  }, 30_000);

  it('while the governor is down makes no dead letter within three hours of the page', async () => {
    const account = new GovernedAccount('2026-03-09T10:00:00Z', 1_000_000, lanes);
    await account.pass(2 * minute);
    account.governorDown = true;
    account.api.mood = 'down';
    account.send('campaign', { ...create, requestId: 'r', requestedAt: '2026-03-09T10:00:00Z' });
    await account.pass(3 * hour);
    expect(account.deadLetters).toEqual([]);
    account.api.mood = 'good';
    await account.pass(20 * minute);
    expect(account.finalOutcomes().get('r')).toBe('created');
  });

  it('while each governor run crashes before it switches a mapping makes no dead letter', async () => {
    const { account, sent } = await givenFailure(() => 'good', 0);
    account.crashAt = 'governor';
    account.api.mood = 'token-refused';
    account.send('campaign', { ...create, requestId: 'r', requestedAt: new Date(account.now).toISOString() });
    await account.pass(3 * hour);
    // The record pauses the lane although its mapping is on, so workers return their messages.
    expect(account.mappings.get('campaign')).toBe('on');
    expect(account.deadLetters).toEqual([]);
    account.crashAt = undefined;
    account.api.mood = 'good';
    await account.pass(hour);
    expect(account.finalOutcomes().size).toBe(sent + 1);
  });
});
