import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forecast, rowsToSend, type Sharer } from '../../../../../lambdas/domain/campaign/sharing.ts';

const now = Date.parse('2026-03-10T12:00:00Z');
const minutes = (count: number) => now + count * 60_000;
/** 100 rows a second, so 3,000 rows may be ahead. */
const lane = { aheadRows: 3_000, rowsPerSecond: 100, nowMilliseconds: now };
const campaign = (key: string, rowsLeft: number, change: Partial<Sharer> = {}): Sharer => ({
  key,
  rowsLeft,
  outstanding: 0,
  paused: false,
  ...change,
});
const sent = (...campaigns: Sharer[]) => Object.fromEntries(rowsToSend(campaigns, lane));

describe('the sender', () => {
  test('sends a campaign that is alone almost as far ahead as it may, and leaves room for one that comes', () => {
    const { a = 0 } = sent(campaign('a', 1_000_000));
    expect(a).toBeGreaterThan(2_700);
    expect(a).toBeLessThan(2_800);
  });

  test('sends 5 rows at once after 5 million', () => {
    const big = campaign('big', 5_000_000, { outstanding: 2_775 });
    expect(sent(big, campaign('small', 5)).small).toBe(5);
    // Also if others have come a moment ago.
    expect(sent({ ...big, outstanding: 2_960 }, campaign('small', 5)).small).toBe(5);
  });

  test('gives two campaigns even shares of what is ahead', () => {
    const { a = 0, b = 0 } = sent(campaign('a', 9_000), campaign('b', 1_000_000));
    expect(Math.abs(a - b)).toBeLessThanOrEqual(1);
    // Who has less outstanding gets more.
    const later = sent(campaign('a', 9_000, { outstanding: 1_000 }), campaign('b', 9_000, { outstanding: 500 }));
    expect((later.b ?? 0) - (later.a ?? 0)).toBeGreaterThan(300);
  });

  test('gives the rows that a small campaign does not need to the others', () => {
    const { small = 0, big = 0 } = sent(campaign('small', 10), campaign('big', 1_000_000));
    expect(small).toBe(10);
    expect(big).toBeGreaterThan(2_600);
  });

  test('gives a campaign what it needs to be done by its sendBy, and the others the rest', () => {
    // 20 minutes are 120,000 rows. It needs 80 % of them.
    const shares = sent(campaign('tight', 96_000, { sendBy: minutes(20) }), campaign('easy', 1_000_000));
    expect((shares.tight ?? 0) / ((shares.tight ?? 0) + (shares.easy ?? 0))).toBeGreaterThan(0.7);
    expect(shares.easy).toBeGreaterThan(0);
  });

  test('does not prefer a campaign whose even share is enough', () => {
    const { a, b } = sent(campaign('a', 1_000, { sendBy: minutes(20) }), campaign('b', 1_000));
    expect(a).toBe(b);
  });

  test('puts the earliest sendBy first when not all can be met, and lets no campaign stand still', () => {
    const shares = sent(
      campaign('later', 200_000, { sendBy: minutes(30) }),
      campaign('first', 200_000, { sendBy: minutes(20) }),
      campaign('none', 200_000),
    );
    expect(shares.first).toBeGreaterThan(4 * (shares.later ?? 0));
    expect(shares.later).toBeGreaterThan(100);
    expect(shares.none).toBeGreaterThan(100);
  });

  test('sends nothing of a paused campaign, and counts what it has outstanding', () => {
    expect(sent(campaign('a', 1_000, { paused: true }))).toEqual({ a: 0 });
    expect(sent(campaign('a', 9_000), campaign('b', 9_000, { paused: true, outstanding: 3_000 }))).toEqual({
      a: 0,
      b: 0,
    });
  });

  const sharer = fc.record({
    rowsLeft: fc.nat({ max: 100_000 }),
    outstanding: fc.nat({ max: 2_000 }),
    paused: fc.boolean(),
    sendBy: fc.option(fc.integer({ min: -60, max: 600 }).map(minutes), { nil: undefined }),
  });
  const sharers = fc
    .array(sharer, { maxLength: 12 })
    .map((all) => all.map((one, index) => ({ ...one, key: `c${index}` })));

  test('never exceeds what may be ahead, nor what a campaign has left', () => {
    fc.assert(
      fc.property(sharers, fc.nat({ max: 10_000 }), (all, aheadRows) => {
        const given = rowsToSend(all, { ...lane, aheadRows });
        const outstanding = all.reduce((sum, one) => sum + one.outstanding, 0);
        const total = [...given.values()].reduce((sum, rows) => sum + rows, 0);
        expect(total).toBeLessThanOrEqual(Math.max(0, aheadRows - outstanding));
        for (const { key, rowsLeft, paused } of all) {
          const rows = given.get(key) ?? -1;
          expect(rows).toBeGreaterThanOrEqual(0);
          expect(rows).toBeLessThanOrEqual(paused ? 0 : rowsLeft);
        }
      }),
    );
  });

  test('ends every campaign, whatever the deadlines of others are', () => {
    fc.assert(
      fc.property(sharers, (all) => {
        // A second of the lane's work settles, the oldest first, until all is done.
        let rest = all.map((one) => ({ ...one, outstanding: 0, paused: false }));
        for (let second = 0; rest.some(({ rowsLeft, outstanding }) => rowsLeft + outstanding > 0); second += 1) {
          if (second > 20_000) throw new Error('a campaign stands still');
          const given = rowsToSend(rest, { ...lane, nowMilliseconds: now + second * 1000 });
          const ahead = rest.reduce((sum, one) => sum + one.outstanding + (given.get(one.key) ?? 0), 0);
          rest = rest.map((one) => {
            const rows = given.get(one.key) ?? 0;
            const outstanding = one.outstanding + rows;
            const done = ahead <= 100 ? outstanding : Math.ceil((100 * outstanding) / ahead);
            return { ...one, rowsLeft: one.rowsLeft - rows, outstanding: outstanding - done };
          });
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('the forecast', () => {
  const ends = (...campaigns: Sharer[]) =>
    Object.fromEntries(
      [...forecast(campaigns, lane)].map(([key, { end, inTime }]) => [
        key,
        [end && Math.round((end - now) / 1000), inTime],
      ]),
    );

  test('is the rows by the rate for a campaign that is alone, with what is outstanding', () => {
    expect(ends(campaign('a', 59_000, { outstanding: 1_000 }))).toEqual({ a: [600, undefined] });
  });

  test('shares the lane until the smaller one is done', () => {
    expect(ends(campaign('a', 3_000), campaign('b', 9_000))).toEqual({ a: [60, undefined], b: [120, undefined] });
  });

  test('shows whether sendBy can be met', () => {
    expect(
      ends(campaign('a', 60_000, { sendBy: minutes(11) }), campaign('b', 5_000, { sendBy: minutes(1) })),
    ).toMatchObject({
      a: [650, true],
      b: [expect.any(Number), true],
    });
    expect(ends(campaign('a', 60_000, { sendBy: minutes(9) }))).toEqual({ a: [600, false] });
  });

  test('has no end for a paused campaign, or a lane without a rate', () => {
    expect(ends(campaign('a', 100, { paused: true, sendBy: minutes(1) }))).toEqual({ a: [undefined, undefined] });
    expect(forecast([campaign('a', 100)], { ...lane, rowsPerSecond: 0 }).get('a')).toEqual({
      end: undefined,
      inTime: undefined,
    });
  });
});
