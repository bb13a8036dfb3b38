import { describe, expect, test } from 'vitest';
import { type TestedAlarm, unfitForTest } from '../../../../lambdas/domain/acts/alarms.ts';
import { alarmActs } from '../../../../lambdas/operations/alarms.ts';
import { ActFailed } from '../../../../lambdas/operations/performers.ts';

const topic = 'arn:aws:sns:eu-west-1:111122223333:page';
const fit: TestedAlarm = {
  StateValue: 'OK',
  ActionsEnabled: true,
  AlarmActions: [topic],
  OKActions: [topic],
  TreatMissingData: 'notBreaching',
  Namespace: 'OneLink',
};
const by = { arn: 'arn:aws:iam::111122223333:role/operator', account: '111122223333', id: 'AROAEXAMPLE' };

/** The act on one alarm, and what was fired. */
async function tested(alarm: TestedAlarm | undefined) {
  const fired: [name: string, reason: string][] = [];
  const alarms = { read: async () => alarm, fire: async (...one: [string, string]) => void fired.push(one) };
  const { 'alarm-test': act } = alarmActs({ alarms, clock: { wallMilliseconds: () => 5_000 } });
  const answer = await act({ name: 'alarm-test', alarm: 'governor-silent' }, { by, reason: undefined } as never).catch(
    (error: unknown) => error,
  );
  return { answer, fired };
}

describe('the test of an alarm', () => {
  test('fires it with a reason that begins with TEST, and answers when and to whom', async () => {
    const { answer, fired } = await tested(fit);
    expect(answer).toEqual({
      answer: { firedAt: 5_000, topics: [topic] },
      effect: { fired: true, topics: 1 },
    });
    expect(fired).toEqual([
      ['governor-silent', expect.stringMatching(/^TEST: nothing is wrong\. .*onelink alarm test/)],
    ]);
  });

  test.each<[string, TestedAlarm | undefined, string]>([
    ['that does not exist', undefined, 'There is no alarm governor-silent. Nothing was fired.'],
    [
      'that starts a function',
      { ...fit, OKActions: ['arn:aws:lambda:eu-west-1:111122223333:function:heal'] },
      'governor-silent cannot be tested: it does more than to publish: arn:aws:lambda:eu-west-1:111122223333:function:heal. Nothing was fired.',
    ],
    [
      'that stops a machine',
      { ...fit, AlarmActions: [topic, 'arn:aws:automate:eu-west-1:ec2:stop'] },
      'governor-silent cannot be tested: it does more than to publish: arn:aws:automate:eu-west-1:ec2:stop. Nothing was fired.',
    ],
    [
      'that is new',
      { ...fit, StateValue: 'INSUFFICIENT_DATA' },
      'governor-silent cannot be tested: CloudWatch has not evaluated it yet. Nothing was fired.',
    ],
    [
      'that is on',
      { ...fit, StateValue: 'ALARM' },
      'governor-silent cannot be tested: it is on, so a test would hide what it means. Nothing was fired.',
    ],
  ])('refuses one %s, and fires nothing', async (_, alarm, words) => {
    const { answer, fired } = await tested(alarm);
    expect(answer).toBeInstanceOf(ActFailed);
    expect(answer).toMatchObject({ message: words });
    expect(fired).toEqual([]);
  });

  test.each<[string, TestedAlarm]>([
    ['without actions', { ...fit, AlarmActions: [] }],
    ['whose actions are off', { ...fit, ActionsEnabled: false }],
    ['that keeps its state without data', { ...fit, TreatMissingData: 'ignore' }],
    ['on a heartbeat', { ...fit, TreatMissingData: 'breaching' }],
    ['on DynamoDB', { ...fit, Namespace: 'AWS/DynamoDB' }],
    [
      'on an expression over DynamoDB',
      { ...fit, Namespace: undefined, Metrics: [{}, { MetricStat: { Metric: { Namespace: 'AWS/DynamoDB' } } }] },
    ],
  ])('has no use for one %s', (_, alarm) => {
    expect(unfitForTest(alarm)).toEqual(expect.any(String));
  });
});
