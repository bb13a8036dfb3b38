import type { CloudWatchClient, GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { readMetrics } from '../../../../../cli/console/reading/metric-readings.ts';
import { outcomesNow } from '../../../../../cli/console/reading/outcomes-now.ts';
import { rateNow } from '../../../../../cli/console/reading/rate-now.ts';

const now = Date.parse('2026-03-20T12:00:30Z');
const minute = 60_000;

interface Point {
  name: string;
  lane: string;
  operation?: string;
  at: number;
  value: number;
}

/** CloudWatch with these points. It answers in pages of 100 queries, and refuses more than 500 in one request. */
function cloudWatch(points: readonly Point[], asked: GetMetricDataCommandInput[] = []): Pick<CloudWatchClient, 'send'> {
  const send = async ({ input }: { input: GetMetricDataCommandInput }) => {
    asked.push(input);
    const { MetricDataQueries: queries = [], NextToken, StartTime, EndTime } = input;
    if (queries.length > 500) throw new Error('LimitExceeded');
    const from = Number(NextToken ?? 0);
    const MetricDataResults = queries.slice(from, from + 100).map(({ Id, MetricStat: stat }) => {
      const dimensions = Object.fromEntries((stat?.Metric?.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
      const found = points.filter(
        ({ name, lane, operation, at }) =>
          name === stat?.Metric?.MetricName &&
          lane === dimensions.lane &&
          operation === dimensions.operation &&
          dimensions.service === 'OneLink-production' &&
          at >= Number(StartTime) &&
          at < Number(EndTime),
      );
      return { Id, Timestamps: found.map(({ at }) => new Date(at)), Values: found.map(({ value }) => value) };
    });
    return { MetricDataResults, ...(from + 100 < queries.length && { NextToken: String(from + 100) }) };
  };
  return { send } as never;
}

const calls = (lane: string, operation: string, minutesAgo: number, value: number): Point => ({
  name: 'ApiLatency',
  lane,
  operation,
  at: Date.parse('2026-03-20T12:00:00Z') - minutesAgo * minute,
  value,
});

describe('the rate', () => {
  const facts = { service: 'OneLink-production', lanes: ['bulk', 'qr'], plan: undefined, nowMilliseconds: now };

  it('is that of the newest minute, and does not count polls of the quota', async () => {
    const points = [
      calls('bulk', 'create', 2, 1_200),
      calls('bulk', 'read', 2, 600),
      calls('bulk', 'quota', 2, 9_000),
      calls('bulk', 'create', 3, 60),
      calls('qr', 'qr', 3, 60),
    ];

    const { lanes, minutes } = await rateNow(cloudWatch(points), facts);

    expect(lanes.map(({ perSecond }) => perSecond)).toEqual([
      { value: 30, at: Date.parse('2026-03-20T11:59:00Z') },
      { value: 0, at: Date.parse('2026-03-20T11:59:00Z') },
    ]);
    expect(minutes).toHaveLength(60);
    expect(minutes.slice(-4).map(({ perSecond }) => perSecond)).toEqual([0, 2, 30, null]);
  });

  it('is zero for a pipeline that made no call, and has no budget without a configuration', async () => {
    const { budgetPerSecond, lanes, minutes } = await rateNow(cloudWatch([]), facts);

    expect(budgetPerSecond).toBeNull();
    expect(lanes[0]).toMatchObject({ budgetPerSecond: null, perSecond: { value: 0 }, refusedLastHour: { value: 0 } });
    expect(minutes.every(({ perSecond }) => perSecond === 0)).toBe(true);
  });

  it('counts the 429s of the last hour', async () => {
    const at = Date.parse('2026-03-20T11:30:00Z');
    const points = [
      { name: 'RateLimited', lane: 'bulk', at, value: 3 },
      { name: 'RateLimited', lane: 'bulk', at: at + minute, value: 4 },
      { name: 'RateLimited', lane: 'bulk', at: at - 40 * minute, value: 100 },
    ];

    const { lanes } = await rateNow(cloudWatch(points), facts);

    expect(lanes[0]?.refusedLastHour.value).toBe(7);
  });
});

it('counts outcomes of 24 hours over all lanes', async () => {
  const hour = 60 * minute;
  const point = (name: string, lane: string, hoursAgo: number, value: number): Point => ({
    name,
    lane,
    at: Date.parse('2026-03-20T12:00:00Z') - hoursAgo * hour,
    value,
  });
  const points = [
    point('LinkCreated', 'bulk', 1, 10),
    point('LinkCreated', 'urgent', 24, 5),
    point('LinkCreated', 'urgent', 25, 1_000),
    point('CommandRejected', 'urgent', 3, 2),
  ];

  const { from, kinds } = await outcomesNow(cloudWatch(points), 'OneLink-production', ['bulk', 'urgent'], now);

  expect(from).toBe(Date.parse('2026-03-19T12:00:00Z'));
  expect(kinds.filter(({ count }) => count !== 0)).toEqual([
    { kind: 'created', count: 15 },
    { kind: 'rejected', count: 2 },
  ]);
});

it('asks for more metrics than one request takes, and reads every page', async () => {
  const names = Array.from({ length: 501 }, (_, index) => ({ name: `Metric${index}`, lane: 'bulk' }));
  const points = [0, 150, 499, 500].map((index) => ({ name: `Metric${index}`, lane: 'bulk', at: now, value: index }));
  const asked: GetMetricDataCommandInput[] = [];

  const range = { from: now - minute, to: now + minute, periodSeconds: 60 };
  const read = await readMetrics(cloudWatch(points, asked), 'OneLink-production', names, range);

  expect(read).toHaveLength(501);
  expect([read[0], read[150], read[499], read[500]].map((readings) => readings?.[0]?.value)).toEqual([
    0, 150, 499, 500,
  ]);
  expect(asked).toHaveLength(6);
});
