import { describe, expect, test } from 'vitest';
import {
  type AlarmRule,
  type AlarmStateValue,
  evaluateAlarm,
} from '../../../../local/cloud/telemetry/alarm-evaluator.ts';

const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

const anyRule: AlarmRule = {
  threshold: 10,
  comparison: 'GreaterThanThreshold',
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  missingData: 'missing',
};

/** Datapoints in the notation of CloudWatch's documentation: 0 within the threshold, X beyond it, - missing. */
function evaluate(
  drawn: string,
  m: number,
  n: number,
  missingData: AlarmRule['missingData'],
  previous: AlarmStateValue,
) {
  const rule = { ...anyRule, evaluationPeriods: n, datapointsToAlarm: m, missingData };
  const datapoints = drawn.split(' ').map((mark) => ({ '0': 10, X: 11 })[mark]);
  return evaluateAlarm(rule, datapoints, previous).state;
}

/** Any state before. */
const kept = 'kept';

describe("an alarm's state, as CloudWatch's documentation tabulates it", () => {
  test.each([
    ['3 of 3', '0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    ['3 of 3', '0 - - - -', ['OK', 'OK', 'OK', 'OK']],
    ['3 of 3', '- - - - -', ['INSUFFICIENT_DATA', kept, 'ALARM', 'OK']],
    ['3 of 3', '0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['3 of 3', '- - X - -', ['ALARM', kept, 'ALARM', 'OK']],
    ['2 of 3', '0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['2 of 3', '0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['2 of 3', '0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    ['2 of 3', '- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    ['2 of 3', '- - - X -', ['ALARM', kept, 'ALARM', 'OK']],
  ] as const)('%s, %s', (mOfN, drawn, expected) => {
    const [m = 0, n = 0] = mOfN.split(' of ').map(Number);
    for (const previous of ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const) {
      const states = treatments.map((missingData) => evaluate(drawn, m, n, missingData, previous));
      expect(states).toEqual(expected.map((state) => (state === kept ? previous : state)));
    }
  });

  test('a new metric does not alarm before it has breached for M periods', () => {
    expect(evaluate('- - - - X', 3, 3, 'missing', 'OK')).toBe('OK');
    expect(evaluate('- - - X X', 3, 3, 'missing', 'OK')).toBe('OK');
    expect(evaluate('- - X X X', 3, 3, 'missing', 'OK')).toBe('ALARM');
  });

  test.each([
    ['GreaterThanThreshold', [false, false, true]],
    ['GreaterThanOrEqualToThreshold', [false, true, true]],
    ['LessThanThreshold', [true, false, false]],
    ['LessThanOrEqualToThreshold', [true, true, false]],
  ] as const)('%s', (comparison, expected) => {
    const rule = { ...anyRule, threshold: 5, comparison };
    expect([4, 5, 6].map((value) => evaluateAlarm(rule, [value], 'OK').state === 'ALARM')).toEqual(expected);
  });

  test('the reason names the datapoints, the threshold and the missing data', () => {
    const rule: AlarmRule = { ...anyRule, evaluationPeriods: 3, datapointsToAlarm: 2, missingData: 'breaching' };
    expect(evaluateAlarm(rule, [undefined, 3, undefined, 12, undefined], 'OK').reason).toBe(
      '1 of the last 2 datapoints [3, 12] breached the threshold (GreaterThanThreshold 10); 1 missing, treated as breaching',
    );
  });
});
