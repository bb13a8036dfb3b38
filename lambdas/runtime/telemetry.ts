import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MetricUnit as Unit } from '@aws-lambda-powertools/metrics/types';
import type { Context } from 'aws-lambda';
import type { ObservedFields, Observer } from '../domain/work/observer.ts';
import { CallMetrics, type Dimensions } from './call-metrics.ts';

/**
 * Logs and metrics of one function. It gathers counts and times during an invocation. At the end it writes them as EMF
 * lines, one for each set of dimensions. Service and namespace come from the POWERTOOLS_* variables.
 */
export class Telemetry extends CallMetrics {
  readonly #logger = new Logger();
  readonly #metrics = new Metrics();
  readonly #gathered = new Map<
    string,
    { dimensions: Dimensions; series: Map<string, { unit: Unit; values: number[] }> }
  >();

  beginInvocation(context: Context): void {
    this.#logger.appendKeys({ invocation: context.awsRequestId });
  }

  /** An observer whose metrics carry these dimensions. */
  observer(dimensions: Dimensions): Observer {
    return {
      count: (metric, by = 1) => {
        const values = this.#series(metric, dimensions, MetricUnit.Count);
        values[0] = (values[0] ?? 0) + by;
      },
      milliseconds: (metric, value) => this.#series(metric, dimensions, MetricUnit.Milliseconds).push(value),
      level: (metric, value, unit) => this.#series(metric, dimensions, MetricUnit[unit]).push(value),
      info: (message, fields: ObservedFields = {}) => this.#logger.info(message, { ...fields }),
      warn: (message, fields: ObservedFields = {}) => this.#logger.warn(message, { ...fields }),
    };
  }

  /** Writes the gathered metrics. */
  endInvocation(): void {
    for (const { dimensions, series } of this.#gathered.values()) {
      // EMF takes at most 100 values of one metric in a line.
      const lines = Math.max(...[...series.values()].map(({ values }) => Math.ceil(values.length / 99)));
      for (let line = 0; line < lines; line++) {
        if (Object.keys(dimensions).length > 0) this.#metrics.addDimensions(dimensions);
        for (const [name, { unit, values }] of series) {
          for (const value of values.slice(line * 99, line * 99 + 99)) this.#metrics.addMetric(name, unit, value);
        }
        this.#metrics.publishStoredMetrics();
      }
    }
    this.#gathered.clear();
  }

  #series(metric: string, dimensions: Dimensions, unit: Unit): number[] {
    // The key holds names and values, because a lane and a source may share a name.
    const key = JSON.stringify(Object.entries(dimensions).sort());
    const group = this.#gathered.get(key) ?? { dimensions, series: new Map() };
    this.#gathered.set(key, group);
    const series = group.series.get(metric) ?? { unit, values: [] };
    group.series.set(metric, series);
    return series.values;
  }
}
