import { readFileSync } from 'node:fs';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { type AlarmId, alarmIds } from '../../lib/observability/alarm-line.ts';
import { configuredApp } from './configured-app.ts';
import { pipelineOf, settings } from './shipped-pipeline.ts';
import { textIn } from './text-in.ts';

const { template } = configuredApp();
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
/** A pipeline that has ingress queues, and posts outcomes. */
const other = Template.fromStack(
  pipelineOf({
    producers: settings().producers.map(({ http: _, ...one }) => ({
      ...one,
      principals: [{ account: '444455556666' }],
      outcomeUrl: `https://hooks.acme.example/${one.source}`,
    })),
  }),
);
const allAlarms = [
  ...alarms,
  ...Object.values(other.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties),
];
const runbook = readFileSync(new URL('../../lib/observability/RUNBOOK.md', import.meta.url), 'utf8');
const entries = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry]),
);
const idOf = ({ AlarmDescription }: { AlarmDescription: unknown }) =>
  textIn(AlarmDescription).match(/-runbook-([a-z0-9-]+)\/description\?region=<AWS::Region>$/)?.[1];
const pageTopic = Object.keys(template.findResources('AWS::SNS::Topic')).find((id) => id.includes('Page'));
const severityOf = ({ AlarmActions }: { AlarmActions: [{ Ref: string }] }) =>
  AlarmActions[0].Ref === pageTopic ? 'page' : 'ticket';

describe('the runbook', () => {
  test('has one heading for each alarm, and no other', () => {
    expect([...entries.keys()].sort()).toEqual([...alarmIds].sort());
    expect([...new Set(allAlarms.map(idOf))].sort()).toEqual([...alarmIds].sort());
  });

  test('has in each entry what the alarm means, what to check, how to fix it and when it is closed', () => {
    for (const [id, entry] of entries) {
      const parts = [...entry.matchAll(/^\*\*(Means|Check|Fix|Closed when)\b/gm)].map(([, part]) => part);
      expect([id, parts]).toEqual([id, ['Means', 'Check', 'Fix', 'Closed when']]);
    }
  });

  test('gives each entry the severity of its alarms', () => {
    const severities = Map.groupBy(allAlarms, (alarm) => idOf(alarm));
    for (const [id, entry] of entries) {
      const stated = entry.match(/^Severity: (.*)/m)?.[1] ?? '';
      const expected = new Set(severities.get(id)?.map((alarm) => severityOf(alarm)));
      expect([id, new Set(stated.match(/\b(page|ticket)\b/g))]).toEqual([id, expected]);
    }
  });

  test('reads only outputs that the stack has', () => {
    const lanes = runbook.replaceAll('$' + '{LANE}', 'Campaign');
    const read = [...lanes.matchAll(/\$\(output "?([A-Za-z]+)"?\)/g)].map(([, output]) => output ?? '');
    expect(read.length).toBeGreaterThan(10);
    const outputs = [...Object.keys(template.findOutputs('*')), ...Object.keys(other.findOutputs('*'))];
    expect(read.filter((output) => !outputs.includes(output))).toEqual([]);
  });

  test('uses only verbs of the command line, and changes a mapping only while the governor stands still', () => {
    const verbs = [...runbook.matchAll(/npx onelink ([a-z-]+)/g)].map(([, verb]) => verb);
    const known = [
      'audit',
      'campaign',
      'dead-letters',
      'doctor',
      'keys',
      'parked',
      'pause',
      'quarantine',
      'resume',
      'senders',
      'status',
      'trace',
      'verify',
    ];
    expect([...new Set(verbs)].sort()).toEqual(known);
    const changes = runbook
      .split('\n')
      .flatMap((line, at, lines) => (line.includes('update-event-source-mapping') ? [lines[at - 1]] : []));
    expect(changes).toEqual([expect.stringMatching(/GovernorFunctionName.* --reserved-concurrent-executions 0 /)]);
  });
});

