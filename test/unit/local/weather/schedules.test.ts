import { describe, expect, it } from 'vitest';
import { allKinds, type WeatherKind } from '../../../../local/weather/kinds.ts';
import { lateMetrics } from '../../../../local/weather/metrics.ts';
import { WeatherPlan } from '../../../../local/weather/plan.ts';
import { firings } from '../../../../local/weather/schedules.ts';

const always = (...kinds: WeatherKind[]) =>
  new WeatherPlan({ seed: 1, kinds, chances: Object.fromEntries(allKinds.map((kind) => [kind, 1])) });

describe('a firing of a schedule', () => {
  it('happens once and at once without weather', () => {
    expect(firings(always())).toEqual([0]);
  });

  it('is skipped, late by up to a minute, or doubled', () => {
    expect(firings(always('schedules-skipped', 'schedules-late'))).toEqual([]);
    const [late = 0, ...none] = firings(always('schedules-late'));
    expect(none).toEqual([]);
    expect(late).toBeGreaterThanOrEqual(1_000);
    expect(late).toBeLessThan(60_000);
    const [first, second = 0] = firings(always('schedules-doubled'));
    expect(first).toBe(0);
    expect(second).toBeGreaterThan(0);
    expect(second).toBeLessThan(1_000);
  });
});

describe('a metric', () => {
  const recordedBy = (plan: WeatherPlan) => {
    const recorded: unknown[] = [];
    const waiting: { call: () => void; milliseconds: number }[] = [];
    const metrics = lateMetrics(
      plan,
      { record: (...values) => void recorded.push(values) },
      (call, milliseconds) => void waiting.push({ call, milliseconds }),
    );
    metrics.record('OneLink', 'LinkCreated', { Lane: 'campaign' }, 3);
    return { recorded, waiting };
  };
  const metric = ['OneLink', 'LinkCreated', { Lane: 'campaign' }, 3];

  it('is recorded at once without weather', () => {
    expect(recordedBy(always())).toEqual({ recorded: [metric], waiting: [] });
  });

  it('is recorded one to two minutes late', () => {
    const { recorded, waiting } = recordedBy(always('metrics-late'));
    expect(recorded).toEqual([]);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]?.milliseconds).toBeGreaterThanOrEqual(60_000);
    expect(waiting[0]?.milliseconds).toBeLessThan(120_000);
    waiting[0]?.call();
    expect(recorded).toEqual([metric]);
  });
});
