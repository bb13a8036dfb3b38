import { describe, expect, onTestFinished, test } from 'vitest';
import { onDemandAlarmStates } from '../../../lambdas/adapters/on-demand-alarm-states.ts';
import { alarmActs } from '../../../lambdas/operations/alarms.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { type Answers, awsAccount } from '../../world/aws-account.ts';
import { givenStack } from './given-stack.ts';

const topic = (name: string) => `arn:aws:sns:eu-west-1:111122223333:${name}`;
let topics = { PageTopicArn: topic('page'), TicketTopicArn: topic('ticket') };
const alarmNamed = (AlarmName: string, to: string, change: object = {}) => ({
  AlarmName: `OneLink-production-${AlarmName}`,
  AlarmActions: [topic(to)],
  OKActions: [topic(to)],
  ActionsEnabled: true,
  StateValue: 'OK',
  TreatMissingData: 'notBreaching',
  Period: 60,
  ...change,
});

/** The act as the operations function carries it out, with CloudWatch's client of this moment. */
const run = await givenStack('OneLink-production', () => topics, {
  'alarm-test': (act, context) =>
    alarmActs({ alarms: onDemandAlarmStates(), clock: systemClock })['alarm-test'](act, context),
});

/** CloudWatch and SNS, in which each of these alarms can be fired. @returns the names of the alarms that were */
async function given(alarms: ReturnType<typeof alarmNamed>[], more: Answers = {}) {
  const fired: string[] = [];
  const named = ({ AlarmNames }: Readonly<Record<string, unknown>>) =>
    alarms.filter(({ AlarmName }) => !Array.isArray(AlarmNames) || AlarmNames.includes(AlarmName));
  const { environment } = await awsAccount(
    {
      DescribeAlarms: (input) => ({ json: { MetricAlarms: named(input) } }),
      SetAlarmState: ({ AlarmName }) => {
        fired.push(String(AlarmName));
        return { json: {} };
      },
      DescribeAlarmHistory: ({ AlarmName }) => {
        const to = alarms.find((one) => one.AlarmName === AlarmName)?.AlarmActions[0];
        const item = { AlarmName, HistoryItemType: 'Action', HistorySummary: `Successfully executed action ${to}` };
        return { json: { AlarmHistoryItems: fired.includes(String(AlarmName)) ? [item] : [] } };
      },
      ListSubscriptionsByTopic: ({ TopicArn }) => ({
        xml: `<Subscriptions><member><Protocol>email</Protocol><Endpoint>ops@acme.example</Endpoint><SubscriptionArn>${TopicArn}:1</SubscriptionArn></member></Subscriptions>`,
      }),
      ...more,
    },
    onTestFinished,
  );
  const names = ['AWS_ENDPOINT_URL_CLOUDWATCH', 'AWS_ENDPOINT_URL_SNS'];
  for (const name of names) process.env[name] = environment.AWS_ENDPOINT_URL;
  onTestFinished(() => {
    for (const name of names) delete process.env[name];
  });
  return fired;
}

describe('onelink alarm test', () => {
  test('fires one alarm of each severity, and shows who gets it', async () => {
    const fired = await given([
      alarmNamed('http-slow', 'page'),
      alarmNamed('qr-failed', 'ticket'),
      alarmNamed('http-errors', 'page'),
    ]);
    const { code, out } = await run('alarm', 'test', '--json');
    expect(fired).toEqual(['OneLink-production-qr-failed', 'OneLink-production-http-errors']);
    expect(out.map((line) => JSON.parse(line))).toEqual(
      ['ticket', 'page'].map((severity, index) => ({
        severity,
        topicArn: topic(severity),
        name: `alarm ${severity}`,
        result: 'ok',
        words: `${fired[index]} is fired, and its topic has the message for email ops@acme.example. It returns to OK in about a minute, with a second message`,
        alarm: fired[index],
        receivers: ['email ops@acme.example'],
      })),
    );
    expect(code).toBe(0);
  });

  test('fires once if both severities have one topic', async () => {
    topics = { PageTopicArn: topic('one'), TicketTopicArn: topic('one') };
    onTestFinished(() => {
      topics = { PageTopicArn: topic('page'), TicketTopicArn: topic('ticket') };
    });
    const fired = await given([alarmNamed('http-slow', 'one'), alarmNamed('qr-failed', 'one')]);
    expect((await run('alarm', 'test')).code).toBe(0);
    expect(fired).toHaveLength(1);
  });

  test('ends with 1 if nobody has confirmed', async () => {
    const ListSubscriptionsByTopic = {
      xml: '<Subscriptions><member><Protocol>email</Protocol><Endpoint>ops@acme.example</Endpoint><SubscriptionArn>PendingConfirmation</SubscriptionArn></member></Subscriptions>',
    };
    await given([alarmNamed('http-slow', 'page')], { ListSubscriptionsByTopic });
    const { code, out } = await run('alarm', 'test', '--severity', 'page');
    expect(out[0]).toMatch(
      /^failed {5}alarm page: .* nobody has confirmed: email ops@acme\.example \(not confirmed\)\n/,
    );
    expect(code).toBe(1);
  });

  test('fires none that acts, is on, or would stay on', async () => {
    const fired = await given([
      alarmNamed('a', 'page', { OKActions: ['arn:aws:lambda:eu-west-1:111122223333:function:heal'] }),
      alarmNamed('b', 'page', { StateValue: 'ALARM' }),
      alarmNamed('c', 'page', { TreatMissingData: 'ignore' }),
    ]);
    const { code, out } = await run('alarm', 'test', '--severity', 'page');
    expect(out[0]).toMatch(
      /^warning {4}alarm page: none was fired: 1 × it does more than to publish: .*; 1 × it is on, .*; 1 × it would stay in ALARM without data\n +Close the alarms that are on/,
    );
    expect([code, fired]).toEqual([1, []]);
  });
});
