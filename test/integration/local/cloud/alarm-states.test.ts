import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { Duration } from 'aws-cdk-lib';
import { Alarm, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { expect } from 'vitest';
import { SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { setVariables, test } from './fixture.ts';

test('a state that is set notifies the topics, is in the history, and ends at the next evaluation', async ({
  opened: bench,
}) => {
  // Given an alarm with a topic that admits alarms, and one with a topic that does not
  const admitting = new Topic(bench.stack, 'Admitting');
  admitting.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [admitting.topicArn],
    }),
  );
  const closed = new Topic(bench.stack, 'Closed', { enforceSSL: true });
  for (const [name, topic] of Object.entries({ admitted: admitting, refused: closed })) {
    const alarm = new Alarm(bench.stack, name, {
      alarmName: name,
      metric: new Metric({ namespace: 'Links', metricName: 'Slow', period: Duration.minutes(1) }),
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
  }
  const clock = new SimulatedClock(Date.parse('2026-03-01T10:00:10Z'));
  const cloud = await bench.start({ clock });
  setVariables(cloud);
  const cloudWatch = new CloudWatchClient();
  const stateOf = async (AlarmName: string) =>
    (await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }))).MetricAlarms?.[0]?.StateValue;
  const historyOf = async (AlarmName: string) => {
    const asked = { AlarmName, StartDate: new Date('2026-03-01T10:01:00Z'), ScanBy: 'TimestampAscending' as const };
    const { AlarmHistoryItems = [] } = await cloudWatch.send(new DescribeAlarmHistoryCommand(asked));
    return AlarmHistoryItems.map(({ HistoryItemType, HistorySummary }) => `${HistoryItemType}: ${HistorySummary}`);
  };
  await clock.set(Date.parse('2026-03-01T10:01:05Z'));
  expect(await stateOf('admitted')).toBe('OK');

  // When
  for (const AlarmName of ['admitted', 'refused']) {
    await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'TEST' }));
  }

  // Then
  expect(await stateOf('admitted')).toBe('ALARM');
  await expect
    .poll(() => historyOf('admitted'))
    .toContainEqual(expect.stringMatching(/^Action: Successfully executed action arn:aws:sns:/));
  await expect
    .poll(() => historyOf('refused'))
    .toContainEqual(expect.stringMatching(/^Action: Failed to execute action arn:aws:sns:.*not authorized to perform/));
  await clock.set(Date.parse('2026-03-01T10:02:05Z'));
  expect(await stateOf('admitted')).toBe('OK');
  expect(await historyOf('admitted')).toContain('StateUpdate: Alarm updated from ALARM to OK');
  await expect(
    cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'nobody', StateValue: 'ALARM', StateReason: 'TEST' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFound' });
});
