import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../../bench/month/findings/figures.ts';
import type { PlayedMonth } from '../../../../bench/month/play.ts';
import type { Calendar } from '../../../../bench/month/traffic/calendar.ts';
import { Cloud } from '../../../../bench/month/world/cloud.ts';
import { monthSize } from '../../../../bench/month/world/size.ts';
import { variantPipeline } from '../../../../bench/world/synthesis.ts';
import { givenOutcome } from '../../../../world/given-outcome.ts';

const from = Date.parse('2026-03-01T00:00:00Z');
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

const calendar: Calendar = {
  ...{ days: 31, daysAfter: 1, transactionalShare: 1, burstsAtHours: [] },
  campaigns: [{ name: 'spring', atHours: 30, share: 0.1, ttl: '1d', renewTtl: true }],
  events: [{ kind: 'outage', atHours: 10, hours: 2 }],
};

/** A month that has ended, with the commands that the test has sent. */
function given() {
  const cloud = new Cloud(monthSize(variantPipeline({}), 75_000), from, 1);
  const until = from + 31 * day;
  const forecasts = [{ at: from + 7 * day - 1, percent: 93 }];
  const governed = { changes: [], forecasts };
  const played: PlayedMonth = { cloud, governed, samples: [], from, until, usedAtEnd: 60_000, cpuSeconds: 1 };
  let numbers = 0;
  const send = (part: string, sentAt: number, waits: number, parked = false) => {
    const requestId = `r-${++numbers}`;
    const lane = part === 'spring' ? 'campaign' : 'transactional';
    cloud.correspondence.sent('crm', requestId, { lane, part, action: 'create', sentAt, wantsCode: false });
    const answered = { source: 'crm', requestId, outcomeId: requestId };
    if (parked) cloud.correspondence.published(givenOutcome({ ...answered, outcome: 'parked' }), sentAt);
    cloud.correspondence.published(givenOutcome({ ...answered, outcome: 'created' }), sentAt + waits, 150);
  };
  return { send, figures: () => figuresOf(played, calendar) };
}

describe('the figures of a played month', () => {
  it('count the latency of steady commands above the API’s, while nothing is wrong', () => {
    // Given: one in the outage, one in the half hour after it, one that was parked, and one beside a burst.
    const { send, figures } = given();
    for (const waits of [210, 220, 230, 400]) send('steady', from + hour, waits);
    send('steady', from + 11 * hour, hour + 30_000);
    send('steady', from + 12 * hour + minute, 9_000);
    send('steady', from + 20 * hour, 12 * hour, true);
    for (let number = 1; number <= 500; number++) send('burst 1', from + 40 * hour, number * 20);
    send('steady', from + 40 * hour + minute, 9_000);
    // When
    const { calmLatencyMilliseconds, calmLatencyAboveOneCallMilliseconds, ...others } = figures();
    const { caughtUpMinutes, burstSeconds, longestWaitMinutes } = others;
    // Then
    expect(calmLatencyMilliseconds).toEqual({ commands: 4, p50: 70, p95: 250, p99: 250, most: 250 });
    expect(calmLatencyAboveOneCallMilliseconds).toEqual({ commands: 4, p50: 120, p95: 300, p99: 300, most: 300 });
    expect(caughtUpMinutes).toEqual([{ event: 'outage', minutes: 0.5 }]);
    expect(burstSeconds).toEqual({ bursts: 1, median: 10, most: 10 });
    expect(longestWaitMinutes).toBe(12 * 60);
  });

  it('show campaigns, what was parked, and the forecast beside what came', () => {
    // Given: a row that waits for April, and two that do not.
    const { send, figures } = given();
    send('spring', from + 30 * hour, 60_000);
    send('spring', from + 30 * hour, 62_000);
    send('spring', from + 30 * hour, 31 * day - 30 * hour + 3 * minute, true);
    // When
    const { campaigns, minutesToReplay, quotaUsedPercent, forecasts } = figures();
    // Then
    const minutes = 31 * 24 * 60 - 30 * 60 + 3;
    expect(campaigns).toEqual([{ name: 'spring', rows: 3, parkedRows: 1, minutes, linksPerSecond: 1 }]);
    expect(minutesToReplay).toBe(3);
    expect(quotaUsedPercent).toBe(80);
    expect(forecasts[0]).toEqual({ day: 7, projectedPercent: 93 });
  });
});
