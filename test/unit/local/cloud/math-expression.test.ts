import { describe, expect, test } from 'vitest';
import { parseExpression } from '../../../../local/cloud/telemetry/math-expression.ts';

describe('a metric math expression', () => {
  const datapoints = { m1: 6, m2: 3, zero: 0, gone: undefined };

  test.each([
    ['m1 + m2 * 2', 12],
    ['(m1 + m2) * 2', 18],
    ['m1 - m2 - 1', 2],
    ['-m1 + 2 ^ 3', 2],
    ['100 * m2 / m1', 50],
    ['m1 / zero', undefined],
    ['m1 + gone', undefined],
    ['FILL(gone, 0) + m1', 6],
    ['IF(m1 > m2, m1, m2)', 6],
    ['IF(m1 <= m2 OR zero, 1, 2)', 2],
    ['IF(m1 >= 6 && m2 == 3, 1.5, 0)', 1.5],
    ['IF(gone, 1, 2)', undefined],
    ['SUM([m1, m2, gone])', 9],
    ['MAX([m1, m2]) - MIN([m1, m2])', 3],
    ['AVG([m1, m2])', 4.5],
    ['ABS(m2 - m1)', 3],
  ])('%s', (source, expected) => {
    expect(parseExpression(source).evaluate(datapoints)).toBe(expected);
  });

  test('lists the metrics that it refers to', () => {
    expect(parseExpression('IF(errors > 0, 100 * errors / calls, 0)').ids).toEqual(['errors', 'calls']);
  });

  test.each([
    ['ANOMALY_DETECTION_BAND(m1)', 'the function ANOMALY_DETECTION_BAND'],
    ['SUM(m1)', 'SUM of one metric'],
    ['FILL(m1, REPEAT)', 'REPEAT is not the ID of a metric'],
    ['m1 +', 'it ends too early'],
    ['m1 m2', 'm2 is out of place'],
    ['m1 ? 1', '? 1'],
  ])('%s is refused', (source, message) => {
    expect(() => parseExpression(source)).toThrow(message);
  });
});
