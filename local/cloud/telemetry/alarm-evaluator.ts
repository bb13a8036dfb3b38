export type AlarmStateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The settings of a CloudWatch alarm that decide its state. */
export interface AlarmRule {
  readonly threshold: number;
  readonly comparison: Comparison;
  /** N: how many periods are looked at. */
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
 * How many periods an alarm looks back, so that a few late or missing datapoints do not decide. CloudWatch does not
 * publish the number; its documentation shows five for three evaluation periods.
 */
export function evaluationRange(rule: AlarmRule): number {
  return rule.evaluationPeriods + 2;
}

export interface Evaluation {
  readonly state: AlarmStateValue;
  readonly reason: string;
}

/**
 * Decides an alarm's state as CloudWatch does. Written here because no engine or library at hand evaluates missing data by
 * CloudWatch's rules.
 *
 * Enough datapoints in the range: the last N of them decide, gaps passed over. Fewer: the gaps are filled as the alarm
 * says, and as few of them as N needs. No datapoint at all: the filling alone decides, and `missing` means
 * INSUFFICIENT_DATA.
 * @param datapoints one for each period of the evaluation range, oldest first; undefined where there is none
 * @param previous the state before, which `ignore` keeps
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
  const told = `${breaching} of the last ${recent.length} datapoints [${recent.join(', ')}] breached the threshold (${rule.comparison} ${rule.threshold})`;
  const enough = (count: number): Evaluation => ({
    state: count >= rule.datapointsToAlarm ? 'ALARM' : 'OK',
    reason: missing > 0 ? `${told}; ${missing} missing, treated as ${rule.missingData}` : told,
  });
  if (missing <= 0) return enough(breaching);
  switch (rule.missingData) {
    case 'breaching':
      return enough(breaching + missing);
    case 'notBreaching':
      return enough(breaching);
    case 'ignore':
      return breaching < rule.datapointsToAlarm && breaching === recent.length
        ? { state: previous, reason: `${told}; ${missing} missing, the state is kept` }
        : enough(breaching);
    case 'missing':
      if (recent.length === 0) return { state: 'INSUFFICIENT_DATA', reason: 'no datapoints were received' };
      if (breaching === recent.length && oldestBreachCounts(rule, datapoints)) {
        return { state: 'ALARM', reason: `${told}; ${missing} missing, all others breach` };
      }
      return enough(breaching);
  }
}

/**
 * With `missing`, few datapoints that all breach are enough for ALARM once the oldest of them is at least M periods
 * old; before that CloudWatch waits, so that a metric that has just begun does not alarm too early.
 */
function oldestBreachCounts(rule: AlarmRule, datapoints: readonly (number | undefined)[]): boolean {
  return datapoints.length - datapoints.findIndex((value) => value !== undefined) >= rule.datapointsToAlarm;
}
