import type { Meaning } from '../domain/onelink/failure-table.ts';
import type { Operation } from '../domain/onelink/operation.ts';
import { dimension, laneMetric, operationMetric, sourceMetric } from '../domain/work/names.ts';
import type { Observer } from '../domain/work/observer.ts';

/** The dimensions of a metric by name, without the pipeline's own. */
export type Dimensions = Record<string, string>;

/** Metrics that count the API's answers by their meaning. */
const metricOfMeaning: Partial<Record<Meaning, string>> = {
  'slow-down': laneMetric.rateLimited,
  'quota-spent': laneMetric.quotaRefused,
  'account-blocked': laneMetric.accountBlocked,
};
/** Meanings of answers that are expected, not failures. */
const expected: ReadonlySet<Meaning> = new Set(['ok', 'exists', 'taken-or-invalid', 'absent']);

/** The metrics that follow from calls of the OneLink API. */
export abstract class CallMetrics {
  /** An observer whose metrics carry these dimensions. */
  abstract observer(dimensions: Dimensions): Observer;

  /** An observer to call once for each API call that was sent. */
  apiCalls(dimensions: Dimensions): (operation: Operation, meaning: Meaning, milliseconds: number) => void {
    const answered = this.apiAnswers(dimensions);
    return (operation, meaning, milliseconds) => {
      const one = this.observer({ ...dimensions, [dimension.operation]: operation });
      one.milliseconds(operationMetric.apiLatency, milliseconds);
      if (!expected.has(meaning)) one.count(operationMetric.apiCallFailed);
      answered(operation, meaning);
    };
  }

  /** As {@link apiCalls}, for a caller of a few calls a minute: counts the answers that concern the account, and nothing else. */
  apiAnswers(dimensions: Dimensions): (operation: Operation, meaning: Meaning) => void {
    const all = this.observer(dimensions);
    return (_, meaning) => {
      const metric = metricOfMeaning[meaning];
      if (metric !== undefined) all.count(metric);
    };
  }

  /** An observer of calls that cost quota, by producer. */
  quotaCalls(): (source: string) => void {
    return (source) => this.observer({ [dimension.source]: source }).count(sourceMetric.quotaCallMade);
  }
}
