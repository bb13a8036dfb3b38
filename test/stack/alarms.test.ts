import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { config } from '../../lib/config.ts';
import type { Configuration } from '../../lib/config-schema.ts';
import { type AlarmId, alarmIds } from '../../lib/observability/alarm-line.ts';
import { configuredApp } from './configured-app.ts';

const { template } = configuredApp();
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
const runbook = readFileSync(new URL('../../lib/observability/RUNBOOK.md', import.meta.url), 'utf8');
const entries = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry]),
);
const idOf = ({ AlarmDescription }: { AlarmDescription: string }) =>
  AlarmDescription.match(/RUNBOOK\.md#([a-z0-9-]+)$/)?.[1];

describe('the runbook', () => {
  test('has one heading for each alarm, and no other', () => {
    expect([...entries.keys()].sort()).toEqual([...alarmIds].sort());
    expect([...new Set(alarms.map(idOf))].sort()).toEqual([...alarmIds].sort());
  });

  test('says of each what it means, what to check, how to fix it and when it is closed', () => {
    for (const [id, entry] of entries) {
      const parts = [...entry.matchAll(/^\*\*(Means|Check|Fix|Closed when)\b/gm)].map(([, part]) => part);
      expect([id, parts]).toEqual([id, ['Means', 'Check', 'Fix', 'Closed when']]);
    }
  });

  test('says how severe each is, as its alarms do', () => {
    const page = Object.keys(template.findResources('AWS::SNS::Topic')).find((id) => id.includes('Page'));
    for (const alarm of alarms) {
      const severity = alarm.AlarmActions[0].Ref === page ? 'page' : 'ticket';
      expect(entries.get(idOf(alarm) ?? '')).toContain(`\nSeverity: ${severity}.`);
    }
  });

  test('reads only outputs that exist', () => {
    const lanes = runbook.replaceAll('$' + '{LANE}', 'Campaign');
    const read = [...lanes.matchAll(/\$\(output "?([A-Za-z]+)"?\)/g)].map(([, output]) => output ?? '');
    expect(read.length).toBeGreaterThan(10);
    for (const output of read) expect(template.findOutputs(output), output).not.toEqual({});
  });
});

describe('the alarms', () => {
  test('are these, by name', () => {
    const ofLane = ['dead-letters', 'commands-expiring', 'worker-errors', 'worker-throttled'].flatMap((id) => [
      id,
      `qr-${id}`,
    ]);
    const common = [
      ...ofLane,
      'account-refused',
      'commands-held',
      'commands-returned',
      'rate-limited',
      'commands-rejected',
      'qr-failed',
    ];
    const expected = [
      ...[...common, 'commands-late'].map((id) => `OneLink-production-transactional-${id}`),
      ...[...common, 'backlog-old'].map((id) => `OneLink-production-campaign-${id}`),
      ...[
        'expiry-dead-letters',
        'expiry-worker-errors',
        'expiry-backlog-old',
        'links-expiring-soon',
        'governor-silent',
        'account-refused',
        'api-unreachable',
        'quota-nearly-spent',
        'quota-used-85-percent',
        'quota-used-70-percent',
      ].map((id) => `OneLink-production-${id}`),
    ];
    expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(expected.sort());
  });

  test('stay quiet when nothing is measured, but for the heartbeat', () => {
    const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching');
    expect(breaching.map(({ AlarmName, TreatMissingData }) => [AlarmName, TreatMissingData])).toEqual([
      ['OneLink-production-governor-silent', 'breaching'],
    ]);
  });

  test('tell their topic when they fire and when it is over', () => {
    for (const { AlarmActions, OKActions } of alarms) {
      expect(AlarmActions).toHaveLength(1);
      expect(OKActions).toEqual(AlarmActions);
    }
  });

  test('watch what they say, at these thresholds', () => {
    const at = (name: string) => {
      const alarm = alarms.find(({ AlarmName }) => AlarmName === `OneLink-production-${name}`) ?? {};
      const { Namespace, MetricName, Statistic, Period, EvaluationPeriods, ComparisonOperator, Threshold } = alarm;
      const operator = ComparisonOperator === 'LessThanThreshold' ? '<' : '>=';
      return `${Namespace} ${MetricName} ${Statistic} ${Period} s × ${EvaluationPeriods} ${operator} ${Threshold}`;
    };
    expect(at('campaign-dead-letters')).toBe('AWS/SQS ApproximateNumberOfMessagesVisible Maximum 60 s × 1 >= 1');
    expect(at('transactional-commands-late')).toBe('AWS/SQS ApproximateAgeOfOldestMessage Maximum 60 s × 2 >= 300');
    expect(at('campaign-backlog-old')).toBe('AWS/SQS ApproximateAgeOfOldestMessage Maximum 60 s × 5 >= 21600');
    expect(at('transactional-commands-returned')).toBe('OneLinkPipeline CommandReturned Sum 300 s × 3 >= 10');
    expect(at('campaign-commands-returned')).toBe('OneLinkPipeline CommandReturned Sum 300 s × 6 >= 1000');
    // eight of ten days
    expect(at('campaign-commands-expiring')).toBe('AWS/SQS ApproximateAgeOfOldestMessage Maximum 60 s × 5 >= 691200');
    expect(at('governor-silent')).toBe('OneLinkPipeline QuotaPolled Sum 60 s × 10 < 1');
    expect(at('account-refused')).toBe('OneLinkPipeline AccountRefused Maximum 60 s × 2 >= 1');
    expect(at('campaign-account-refused')).toBe('OneLinkPipeline AccountBlocked Sum 300 s × 1 >= 1');
    expect(at('api-unreachable')).toBe('OneLinkPipeline ApiUnreachable Maximum 60 s × 5 >= 1');
    expect(at('quota-nearly-spent')).toBe('OneLinkPipeline QuotaUsedPercent Maximum 60 s × 1 >= 95');
    expect(at('quota-used-70-percent')).toBe('OneLinkPipeline QuotaUsedPercent Maximum 60 s × 1 >= 70');
    expect(at('campaign-rate-limited')).toBe('OneLinkPipeline RateLimited Sum 300 s × 1 >= 10');
    expect(at('campaign-commands-rejected')).toBe('OneLinkPipeline CommandRejected Sum 900 s × 1 >= 1000');
    expect(at('campaign-qr-worker-errors')).toBe('AWS/Lambda Errors Sum 300 s × 1 >= 3');
    expect(at('campaign-worker-throttled')).toBe('AWS/Lambda Throttles Sum 300 s × 3 >= 10');
  });

  test('address the functions’ metrics by the dimensions that the functions write', () => {
    const dimensions = (name: string) =>
      alarms.find(({ AlarmName }) => AlarmName === `OneLink-production-${name}`)?.Dimensions;
    expect(dimensions('quota-nearly-spent')).toEqual([{ Name: 'service', Value: 'OneLink-production' }]);
    expect(dimensions('campaign-rate-limited')).toEqual([
      { Name: 'lane', Value: 'campaign' },
      { Name: 'service', Value: 'OneLink-production' },
    ]);
  });

  test('of a stage with topics of its own go there, and an address is subscribed to the topics made here', () => {
    // Given
    const pageTopicArn = 'arn:aws:sns:eu-west-1:111122223333:page';
    const staging = config.stages.staging ?? expect.fail('no stage');
    const configuration: Configuration = {
      ...config,
      stages: { staging: { ...staging, alarms: { email: 'operator@acme.example', pageTopicArn } } },
    };
    // When
    const { template: own } = configuredApp(configuration, 'staging');
    // Then
    own.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'OneLink-staging-governor-silent',
      AlarmActions: [pageTopicArn],
    });
    own.resourceCountIs('AWS::SNS::Subscription', 1);
    own.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'operator@acme.example' });
  });

  test('may be published by CloudWatch for this account alone, which a topic’s own policy would else shut out', () => {
    const policies = Object.entries(template.findResources('AWS::SNS::TopicPolicy')).filter(([id]) =>
      id.includes('Alarms'),
    );
    expect(policies).toHaveLength(2);
    for (const [, { Properties }] of policies) {
      expect(Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      );
    }
  });

  test('have IDs that the type knows', () => {
    const known: readonly AlarmId[] = alarmIds;
    expect(new Set(known).size).toBe(known.length);
  });
});

test('the dashboard shows every lane', () => {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  expect(dashboard?.Properties.DashboardName).toBe('OneLink-production');
  const body = JSON.stringify(dashboard?.Properties.DashboardBody);
  for (const title of [
    'campaign: outcomes per minute',
    'transactional: command latency (ms)',
    'Quota remaining (calls)',
  ]) {
    expect(body).toContain(title);
  }
});
