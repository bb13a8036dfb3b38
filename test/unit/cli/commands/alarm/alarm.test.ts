import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { deliveryOf } from '../../../../../cli/commands/alarm/delivery.ts';
import { receiversOf } from '../../../../../cli/commands/alarm/receivers.ts';
import { fixFor, testableAlarm } from '../../../../../cli/commands/alarm/testable-alarm.ts';
import { type Answers, awsAccount, denied } from '../../../../world/aws-account.ts';

const topicArn = 'arn:aws:sns:eu-central-1:111122223333:page';
const [alarm, firedAt] = ['OneLink-production-http-slow', Date.parse('2026-03-01T10:00:00Z')];

async function given(answers: Answers) {
  const { environment, calls } = await awsAccount(answers, onTestFinished);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  return calls;
}

describe('the delivery of an alarm', () => {
  const item = (HistorySummary: string) => ({
    json: { AlarmHistoryItems: [{ AlarmName: alarm, HistoryItemType: 'Action', HistorySummary }] },
  });
  /** What is found if the history gives these answers, one after the other. The last one stays. */
  const watched = async (...answers: Answers[string][]) => {
    let asked = 0;
    await given({ DescribeAlarmHistory: () => answers[Math.min(asked++, answers.length - 1)] as never });
    let now = 0;
    const clock = {
      wallMilliseconds: () => firedAt + now,
      monotonicMilliseconds: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
    };
    const ports = { clock, interrupted: new AbortController().signal };
    return { delivery: await deliveryOf(new CloudWatchClient(), { alarm, topicArn, firedAt }, ports), now: () => now };
  };

  test('is waited for, and found in the history', async () => {
    const { delivery, now } = await watched(
      { json: { AlarmHistoryItems: [] } },
      item('Successfully executed action arn:aws:sns:eu-central-1:111122223333:another'),
      item(`Successfully executed action ${topicArn}`),
    );
    expect(delivery).toEqual({ state: 'delivered' });
    expect(now()).toBe(4_000);
  });

  test('that the topic refuses shows CloudWatch’s reason', async () => {
    const words = `Failed to execute action ${topicArn}. Received error: "CloudWatch Alarms does not have authorization to access the SNS topic encryption key."`;
    expect((await watched(item(words))).delivery).toEqual({ state: 'failed', why: words });
  });

  test('that never comes ends after two minutes', async () => {
    const { delivery, now } = await watched({ json: { AlarmHistoryItems: [] } });
    expect(delivery).toEqual({
      state: 'unknown',
      why: 'the alarm’s history did not show its action within two minutes',
    });
    expect(now()).toBe(120_000);
  });
});

describe('the receivers of an alarm', () => {
  const member = (protocol: string, endpoint: string, arn: string) =>
    `<member><Protocol>${protocol}</Protocol><Endpoint>${endpoint}</Endpoint><SubscriptionArn>${arn}</SubscriptionArn></member>`;

  test('are those who have confirmed; of a URL only its host is shown, because its path may be a key', async () => {
    await given({
      ListSubscriptionsByTopic: {
        xml: `<Subscriptions>${member('email', 'ops@acme.example', `${topicArn}:1`)}${member('https', 'https://events.example/integration/s3cret/enqueue', `${topicArn}:2`)}${member('email', 'new@acme.example', 'PendingConfirmation')}</Subscriptions>`,
      },
    });
    expect(await receiversOf(new SNSClient(), topicArn)).toEqual({
      confirmed: 2,
      words: ['email ops@acme.example', 'https events.example', 'email new@acme.example (not confirmed)'],
    });
  });

  test('are counted if the caller may not list them', async () => {
    await given({
      ListSubscriptionsByTopic: denied('AuthorizationError', 'SNS:ListSubscriptionsByTopic'),
      GetTopicAttributes: {
        xml: '<Attributes><entry><key>SubscriptionsConfirmed</key><value>1</value></entry><entry><key>SubscriptionsPending</key><value>2</value></entry></Attributes>',
      },
    });
    expect(await receiversOf(new SNSClient(), topicArn)).toEqual({
      confirmed: 1,
      words: ['1 confirmed subscription', '2 subscriptions not confirmed'],
    });
  });
});

test('the alarm of a test publishes to the topic, is fit, and has the shortest period', async () => {
  const one = (AlarmName: string, change: object = {}) => ({
    AlarmName,
    AlarmActions: [topicArn],
    StateValue: 'OK',
    TreatMissingData: 'notBreaching',
    Period: 60,
    ...change,
  });
  await given({
    DescribeAlarms: {
      json: {
        MetricAlarms: [
          one('a-slow', { Period: 900 }),
          one('b-on', { StateValue: 'ALARM' }),
          one('c-elsewhere', { AlarmActions: ['arn:aws:sns:eu-central-1:111122223333:ticket'] }),
          one('e-fit'),
          one('d-fit'),
        ],
      },
    },
  });
  expect(await testableAlarm(new CloudWatchClient(), { stackName: 'OneLink-production', topicArn })).toEqual({
    name: 'd-fit',
    unfit: new Map([['it is on, so a test would hide what it means', 1]]),
  });
});

test.each<[string, [words: string, alarms: number][], string]>([
  [
    'new',
    [
      ['it would stay in ALARM without data', 2],
      ['it is on, so a test would hide what it means', 1],
      ['CloudWatch has not evaluated it yet', 66],
    ],
    'The stack or its alarms are new. Try again in five minutes.',
  ],
  [
    'on',
    [
      ['it would stay in ALARM without data', 2],
      ['it is on, so a test would hide what it means', 66],
    ],
    'Close the alarms that are on, and try again.',
  ],
  [
    'never fit',
    [['it would stay in ALARM without data', 2]],
    `Test its topic alone: aws sns publish --topic-arn ${topicArn} --subject TEST --message "TEST: nothing is wrong"`,
  ],
])('the fix names what helps if the alarms of a topic are %s', (_, unfit, fix) => {
  expect(fixFor(new Map(unfit), topicArn)).toBe(fix);
});
