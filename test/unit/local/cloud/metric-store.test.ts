import { describe, expect, test } from 'vitest';
import { recordEmbeddedMetrics } from '../../../../local/cloud/telemetry/embedded-metrics.ts';
import { MetricStore } from '../../../../local/cloud/telemetry/metric-store.ts';

const series = { namespace: 'Links', name: 'Latency', dimensions: { lane: 'campaign', service: 'links' } };

function storeAt(startMilliseconds: number) {
  const clock = { time: startMilliseconds, now: () => clock.time };
  return { clock, metrics: new MetricStore(clock) };
}

describe('the metric store', () => {
  test('returns the statistics of a window, and undefined for a window without values', () => {
    const { clock, metrics } = storeAt(600_000);
    const record = (...values: number[]) => metrics.record(series.namespace, series.name, series.dimensions, ...values);
    record(4, 8);
    clock.time = 630_000;
    record(6);
    clock.time = 660_000;
    record(1_000);

    const statistics = ['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum', 'p50', 'p100'];
    expect(statistics.map((statistic) => metrics.statistic(series, statistic, 600_000, 660_000))).toEqual([
      18, 3, 6, 4, 8, 6, 8,
    ]);
    expect(metrics.statistic(series, 'Sum', 540_000, 600_000)).toBeUndefined();
    expect(() => metrics.statistic(series, 'TM(10%:90%)', 600_000, 660_000)).toThrow('TM(10%:90%)');
  });

  test('separates series, whatever characters their values have', () => {
    // Given
    const { metrics } = storeAt(600_000);
    // When
    metrics.record('Links', 'Calls', { lane: 'crm\nservice=links' }, 1);
    metrics.record('Links', 'Calls', { lane: 'crm', service: 'links' }, 2);
    // Then
    expect(metrics.sum('Links', 'Calls', { lane: 'crm', service: 'links' })).toBe(2);
    expect(metrics.series()).toHaveLength(2);
  });

  test('separates series by their dimensions in any order, and sums over all without dimensions', () => {
    const { metrics } = storeAt(0);
    metrics.record('Links', 'Created', { lane: 'campaign', service: 'links' }, 5);
    metrics.record('Links', 'Created', { service: 'links', lane: 'campaign' }, 2);
    metrics.record('Links', 'Created', { lane: 'transactional', service: 'links' }, 1);

    expect(metrics.sum('Links', 'Created', { service: 'links', lane: 'campaign' })).toBe(7);
    expect(metrics.sum('Links', 'Created')).toBe(8);
    expect(metrics.count('Links', 'Created')).toBe(3);
    expect(metrics.sum('Links', 'Deleted')).toBe(0);
  });

  test('drops windows before every evaluation range, but not the totals', () => {
    const { clock, metrics } = storeAt(0);
    metrics.record('Links', 'Latency', series.dimensions, 1);
    clock.time = 4 * 3_600_000;
    metrics.record('Links', 'Latency', series.dimensions, 2);

    expect(metrics.statistic(series, 'Sum', 0, clock.time + 10_000)).toBe(2);
    expect(metrics.sum('Links', 'Latency')).toBe(3);
  });

  test('keeps percentiles accurate with more values than it stores', () => {
    const { metrics } = storeAt(0);
    const values = Array.from({ length: 20_000 }, (_, index) => index % 100);
    metrics.record('Links', 'Latency', series.dimensions, ...values);

    expect(metrics.statistic(series, 'p90', 0, 60_000)).toBeGreaterThan(80);
    expect(metrics.statistic(series, 'p90', 0, 60_000)).toBeLessThan(99);
  });
});

describe('the embedded metric format', () => {
  test('records each metric under each set of dimensions, single values and lists', () => {
    const { metrics } = storeAt(0);
    recordEmbeddedMetrics(
      JSON.stringify({
        _aws: {
          Timestamp: 0,
          CloudWatchMetrics: [
            {
              Namespace: 'Links',
              Dimensions: [['lane'], ['lane', 'operation']],
              Metrics: [{ Name: 'Calls' }, { Name: 'Latency' }],
            },
          ],
        },
        lane: 'campaign',
        operation: 'create',
        Calls: 2,
        Latency: [10, 30],
      }),
      metrics,
    );

    expect(metrics.sum('Links', 'Calls', { lane: 'campaign' })).toBe(2);
    expect(metrics.sum('Links', 'Latency', { lane: 'campaign', operation: 'create' })).toBe(40);
    expect(metrics.count('Links', 'Latency', { lane: 'campaign', operation: 'create' })).toBe(2);
  });

  test.each(['plain text', '{"level":"INFO"}', '{"CloudWatchMetrics": broken', '{"_aws":{"CloudWatchMetrics":7}}'])(
    'ignores other lines: %s',
    (line) => {
      const { metrics } = storeAt(0);
      recordEmbeddedMetrics(line, metrics);
      expect(metrics.series()).toEqual([]);
    },
  );
});