describe('the alarms', () => {
  test('have these names and severities', () => {
    const ofLane = (lane: string) => ({
      page: ['dead-letters', 'commands-expiring'].map((id) => `${lane}-${id}`),
      ticket: [
        'lane-parked',
        'lane-paused',
        'calls-failing',
        'rate-limited',
        'commands-rejected',
        'sender-not-allowed',
        'commands-quarantined',
        'qr-failed',
        'function-errors',
        'worker-throttled',
        'bookkeeping-failed',
        'campaign-failing',
        'campaign-stands-still',
        'campaign-late',
        'campaign-rejected',
      ].map((id) => `${lane}-${id}`),
    });
    const [transactional, campaign] = [ofLane('transactional'), ofLane('campaign')];
    const named = (severity: string) =>
      alarms
        .filter((alarm) => severityOf(alarm) === severity)
        .map(({ AlarmName }) => String(AlarmName).replace('OneLink-production-', ''));
    expect(named('page').sort()).toEqual(
      [
        ...transactional.page,
        'transactional-commands-late',
        'transactional-commands-returned',
        ...campaign.page,
        'qr-dead-letters',
        'qr-commands-expiring',
        'expiry-dead-letters',
        'campaigns-dead-letters',
        'expiry-intake-late',
        'commands-held',
        'governor-silent',
        'account-refused',
        'api-unreachable',
        'link-id-secret-differs',
        'quota-nearly-spent',
        'http-errors',
        'http-authorizer-failing',
        'audit-failing',
      ].sort(),
    );
    expect(named('ticket').sort()).toEqual(
      [
        ...transactional.ticket,
        ...campaign.ticket,
        'campaign-commands-returned',
        'campaign-backlog-late',
        '70-percent-quota-used',
        '85-percent-quota-used',
        'quota-running-out',
        'quota-spent-elsewhere',
        'quota-unknown',
        'qr-lane-paused',
        'qr-rate-limited',
        'qr-worker-throttled',
        'qr-function-errors',
        'expiry-function-errors',
        'expiry-intake-function-errors',
        'governor-function-errors',
        'replayer-function-errors',
        'reader-function-errors',
        'operations-function-errors',
        'acts-refused',
        'campaigns-checker-function-errors',
        'campaigns-sender-function-errors',
        'campaigns-checker-campaign-failing',
        'files-campaign-refused',
        'messages-campaign-refused',
        'campaign-sender-silent',
        'replayer-silent',
        'control-record-lost',
        'ledger-throttled',
        'expiry-bookkeeping-failed',
        'expiry-backlog-old',
        'links-expiring-soon',
        'crm-outcome-dead-letters',
        'crm-outcomes-expiring',
        'private:crm-outcome-dead-letters',
        'private:crm-outcomes-expiring',
        'http-throttled',
        'http-slow',
      ].sort(),
    );
  });

  test('treat missing data as not breaching, except heartbeats (breaching), the quota and held commands (ignore)', () => {
    const by = Object.groupBy(alarms, ({ TreatMissingData }) => TreatMissingData);
    const named = (treatment: string) =>
      by[treatment]?.map(({ AlarmName }) => String(AlarmName).replace('OneLink-production-', ''));
    expect(Object.keys(by).sort()).toEqual(['breaching', 'ignore', 'notBreaching']);
    expect(named('breaching')).toEqual(['governor-silent', 'replayer-silent', 'campaign-sender-silent']);
    expect(named('ignore')).toEqual([
      'quota-nearly-spent',
      '70-percent-quota-used',
      '85-percent-quota-used',
      'quota-running-out',
      'commands-held',
    ]);
  });

  test('evaluate at most a day, or a week if a period is an hour or more, as CloudWatch allows', () => {
    for (const { AlarmName, Period, Metrics = [], EvaluationPeriods } of alarms) {
      const stats: { MetricStat?: { Period: number } }[] = Metrics;
      const period = Math.max(Period ?? 0, ...stats.map(({ MetricStat }) => MetricStat?.Period ?? 0));
      const most = period < 3_600 ? 86_400 : 7 * 86_400;
      expect([AlarmName, period > 0 && period * EvaluationPeriods <= most]).toEqual([AlarmName, true]);
    }
  });

  test('watch at most ten metrics each, as CloudWatch allows, and 108 in total, each of which CloudWatch bills', () => {
    const watched = alarms.map(({ Metrics }) =>
      Metrics === undefined ? 1 : Metrics.filter((one: object) => 'MetricStat' in one).length,
    );
    expect(Math.max(...watched)).toBeLessThanOrEqual(10);
    expect(watched.reduce((sum, one) => sum + one, 0)).toBe(108);
  });

  test('notify their topic when they fire and when they close', () => {
    for (const { AlarmActions, OKActions } of alarms) {
      expect(AlarmActions).toHaveLength(1);
      expect(OKActions).toEqual(AlarmActions);
    }
  });

  test('watch these metrics, at these thresholds', () => {
    const at = (name: string) => {
      const alarm = alarms.find(({ AlarmName }) => AlarmName === `OneLink-production-${name}`) ?? {};
      const { ComparisonOperator, DatapointsToAlarm, EvaluationPeriods, Threshold } = alarm;
      const operator = ComparisonOperator === 'LessThanThreshold' ? '<' : '>=';
      const periods =
        DatapointsToAlarm === EvaluationPeriods ? EvaluationPeriods : `${DatapointsToAlarm} of ${EvaluationPeriods}`;
      const watched = alarm.Metrics
        ? `${alarm.Metrics[0].Expression}, ${alarm.Metrics[1].MetricStat.Period} s`
        : `${alarm.Namespace} ${alarm.MetricName} ${alarm.Statistic ?? alarm.ExtendedStatistic} ${alarm.Period} s`;
      return `${watched} × ${periods} ${operator} ${Threshold}`;
    };
    expect(at('campaign-dead-letters')).toBe('AWS/SQS ApproximateNumberOfMessagesVisible Maximum 60 s × 1 >= 1');
    expect(at('transactional-commands-late')).toBe('AWS/SQS ApproximateAgeOfOldestMessage Maximum 60 s × 2 >= 300');
    // 13 environments × 63 calls a second × 60
    expect(at('campaign-backlog-late')).toBe('oldest / 60 + waiting / 49140, 60 s × 5 >= 360');
    const returned = 'IF(returned >= 10, 100 * returned / received, 0), 300 s';
    expect(at('transactional-commands-returned')).toBe(`${returned} × 3 >= 20`);
    expect(at('campaign-commands-returned')).toBe(`${returned} × 6 >= 20`);
    const rejected = 'OneLinkPipeline CampaignRejectedShare Maximum 300 s';
    expect(at('campaign-campaign-rejected')).toBe(`${rejected} × 1 >= 20`);
    expect(at('transactional-campaign-stands-still')).toBe(
      'OneLinkPipeline CampaignStandsStill Maximum 300 s × 2 >= 1',
    );
    // eight of ten days
    expect(at('campaign-commands-expiring')).toBe('AWS/SQS ApproximateAgeOfOldestMessage Maximum 60 s × 5 >= 691200');
    expect(at('campaign-lane-parked')).toBe('OneLinkPipeline LaneParkingMinutes Maximum 60 s × 3 >= 60');
    expect(at('campaign-lane-paused')).toBe('OneLinkPipeline LanePausedMinutes Maximum 60 s × 3 >= 60');
    const [made, failed] = ['made', 'failed'].map((one) => `SUM([${one}_create, ${one}_update, ${one}_delete])`);
    expect(at('campaign-calls-failing')).toBe(`IF(${made} >= 100, 100 * ${failed} / ${made}, 0), 300 s × 3 >= 5`);
    expect(at('campaign-rate-limited')).toBe('OneLinkPipeline RateLimited Sum 300 s × 2 >= 10');
    expect(at('campaign-commands-quarantined')).toBe('OneLinkPipeline CommandQuarantined Sum 900 s × 1 >= 1');
    expect(at('campaign-bookkeeping-failed')).toBe('OneLinkPipeline BookkeepingFailed Sum 300 s × 3 >= 1');
    expect(at('campaign-commands-rejected')).toBe('OneLinkPipeline CommandRejected Sum 900 s × 1 >= 1000');
    expect(at('governor-silent')).toBe('OneLinkPipeline ApiUnreachable SampleCount 60 s × 10 < 1');
    expect(at('account-refused')).toBe('OneLinkPipeline AccountRefused Maximum 60 s × 2 >= 1');
    expect(at('link-id-secret-differs')).toBe('OneLinkPipeline LinkIdSecretDiffers Sum 300 s × 1 >= 1');
    expect(at('api-unreachable')).toBe('OneLinkPipeline ApiUnreachable Maximum 60 s × 5 of 10 >= 1');
    expect(at('quota-nearly-spent')).toBe('OneLinkPipeline QuotaUsedPercent Maximum 60 s × 1 >= 95');
    expect(at('70-percent-quota-used')).toBe('OneLinkPipeline QuotaUsedPercent Maximum 60 s × 1 >= 70');
    expect(at('quota-running-out')).toBe('OneLinkPipeline QuotaProjectedMonthEndPercent Minimum 3600 s × 2 >= 100');
    expect(at('quota-spent-elsewhere')).toBe('OneLinkPipeline QuotaSpentElsewhere Minimum 900 s × 3 >= 50000');
    expect(at('replayer-function-errors')).toBe('AWS/Lambda Errors Sum 900 s × 1 >= 3');
    expect(at('replayer-silent')).toBe('AWS/Lambda Invocations Sum 300 s × 6 < 1');
    expect(at('expiry-intake-late')).toBe('AWS/Lambda IteratorAge Maximum 60 s × 1 >= 300000');
    expect(at('audit-failing')).toBe('OneLinkPipeline AuditFailed Sum 300 s × 1 >= 1');
    expect(at('acts-refused')).toBe('OneLinkPipeline ActRefused Sum 300 s × 1 >= 1');
    expect(at('http-errors')).toBe('FILL(failed, 0) + FILL(crashed, 0), 300 s × 3 >= 5');
    expect(at('http-throttled')).toBe('AWS/Lambda Throttles Sum 300 s × 2 >= 5');
    expect(at('http-slow')).toBe('OneLinkPipeline HttpAnswerMilliseconds p90 300 s × 3 >= 2000');
    expect(at('http-authorizer-failing')).toBe(
      'FILL(errors, 0) - FILL(refused, 0) + FILL(throttled, 0), 300 s × 2 >= 5',
    );
    expect(at('ledger-throttled')).toBe('FILL(reads, 0) + FILL(writes, 0), 300 s × 3 >= 100');
  });

  test('use the dimensions with which the functions write their metrics', () => {
    const dimensions = (name: string) =>
      alarms.find(({ AlarmName }) => AlarmName === `OneLink-production-${name}`)?.Dimensions;
    expect(dimensions('quota-nearly-spent')).toEqual([{ Name: 'service', Value: 'OneLink-production' }]);
    expect(dimensions('campaign-rate-limited')).toEqual([
      { Name: 'lane', Value: 'campaign' },
      { Name: 'service', Value: 'OneLink-production' },
    ]);
  });

  test('include one alarm for each configured percentage of the quota', () => {
    const [settings, ...others] = config.stages.production?.pipelines ?? [];
    const production = config.stages.production;
    if (!settings || !production) return expect.fail('no pipeline');
    const quotaUsedPercent = { ticket: [50, 75, 90], page: 98 };
    const own = { ...settings, alarmThresholds: { ...settings.alarmThresholds, quotaUsedPercent } };
    const stages = { production: { ...production, pipelines: [own, ...others] } };
    const found = Object.values(configuredApp({ ...config, stages }).template.findResources('AWS::CloudWatch::Alarm'));
    const thresholds = found
      .filter(({ Properties }) => Properties.MetricName === 'QuotaUsedPercent')
      .map(({ Properties }) => Properties.Threshold);
    expect(thresholds).toEqual([98, 50, 75, 90]);
  });

  test('notify the stage’s own topics, and the stack’s topics notify the configured address', () => {
    // Given
    const pageTopicArn = 'arn:aws:sns:eu-west-1:111122223333:page';
    const runbookUrl = 'https://wiki.acme.example/RUNBOOK.md';
    const staging = config.stages.staging ?? expect.fail('no stage');
    const configuration: Configuration = {
      ...config,
      stages: { staging: { ...staging, alarms: { email: 'operator@acme.example', pageTopicArn, runbookUrl } } },
    };
    // When
    const { template: own } = configuredApp(configuration, 'staging');
    // Then
    own.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'OneLink-staging-governor-silent',
      AlarmActions: [pageTopicArn],
      AlarmDescription: Match.stringLikeRegexp(`${runbookUrl}#governor-silent$`),
    });
    own.resourcePropertiesCountIs('AWS::SNS::Subscription', { Protocol: 'email' }, 1);
    own.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'operator@acme.example' });
  });

  test('can publish to the topics, which admit CloudWatch on behalf of this AWS account only', () => {
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

  test('have unique IDs', () => {
    const known: readonly AlarmId[] = alarmIds;
    expect(new Set(known).size).toBe(known.length);
  });
});
