import { describe, expect, it } from 'vitest';
import { emptyControl, type LaneControl } from '../../../../lambdas/domain/control/control-record.ts';
import { type LaneFacts, nextLane } from '../../../../lambdas/governor/lane-rules.ts';

const lane = { name: 'campaign', reserveCalls: 1_000, hourlyCapCalls: 500, dailyCapCalls: 5_000 };
const well: LaneFacts = {
  health: emptyControl.health,
  remaining: 1_000_000,
  exceeded: false,
  spentThisHour: 0,
  spentToday: 0,
};
const open: LaneControl = { state: 'open', since: 1 };
const next = (before: LaneControl | undefined, facts: Partial<LaneFacts> = {}) =>
  nextLane(before, lane, { ...well, ...facts }, 100);

describe('a lane', () => {
  it.each<[string, Partial<LaneFacts>, object]>([
    ['parks at its reserve', { remaining: 1_000 }, { state: 'parking', reason: 'quota-reserve-reached' }],
    ['is open one call above it', { remaining: 1_001 }, { state: 'open' }],
    [
      'parks when a worker met quota_exceeded since the last poll',
      { exceeded: true },
      { state: 'parking', reason: 'quota-exceeded' },
    ],
    ['parks at its cap of the hour', { spentThisHour: 500 }, { state: 'parking', reason: 'hourly-cap-reached' }],
    [
      'parks at its cap of the day',
      { spentToday: 5_000, spentThisHour: 500 },
      { state: 'parking', reason: 'daily-cap-reached' },
    ],
    [
      'is paused for what the API suffers from, whatever the quota',
      { remaining: 0, health: { ...emptyControl.health, pausedFor: 'token-refused' } },
      { state: 'paused', reason: 'token-refused' },
    ],
    [
      'is open while nobody knows the quota: the API says when it is spent',
      { remaining: undefined },
      { state: 'open' },
    ],
  ])('%s', (_, facts, expected) => {
    expect(next(open, facts)).toMatchObject(expected);
    expect(next(undefined, facts)).toMatchObject(expected);
  });

  it('that is short of quota opens again when a tenth more than the reserve is there', () => {
    const parking: LaneControl = { state: 'parking', reason: 'quota-reserve-reached', since: 1 };
    expect(next(parking, { remaining: 1_100 })).toBe(parking);
    expect(next(parking, { remaining: 1_101 })).toEqual({ state: 'open', since: 100, openedAt: 100 });
    expect(next({ ...parking, reason: 'quota-exceeded' }, { remaining: 1_050 })).toMatchObject({
      reason: 'quota-reserve-reached',
      since: 1,
    });
  });

  it('opens when its hour or day is over', () => {
    expect(next({ state: 'parking', reason: 'hourly-cap-reached', since: 1 }, { spentThisHour: 3 })).toMatchObject({
      state: 'open',
    });
  });

  it.each(['operator', 'control-record-lost'] as const)(
    'that is paused for %s is an operator’s to resume',
    (reason) => {
      const paused: LaneControl = { state: 'paused', reason, since: 1, note: 'maintenance' };
      expect(next(paused)).toBe(paused);
      expect(next(paused, { health: { ...emptyControl.health, pausedFor: 'api-outage' } })).toBe(paused);
    },
  );

  it('remembers when it was opened last, and keeps its time while nothing changes', () => {
    const opened = next({ state: 'paused', reason: 'api-outage', since: 1 });
    expect(opened).toEqual({ state: 'open', since: 100, openedAt: 100 });
    expect(nextLane(opened, lane, well, 200)).toBe(opened);
    expect(nextLane(opened, lane, { ...well, remaining: 0 }, 300)).toMatchObject({ since: 300, openedAt: 100 });
    expect(next(undefined)).toEqual({ state: 'open', since: 100 });
  });
});
