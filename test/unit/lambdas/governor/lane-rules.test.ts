import { describe, expect, it } from 'vitest';
import { emptyControl, type LaneControl } from '../../../../lambdas/domain/control/control-record.ts';
import { type LaneFacts, nextLane } from '../../../../lambdas/governor/lane-rules.ts';

const lane = { name: 'campaign', reserveCalls: 1_000, hourlyCapCalls: 500, dailyCapCalls: 5_000 };
const healthy: LaneFacts = {
  health: emptyControl.health,
  secretDiffers: false,
  remaining: 1_000_000,
  shareLeft: undefined,
  exceeded: false,
  spentThisHour: 0,
  spentToday: 0,
};
const refused = { ...emptyControl.health, pausedFor: 'token-refused' } as const;
const open: LaneControl = { state: 'open', since: 1 };
const next = (before: LaneControl | undefined, facts: Partial<LaneFacts> = {}) =>
  nextLane(before, lane, { ...healthy, ...facts }, 100);

describe('a lane', () => {
  it.each<[string, Partial<LaneFacts>, LaneControl['state'], LaneControl['reason']?]>([
    [
      'pauses if the ledger has another secret',
      { secretDiffers: true, remaining: 0 },
      'paused',
      'link-id-secret-differs',
    ],
    ['parks at its reserve', { remaining: 1_000 }, 'parking', 'quota-reserve-reached'],
    ['is open one call above it', { remaining: 1_001 }, 'open'],
    ['parks when its pipeline’s share is down to the reserve', { shareLeft: 1_000 }, 'parking', 'quota-share-reached'],
    ['is open one call of the share above it', { shareLeft: 1_001 }, 'open'],
    [
      'parks when a worker has received quota_exceeded since the last poll',
      { exceeded: true },
      'parking',
      'quota-exceeded',
    ],
    ['parks at its hourly cap', { spentThisHour: 500 }, 'parking', 'hourly-cap-reached'],
    ['parks at its daily cap', { spentToday: 5_000, spentThisHour: 500 }, 'parking', 'daily-cap-reached'],
    [
      'pauses for a failure of the API, whatever the quota',
      { remaining: 0, health: refused },
      'paused',
      'token-refused',
    ],
    ['stays open while the quota is unknown, since the API reports when it is spent', { remaining: undefined }, 'open'],
  ])('%s', (_, facts, state, reason) => {
    for (const before of [open, undefined]) {
      expect(next(before, facts)).toMatchObject({ state, ...(reason !== undefined && { reason }) });
    }
  });

  it('that uses no quota never parks, and pauses with the others', () => {
    const codes = { name: 'qr' };
    const spent = { ...healthy, remaining: 0, exceeded: true };
    expect(nextLane(open, codes, spent, 100)).toBe(open);
    expect(nextLane(open, codes, { ...spent, health: refused }, 100)).toMatchObject({
      state: 'paused',
      reason: 'token-refused',
    });
  });

  it('opens again at a tenth above its reserve', () => {
    const parking: LaneControl = { state: 'parking', reason: 'quota-reserve-reached', since: 1 };
    expect(next(parking, { remaining: 1_100 })).toBe(parking);
    expect(next(parking, { remaining: 1_101 })).toEqual({ state: 'open', since: 100, openedAt: 100 });
    const ofShare = { ...parking, reason: 'quota-share-reached' } as const;
    expect(next(ofShare, { shareLeft: 1_100 })).toBe(ofShare);
    expect(next(ofShare, { shareLeft: 1_101 })).toMatchObject({ state: 'open' });
    expect(next({ ...parking, reason: 'quota-exceeded' }, { remaining: 1_050 })).toMatchObject({
      reason: 'quota-reserve-reached',
      since: 1,
    });
  });

  it('opens when the hour or day of its cap is over', () => {
    expect(next({ state: 'parking', reason: 'hourly-cap-reached', since: 1 }, { spentThisHour: 3 })).toMatchObject({
      state: 'open',
    });
  });

  it.each(['operator', 'control-record-lost'] as const)(
    'stays paused for %s until an operator resumes it',
    (reason) => {
      const paused: LaneControl = { state: 'paused', reason, since: 1, note: 'maintenance' };
      expect(next(paused)).toBe(paused);
      const covers = { state: 'paused', reason: 'api-outage' } as const;
      const covering = next(paused, { health: { ...emptyControl.health, pausedFor: 'api-outage' } });
      expect(covering).toEqual({ ...paused, covers });
      expect(next(covering)).toEqual(paused);
    },
  );

  it('paused by an operator notes what else would keep it closed, as long as that is so', () => {
    const paused: LaneControl = { state: 'paused', reason: 'operator', since: 1, note: 'maintenance' };
    const short = next(paused, { remaining: 1_000 });
    expect(short.covers).toEqual({ state: 'parking', reason: 'quota-reserve-reached' });
    expect(next(short, { remaining: 900 })).toBe(short);
    // A lane that is short opens a tenth above its reserve. So does the one below the pause.
    expect(next(short, { remaining: 1_100 })).toBe(short);
    expect(next(short, { remaining: 1_101 })).toEqual(paused);
    expect(next(short, { secretDiffers: true }).covers).toEqual({ state: 'paused', reason: 'link-id-secret-differs' });
  });

  it('records when it last opened, and keeps that time while nothing changes', () => {
    const opened = next({ state: 'paused', reason: 'api-outage', since: 1 });
    expect(opened).toEqual({ state: 'open', since: 100, openedAt: 100 });
    expect(nextLane(opened, lane, healthy, 200)).toBe(opened);
    expect(nextLane(opened, lane, { ...healthy, remaining: 0 }, 300)).toMatchObject({ since: 300, openedAt: 100 });
    expect(next(undefined)).toEqual({ state: 'open', since: 100 });
  });
});
