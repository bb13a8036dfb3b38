import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { alarmIds } from '../../lib/observability/alarm-line.ts';
import { configuredApp } from './configured-app.ts';

interface Widget {
  type: string;
  width: number;
  x: number;
  properties: {
    title?: string;
    markdown?: string;
    alarms?: string[];
    metrics?: unknown[][];
    annotations?: { horizontal: { value: number; label: string }[] };
    start?: string;
  };
}

/** The dashboard's body, with a word for each reference to another resource. */
function dashboardOf(template: Template): { periodOverride: string; widgets: Widget[] } {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  if (dashboard === undefined) return expect.fail('no dashboard');
  const [, parts]: [string, (string | Record<string, unknown>)[]] = dashboard.Properties.DashboardBody['Fn::Join'];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : nameOf(part))).join(''));
}

/** `AWS::Region` or the logical ID that is referred to. */
const nameOf = (reference: Record<string, unknown>) => [Object.values(reference)[0]].flat()[0];

const { template } = configuredApp();
const dashboard = dashboardOf(template);
const titled = (title: string) =>
  dashboard.widgets.find(({ properties }) => properties.title === title)?.properties ?? expect.fail(`no ${title}`);
const headings = dashboard.widgets.flatMap(({ properties: { markdown } }) => markdown ?? []);
const serviceName = 'OneLink-production';

describe('the dashboard', () => {
  test('begins with what is wrong now: every alarm there is', () => {
    const [first] = dashboard.widgets;
    expect(first?.type).toBe('alarm');
    expect(first?.properties.alarms).toHaveLength(Object.keys(template.findResources('AWS::CloudWatch::Alarm')).length);
  });

  test('has these sections, and each alarm is named in the one that shows what it watches', () => {
    expect(headings.map((markdown) => markdown.slice(3, markdown.indexOf('\n')))).toEqual([
      'Quota',
      'Rate',
      'Lane: transactional',
      'QR: transactional',
      'Lane: campaign',
      'QR: campaign',
      'Ledger',
      'Expiry',
      'Governor and functions',
    ]);
    const named = headings.flatMap((markdown) => markdown.match(/(?<=RUNBOOK\.md#)[a-z-]+/g) ?? []);
    expect([...new Set(named)].sort()).toEqual([...alarmIds].sort());
  });

  test('links to the runbook where the stage says that it can be read', () => {
    const stage = config.stages.staging ?? expect.fail('no stage');
    const alarms = { runbookUrl: 'https://wiki.acme.example/RUNBOOK.md' };
    const own = configuredApp({ ...config, stages: { staging: { ...stage, alarms } } }, 'staging');
    const [quota] = dashboardOf(own.template).widgets.flatMap(({ properties: { markdown } }) => markdown ?? []);
    expect(quota).toContain('[quota-used](https://wiki.acme.example/RUNBOOK.md#quota-used)');
  });

  test('fits the grid', () => {
    for (const { x, width } of dashboard.widgets) expect(x + width).toBeLessThanOrEqual(24);
  });

  test('shows the quota against what is configured', () => {
    expect(titled('Used this month (%)').metrics).toEqual([
      ['OneLinkPipeline', 'QuotaUsedPercent', 'service', serviceName, { label: 'used', period: 60, stat: 'Maximum' }],
    ]);
    expect(titled('Used this month (%)').annotations?.horizontal.map(({ value }) => value)).toEqual([70, 85, 95]);
    expect(titled('Calls left, and what lanes leave to others').annotations?.horizontal).toMatchObject([
      { value: 20_000, label: 'transactional parks' },
      { value: 750_000, label: 'campaign parks' },
    ]);
    expect(titled('Projected for the month’s end (%)').annotations?.horizontal).toMatchObject([{ value: 100 }]);
  });

  test('shows who spent it: today, this month, three months and four, by source and in days that stay days', () => {
    expect(dashboard.periodOverride).toBe('inherit');
    const history = [
      'Today, by source and hour',
      'A month, by source and day',
      'Three months, by source and day',
      'Four months, by source and day',
    ].map(titled);
    expect(history.map(({ start }) => start)).toEqual(['-P1D', '-P1M', '-P3M', '-P4M']);
    const expressions = history[3]?.metrics?.flatMap(([one]) => Object(one));
    expect(expressions).toContainEqual(
      expect.objectContaining({
        label: 'crm',
        expression: 'SUM([source0_create, source0_update, source0_delete])',
        period: 86_400,
      }),
    );
    expect(history[3]?.metrics).toContainEqual([
      'OneLinkPipeline',
      'QuotaCallMade',
      'operation',
      'create',
      'service',
      serviceName,
      'source',
      'crm',
      expect.objectContaining({ id: 'source0_create', visible: false, stat: 'Sum', period: 86_400 }),
    ]);
    expect(history[3]?.metrics).toContainEqual([
      'OneLinkPipeline',
      'QuotaUsed',
      'service',
      serviceName,
      expect.objectContaining({ stat: 'Maximum', period: 86_400, yAxis: 'right' }),
    ]);
  });

  test('shows the rate against the budget and each lane’s share', () => {
    const { metrics, annotations } = titled('Calls per second, all lanes');
    expect(annotations?.horizontal.map(({ value }) => value)).toEqual([950, 1_000]);
    const labels = metrics?.flatMap(([one]) => (typeof one === 'object' ? Object(one).label : []));
    expect(labels).toEqual(['transactional', 'campaign', 'expiry']);
    expect(titled('campaign: calls per second').annotations?.horizontal).toMatchObject([
      { value: 858, label: 'share' },
    ]);
    expect(titled('campaign: QR calls per second').annotations?.horizontal).toMatchObject([{ value: 12 }]);
  });

  test('shows how a lane stands, what waits and for how long', () => {
    const metrics = titled('campaign: parking and paused (minutes; 0 is open)').metrics ?? [];
    expect(metrics.map(([, name]) => name)).toEqual(['LaneParkingMinutes', 'LanePausedMinutes', 'CommandsParked']);
    expect(titled('campaign: time to drain and age of the oldest').metrics).toContainEqual([
      expect.objectContaining({ expression: 'waiting / 51480' }),
    ]);
  });

  test.each([
    'campaign: outcomes per minute',
    'transactional: command latency (ms)',
    'campaign: API errors per minute, by operation and meaning',
    'campaign: API latency (ms)',
    'campaign: QR images per minute',
    'Ledger: capacity units per second',
    'Ledger: throttled per minute',
    'Expiry: backlog',
    'Health as the governor sees it (1 is bad)',
    'Errors and time-outs per minute',
  ])('shows %s', (title) => {
    expect(titled(title).metrics?.length).toBeGreaterThan(0);
  });
});
