import type { Clock } from '../clock.ts';

export type Dimensions = Readonly<Record<string, string>>;

export interface MetricSeries {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
}

interface Totals {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
}

/** The values of ten seconds, with a sample for percentiles. */
interface Slot extends Totals {
  readonly startsAtMilliseconds: number;
  readonly sample: number[];
}

interface Stored {
  readonly series: MetricSeries;
  readonly total: Totals;
  latest: number;
  /** Oldest first. */
  slots: Slot[];
}

/** CloudWatch's shortest alarm period that is implemented here. Windows begin and end on its multiples. */
export const slotMilliseconds = 10_000;
/**
 * Values in the sample of each slot: percentiles are exact up to this many values in ten seconds, and estimated beyond.
 */
const sampleSize = 500;
const mostSeries = 5_000;

/**
 * Stores metric values for alarms and callers: totals since the start, and slots of ten seconds for as long as the
 * longest alarm range. A value counts from its receipt by the cloud's clock, whatever its time stamp.
 */
export class MetricStore {
  readonly #clock: Clock;
  readonly #stored = new Map<string, Stored>();
  #keepMilliseconds = 3 * 3_600_000;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps slots for at least this long. */
  keepFor(milliseconds: number): void {
    this.#keepMilliseconds = Math.max(this.#keepMilliseconds, milliseconds);
  }

  /** The start of the first slot, epoch milliseconds. */
  get kept(): { from: number; to: number } {
    const to = this.#clock.now();
    return { from: to - this.#keepMilliseconds, to };
  }

  record(namespace: string, name: string, dimensions: Dimensions, ...values: readonly number[]): void {
    const key = keyOf({ namespace, name, dimensions });
    let stored = this.#stored.get(key);
    if (!stored) {
      if (this.#stored.size >= mostSeries) return;
      stored = { series: { namespace, name, dimensions }, total: noTotals(), latest: 0, slots: [] };
      this.#stored.set(key, stored);
    }
    const now = this.#clock.now();
    const startsAtMilliseconds = now - (now % slotMilliseconds);
    let slot = stored.slots.at(-1);
    if (slot === undefined || slot.startsAtMilliseconds < startsAtMilliseconds) {
      slot = { ...noTotals(), startsAtMilliseconds, sample: [] };
      stored.slots.push(slot);
      const oldest = this.kept.from;
      if ((stored.slots[0]?.startsAtMilliseconds ?? now) < oldest) {
        stored.slots = stored.slots.filter((kept) => kept.startsAtMilliseconds >= oldest);
      }
    }
    for (const value of values) {
      add(stored.total, value);
      add(slot, value);
      stored.latest = value;
      if (slot.sample.length < sampleSize) slot.sample.push(value);
      // Reservoir sampling: each value so far stays with the same probability.
      else if (Math.random() < sampleSize / slot.count) slot.sample[Math.floor(Math.random() * sampleSize)] = value;
    }
  }

  /**
   * The sum of all values since the start.
   * @param dimensions exactly these. Without them: every series of this name, which counts a value twice if it has two
   * sets
   *   of dimensions
   */
  sum(namespace: string, name: string, dimensions?: Dimensions): number {
    return this.#matching(namespace, name, dimensions).reduce((sum, { total }) => sum + total.sum, 0);
  }

  /** The number of values since the start. Dimensions as in `sum`. */
  count(namespace: string, name: string, dimensions?: Dimensions): number {
    return this.#matching(namespace, name, dimensions).reduce((count, { total }) => count + total.count, 0);
  }

  /** The latest value under exactly these dimensions. */
  latest(namespace: string, name: string, dimensions: Dimensions): number | undefined {
    return this.#stored.get(keyOf({ namespace, name, dimensions }))?.latest;
  }

  /** The largest value since the start, or undefined. Dimensions as in `sum`. */
  maximum(namespace: string, name: string, dimensions?: Dimensions): number | undefined {
    const series = this.#matching(namespace, name, dimensions);
    return series.length === 0 ? undefined : Math.max(...series.map(({ total }) => total.maximum));
  }

  series(): MetricSeries[] {
    return [...this.#stored.values()].map(({ series }) => series);
  }

  /**
   * One statistic of the values in [from, to), epoch milliseconds on multiples of ten seconds.
   * @param statistic `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile such as `p99` or `p99.9`
   * @returns undefined if there are no values
   * @throws for another statistic
   */
  statistic(
    series: MetricSeries,
    statistic: string,
    fromMilliseconds: number,
    toMilliseconds: number,
  ): number | undefined {
    const slots = (this.#stored.get(keyOf(series))?.slots ?? []).filter(
      ({ startsAtMilliseconds: startsAt }) => startsAt >= fromMilliseconds && startsAt < toMilliseconds,
    );
    if (slots.length === 0) return undefined;
    const sum = slots.reduce((total, slot) => total + slot.sum, 0);
    const count = slots.reduce((total, slot) => total + slot.count, 0);
    switch (statistic) {
      case 'Sum':
        return sum;
      case 'SampleCount':
        return count;
      case 'Average':
        return sum / count;
      case 'Minimum':
        return Math.min(...slots.map(({ minimum }) => minimum));
      case 'Maximum':
        return Math.max(...slots.map(({ maximum }) => maximum));
      default:
        return percentile(slots, statistic);
    }
  }

  #matching(namespace: string, name: string, dimensions: Dimensions | undefined): Stored[] {
    if (dimensions) {
      const stored = this.#stored.get(keyOf({ namespace, name, dimensions }));
      return stored ? [stored] : [];
    }
    return [...this.#stored.values()].filter(({ series }) => series.namespace === namespace && series.name === name);
  }
}

export function isStatistic(statistic: string): boolean {
  return /^(Sum|SampleCount|Average|Minimum|Maximum|p\d{1,3}(\.\d+)?)$/.test(statistic);
}

function percentile(slots: readonly Slot[], statistic: string): number | undefined {
  if (!isStatistic(statistic)) throw new Error(`the statistic ${statistic} is not implemented here`);
  // Each value in a sample represents an equal part of its slot's values.
  const weighted = slots
    .flatMap(({ sample, count }) => sample.map((value) => ({ value, weight: count / sample.length })))
    .sort((left, right) => left.value - right.value);
  const rank = (Number(statistic.slice(1)) / 100) * weighted.reduce((total, { weight }) => total + weight, 0);
  let passed = 0;
  return weighted.find(({ weight }) => {
    passed += weight;
    return passed >= rank - 1e-9;
  })?.value;
}

function noTotals(): Totals {
  return { count: 0, sum: 0, minimum: Number.POSITIVE_INFINITY, maximum: Number.NEGATIVE_INFINITY };
}

function add(totals: Totals, value: number): void {
  totals.count++;
  totals.sum += value;
  totals.minimum = Math.min(totals.minimum, value);
  totals.maximum = Math.max(totals.maximum, value);
}

function keyOf({ namespace, name, dimensions }: MetricSeries): string {
  // As JSON: names and values may contain any separator.
  return JSON.stringify([namespace, name, ...Object.entries(dimensions).sort()]);
}
