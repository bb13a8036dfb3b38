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

/** The dashboard's body, with a name in place of each reference to another resource. */
function dashboardOf(template: Template): { periodOverride: string; widgets: Widget[] } {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  if (dashboard === undefined) return expect.fail('no dashboard');
  const [, parts]: [string, (string | Record<string, unknown>)[]] = dashboard.Properties.DashboardBody['Fn::Join'];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : nameOf(part))).join(''));
}

/** `AWS::Region`, or the logical ID that the reference names. */
const nameOf = (reference: Record<string, unknown>) => [Object.values(reference)[0]].flat()[0];

const { template } = configuredApp();
const dashboard = dashboardOf(template);
const titled = (title: string) =>
  dashboard.widgets.find(({ properties }) => properties.title === title)?.properties ?? expect.fail(`no ${title}`);
const headings = dashboard.widgets.flatMap(({ properties: { markdown } }) => markdown ?? []);
const serviceName = 'OneLink-production';

describe('the dashboard', () => {
  test('begins with a widget on every alarm of the pipeline', () => {
    const [first] = dashboard.widgets;
    expect(first?.type).toBe('alarm');
    expect(first?.properties.alarms).toHaveLength(Object.keys(template.findResources('AWS::CloudWatch::Alarm')).length);
  });

  test('has these sections, and their headings link every alarm to the runbook', () => {
    expect(headings.map((markdown) => markdown.slice(3, markdown.indexOf('\n')))).toEqual([
      'Quota',
      'Rate',
      'Lane: transactional',
      'Lane: campaign',
      'QR codes',
      'Ledger',
      'Expiry',
      'Campaigns',
      'Outcome queues',
      'HTTP API',
      'Governor and functions',
      'Acts of operators',
    ]);
    const named = headings.flatMap((markdown) => markdown.match(/(?<=-runbook-)[a-z-]+(?=\/description)/g) ?? []);
    // The sample has no ingress queue, and posts no outcomes.
    const absent = ['ingress-late', 'forwarding-failed', 'outcome-deliveries-failing'];
    const others = alarmIds.filter((id) => !absent.includes(id));
    expect([...new Set(named)].sort()).toEqual(others.sort());
  });

  test('links to the runbook at the URL that the stage configures', () => {
    const stage = config.stages.staging ?? expect.fail('no stage');
    const alarms = { runbookUrl: 'https://wiki.acme.example/RUNBOOK.md' };
    const own = configuredApp({ ...config, stages: { staging: { ...stage, alarms } } }, 'staging');
    const [quota] = dashboardOf(own.template).widgets.flatMap(({ properties: { markdown } }) => markdown ?? []);
    expect(quota).toContain('[quota-used](https://wiki.acme.example/RUNBOOK.md#quota-used)');
  });

  test('places its widgets within the 24 columns of the grid', () => {
    for (const { x, width } of dashboard.widgets) expect(x + width).toBeLessThanOrEqual(24);
  });

  test('shows the quota with the configured thresholds and reserves', () => {
    expect(titled('Used this month (%)').metrics).toEqual([
      ['OneLinkPipeline', 'QuotaUsedPercent', 'service', serviceName, { label: 'used', period: 60, stat: 'Maximum' }],
    ]);
    expect(titled('Used this month (%)').annotations?.horizontal.map(({ value }) => value)).toEqual([70, 85, 95]);
    expect(titled('Calls left, and the lanes’ reserves').annotations?.horizontal).toMatchObject([
      { value: 20_000, label: 'transactional parks' },
      { value: 750_000, label: 'campaign parks' },
    ]);
    expect(titled('Projected for the month’s end (%)').annotations?.horizontal).toMatchObject([{ value: 100 }]);
  });

  test('shows the calls of each source over a day, a month, three months and four, with points that are whole days', () => {
    expect(dashboard.periodOverride).toBe('inherit');
    const history = [
      'Today, by source and hour',
      'A month, by source and day',
      'Three months, by source and day',
      'Four months, by source and day',
    ].map(titled);
    expect(history.map(({ start }) => start)).toEqual(['-P1D', '-P1M', '-P3M', '-P4M']);
    expect(history[3]?.metrics).toContainEqual([
      'OneLinkPipeline',
      'QuotaCallMade',
      'service',
      serviceName,
      'source',
      'crm',
      expect.objectContaining({ label: 'crm', stat: 'Sum', period: 86_400 }),
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
    expect(labels).toEqual(['transactional', 'campaign', 'expiry', 'QR codes']);
    expect(titled('campaign: calls per second').annotations?.horizontal).toMatchObject([
      { value: 819, label: 'share' },
    ]);
    expect(titled('QR calls per second').annotations?.horizontal.map(({ value }) => value)).toEqual([23, 25]);
  });

  test('shows a lane’s state, its backlog and the time to drain', () => {
    const metrics = titled('campaign: parking and paused (minutes; empty is open)').metrics ?? [];
    expect(metrics.map(([, name]) => name)).toEqual(['LaneParkingMinutes', 'LanePausedMinutes', 'CommandsParked']);
    expect(titled('campaign: time to drain and age of the oldest').metrics).toContainEqual([
      expect.objectContaining({ expression: 'waiting / 49140' }),
    ]);
  });

  test.each([
    'campaign: outcomes per minute',
    'transactional: command latency (ms)',
    'campaign: API errors per minute, by operation and meaning',
    'campaign: API latency (ms)',
    'QR codes: images per minute, by lane',
    'Ledger: capacity units per second',
    'Ledger: throttled per minute',
    'Expiry: backlog',
    'API health as the governor observes it (1 is bad)',
    'Errors and time-outs per minute',
  ])('shows the graph "%s" with at least one metric', (title) => {
    expect(titled(title).metrics?.length).toBeGreaterThan(0);
  });
});
