export type AlarmStateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The settings of a CloudWatch alarm that decide its state. */
export interface AlarmRule {
  readonly threshold: number;
  readonly comparison: Comparison;
  /** N: the number of evaluated periods. */
  readonly evaluationPeriods: number;
  /** M: how many of them must breach the threshold. */
  readonly datapointsToAlarm: number;
  readonly missingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
}

const comparisons = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};
export type Comparison = keyof typeof comparisons;
export const comparisonOperators = Object.keys(comparisons) as [Comparison, ...Comparison[]];

/**
 * The number of periods in an alarm's evaluation range. It exceeds N, so a few late or missing datapoints decide
 * nothing. CloudWatch does not publish the number. Its documentation shows five for three evaluation periods.
 */
export function evaluationRange(rule: AlarmRule): number {
  return rule.evaluationPeriods + 2;
}

export interface Evaluation {
  readonly state: AlarmStateValue;
  readonly reason: string;
}

/**
 * Decides an alarm's state as CloudWatch does.
 *
 * With enough datapoints in the range, the last N of them decide, and gaps do not count. With fewer, the alarm's
 * setting fills as few gaps as N needs. Without any datapoint, the setting alone decides, and `missing` means
 * INSUFFICIENT_DATA.
 * @param datapoints one for each period of the evaluation range, oldest first; undefined for a gap
 * @param previous the state before; `ignore` keeps it
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function evaluateAlarm(
  rule: AlarmRule,
  datapoints: readonly (number | undefined)[],
  previous: AlarmStateValue,
): Evaluation {
  const breaches = (value: number) => comparisons[rule.comparison](value, rule.threshold);
  const existing = datapoints.filter((value) => value !== undefined);
  const recent = existing.slice(-rule.evaluationPeriods);
  const missing = rule.evaluationPeriods - recent.length;
  const breaching = recent.filter(breaches).length;
  const summary = `${breaching} of the last ${recent.length} datapoints [${recent.join(', ')}] breached the threshold (${rule.comparison} ${rule.threshold})`;
  const enough = (count: number): Evaluation => ({
    state: count >= rule.datapointsToAlarm ? 'ALARM' : 'OK',
    reason: missing > 0 ? `${summary}; ${missing} missing, treated as ${rule.missingData}` : summary,
  });
  if (missing <= 0) return enough(breaching);
  switch (rule.missingData) {
    case 'breaching':
      return enough(breaching + missing);
    case 'notBreaching':
      return enough(breaching);
    case 'ignore':
      return breaching < rule.datapointsToAlarm && breaching === recent.length
        ? { state: previous, reason: `${summary}; ${missing} missing, the state is kept` }
        : enough(breaching);
    case 'missing':
      if (recent.length === 0) return { state: 'INSUFFICIENT_DATA', reason: 'no datapoints were received' };
      if (breaching === recent.length && oldestBreachCounts(rule, datapoints)) {
        return { state: 'ALARM', reason: `${summary}; ${missing} missing, all others breach` };
      }
      return enough(breaching);
  }
}

/**
 * With `missing`, a few breaching datapoints are enough for ALARM if the oldest is at least M periods old. Before that,
 * CloudWatch waits, so a new metric does not alarm too early.
 */
function oldestBreachCounts(rule: AlarmRule, datapoints: readonly (number | undefined)[]): boolean {
  return datapoints.length - datapoints.findIndex((value) => value !== undefined) >= rule.datapointsToAlarm;
}
