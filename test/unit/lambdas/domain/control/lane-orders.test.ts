import { describe, expect, test } from 'vitest';
import {
  type ControlRecord,
  emptyControl,
  type LaneControl,
} from '../../../../../lambdas/domain/control/control-record.ts';
import { pausedBy, resumedBy } from '../../../../../lambdas/domain/control/lane-orders.ts';

const now = Date.parse('2026-03-10T12:00:00Z');
const before = now - 3_600_000;
const open: LaneControl = { state: 'open', since: before };
const operators: LaneControl = { state: 'paused', reason: 'operator', note: 'x', since: before };
const poorHealth = { disposition: 'api-outage', strikes: 4, goodRuns: 0, pauses: 2, pausedFor: 'api-outage' } as const;
const recordOf = (lanes: Record<string, LaneControl>, change: Partial<ControlRecord> = {}): ControlRecord => ({
  ...emptyControl,
  revision: 7,
  governedAt: before,
  lanes,
  ...change,
});
const pause = (control: ControlRecord, ...lanes: string[]) =>
  pausedBy(control, lanes, { note: 'rates change', nowMilliseconds: now });

describe('pause', () => {
  test('is written with its reason, and does not change the other lanes', () => {
    const { control } = pause(recordOf({ campaign: open }, { parkedAt: before }), 'campaign');
    const campaign: LaneControl = { ...operators, note: 'rates change', since: now };
    expect(control).toEqual(recordOf({ campaign }, { parkedAt: before }));
  });

  test('replaces a pause of the governor, and only an operator ends it', () => {
    const campaign: LaneControl = { state: 'paused', reason: 'token-refused', since: before };
    const { control, ordered } = pause(recordOf({ campaign }), 'campaign');
    const covers = { state: 'paused', reason: 'token-refused' } as const;
    expect(control.lanes.campaign).toEqual({ ...operators, note: 'rates change', covers });
    expect(ordered[0]?.words).toBe('is paused until you resume it, and was before (token-refused)');
  });

  test('works for a lane that the record does not have yet', () => {
    expect(pause(emptyControl, 'campaign').control.lanes.campaign?.state).toBe('paused');
  });
});

describe('resume', () => {
  test('opens a lane that an operator paused, and records the time', () => {
    const { control, ordered } = resumedBy(recordOf({ campaign: operators }), ['campaign'], now);
    expect(control.lanes.campaign).toEqual({ state: 'open', since: now, openedAt: now });
    expect(ordered).toEqual([{ lane: 'campaign', changed: true, state: 'open', words: 'opens' }]);
  });

  test('does not change a lane that is open, unknown or parking', () => {
    const control = recordOf({
      campaign: { state: 'parking', reason: 'quota-exceeded', since: before },
      transactional: open,
    });
    const order = resumedBy(control, ['campaign', 'transactional', 'expiry'], now);
    expect(order.control).toEqual(control);
    expect(order.ordered.map(({ changed, state }) => [changed, state])).toEqual([
      [false, 'parking'],
      [false, 'open'],
      [false, 'open'],
    ]);
  });

  test.each([
    ['quota-reserve-reached', 'the governor opens it when there is more quota, at the latest in the next month (UTC)'],
    ['quota-exceeded', 'the governor opens it when there is more quota, at the latest in the next month (UTC)'],
    ['quota-share-reached', 'the governor opens it with a larger monthlyQuotaShare, or in the next month (UTC)'],
    ['hourly-cap-reached', 'the governor opens it when the UTC hour ends, or with a higher hourlyCapCalls'],
    ['daily-cap-reached', 'the governor opens it when the UTC day ends, or with a higher dailyCapCalls'],
  ] as const)('ends an operator’s pause over %s, and the lane parks', (reason, end) => {
    const covers = { state: 'parking', reason } as const;
    const order = resumedBy(recordOf({ campaign: { ...operators, covers } }), ['campaign'], now);
    expect(order.control.lanes.campaign).toEqual({ state: 'parking', reason, since: now });
    const words = `does not open, but parks (${reason}): ${end}`;
    expect(order.ordered).toEqual([{ lane: 'campaign', changed: true, state: 'parking', words }]);
    const again = resumedBy(order.control, ['campaign'], now);
    expect(again.ordered).toMatchObject([{ changed: false, words: `is parking (${reason}), not paused: ${end}` }]);
  });

  test('cannot open a lane while the link-ID secret differs, whether an operator had paused it or not', () => {
    const reason = 'link-id-secret-differs';
    const end =
      'no resume can end that. Put the old value of the link-ID secret back (runbook), and the governor opens it within a minute';
    const differs: LaneControl = { state: 'paused', reason, since: before };
    const own = resumedBy(recordOf({ campaign: differs }, { health: poorHealth }), ['campaign'], now);
    expect(own.control.lanes.campaign).toEqual(differs);
    expect(own.control.health).toEqual(poorHealth);
    expect(own.ordered).toEqual([
      { lane: 'campaign', changed: false, state: 'paused', words: `stays paused (${reason}): ${end}` },
    ]);
    const twice = pause(pause(recordOf({ campaign: differs }), 'campaign').control, 'campaign').control;
    const order = resumedBy(twice, ['campaign'], now);
    expect(order.control.lanes.campaign).toEqual({ ...differs, since: now });
    expect(order.ordered).toEqual([
      { lane: 'campaign', changed: true, state: 'paused', words: `stays paused by the governor (${reason}): ${end}` },
    ]);
  });

  test('makes a lane that the governor paused half-open, with all lanes of that reason', () => {
    const outage: LaneControl = { state: 'paused', reason: 'api-outage', since: before };
    const lanes = { campaign: outage, transactional: outage, expiry: operators };
    const control = recordOf(lanes, { health: poorHealth });
    const order = resumedBy(control, ['campaign'], now);
    expect(order.control.health).toEqual({ disposition: 'good', strikes: 0, goodRuns: 0, pauses: 0 });
    expect(order.ordered.map(({ lane, state }) => [lane, state])).toEqual([
      ['campaign', 'open'],
      ['transactional', 'open'],
    ]);
    expect(order.control.lanes.expiry?.state).toBe('paused');
  });

  test('ends an operator’s pause, and keeps the governor’s own', () => {
    const order = resumedBy(recordOf({ campaign: operators }, { health: poorHealth }), ['campaign'], now);
    expect(order.control.lanes.campaign).toEqual({ state: 'paused', reason: 'api-outage', since: now });
    expect(order.control.health).toEqual(poorHealth);
    // A second resume makes it half-open.
    expect(resumedBy(order.control, ['campaign'], now).control.lanes.campaign?.state).toBe('open');
  });
});
