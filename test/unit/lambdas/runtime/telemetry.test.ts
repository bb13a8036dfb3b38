import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Telemetry } from '../../../../lambdas/runtime/telemetry.ts';
import { captureOutput } from './captured-output.ts';
import { givenContext } from './given-context.ts';

const output = captureOutput();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 2, 10, 12) }));
afterEach(() => void vi.useRealTimers());

/** What one line declares: its dimension sets, its metrics with their units, and what stands beside. */
function emf(line: Record<string, unknown> | undefined) {
  const { _aws, ...rest } = line as { _aws: { CloudWatchMetrics: unknown[]; Timestamp: number } };
  return { declared: _aws.CloudWatchMetrics, timestamp: _aws.Timestamp, rest };
}

describe('what an invocation counted', () => {
  it('is written as one EMF line when it ends, summed, and with nothing else in it', () => {
    // Prepare
    const telemetry = new Telemetry();
    telemetry.beginInvocation(givenContext());
    const observer = telemetry.observer({ lane: 'campaign' });
    // Act
    observer.count('LinkCreated');
    observer.count('LinkCreated', 4);
    observer.milliseconds('CommandLatency', 12);
    observer.milliseconds('CommandLatency', 30);
    observer.level('QuotaUsedPercent', 7.5, 'Percent');
    expect(output.text()).toBe('');
    telemetry.endInvocation();
    // Assess
    expect(output.lines()).toHaveLength(1);
    expect(emf(output.lines()[0])).toEqual({
      declared: [
        {
          Namespace: 'OneLinkPipeline',
          Dimensions: [['service', 'lane']],
          Metrics: [
            { Name: 'LinkCreated', Unit: 'Count' },
            { Name: 'CommandLatency', Unit: 'Milliseconds' },
            { Name: 'QuotaUsedPercent', Unit: 'Percent' },
          ],
        },
      ],
      timestamp: Date.UTC(2026, 2, 10, 12),
      rest: {
        service: 'acme-links',
        lane: 'campaign',
        LinkCreated: 5,
        CommandLatency: [12, 30],
        QuotaUsedPercent: 7.5,
      },
    });
  });

  it('is forgotten once written', () => {
    const telemetry = new Telemetry();
    const observer = telemetry.observer({ lane: 'campaign' });
    observer.count('LinkCreated', 5);
    telemetry.endInvocation();
    observer.count('LinkCreated', 1);
    telemetry.endInvocation();
    telemetry.endInvocation();
    expect(output.lines().map(({ LinkCreated }) => LinkCreated)).toEqual([5, 1]);
  });

  it('is one line for each set of dimensions, even when observers are interleaved', () => {
    const telemetry = new Telemetry();
    const [lane, none] = [telemetry.observer({ lane: 'campaign' }), telemetry.observer({})];
    lane.count('LinkCreated');
    none.count('QuotaPolled');
    telemetry.observer({ lane: 'campaign' }).count('LinkCreated');
    telemetry.endInvocation();
    const lines = output.lines().map(emf);
    expect(lines.map(({ rest }) => rest)).toEqual([
      { service: 'acme-links', lane: 'campaign', LinkCreated: 2 },
      { service: 'acme-links', QuotaPolled: 1 },
    ]);
    expect(lines.map(({ declared }) => declared)).toEqual([
      [expect.objectContaining({ Dimensions: [['service', 'lane']] })],
      [expect.objectContaining({ Dimensions: [['service']] })],
    ]);
  });

  it('keeps a lane and a source of the same name apart, and counts together what only names its dimensions in another order', () => {
    // Given
    const telemetry = new Telemetry();
    // When
    telemetry.observer({ lane: 'crm', operation: 'create' }).count('ApiCallMade');
    telemetry.observer({ source: 'crm', operation: 'create' }).count('QuotaCallMade');
    telemetry.observer({ operation: 'create', lane: 'crm' }).count('ApiCallMade');
    telemetry.endInvocation();
    // Then
    expect(output.lines().map((line) => emf(line).rest)).toEqual([
      { service: 'acme-links', lane: 'crm', operation: 'create', ApiCallMade: 2 },
      { service: 'acme-links', source: 'crm', operation: 'create', QuotaCallMade: 1 },
    ]);
  });

  it('loses no value when there are more than the 100 that EMF takes in a line, and counts nothing twice', () => {
    const telemetry = new Telemetry();
    const observer = telemetry.observer({ lane: 'campaign' });
    observer.count('LinkCreated', 250);
    for (let value = 1; value <= 250; value++) observer.milliseconds('CommandLatency', value);
    telemetry.endInvocation();
    const lines = output.lines();
    const values = lines.flatMap(({ CommandLatency }) => CommandLatency as number[]);
    expect(values).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
    expect(lines.map(({ CommandLatency }) => (CommandLatency as number[]).length)).toEqual([99, 99, 52]);
    expect(lines.map(({ LinkCreated }) => LinkCreated)).toEqual([250, undefined, undefined]);
    for (const { lane } of lines) expect(lane).toBe('campaign');
  });

  it('is no line at all when nothing was', () => {
    new Telemetry().endInvocation();
    expect(output.text()).toBe('');
  });
});

describe('calls of the API', () => {
  it('are counted by operation, and refusals of the account by lane alone, where the alarms look', () => {
    // Prepare
    const telemetry = new Telemetry();
    const onCall = telemetry.apiCalls({ lane: 'campaign' });
    // Act
    onCall('create', 'ok', 20);
    onCall('create', 'exists', 21);
    onCall('create', 'slow-down', 1);
    onCall('create', 'quota-spent', 2);
    onCall('read', 'absent', 3);
    onCall('read', 'account-blocked', 4);
    onCall('read', 'ambiguous', 5);
    telemetry.endInvocation();
    // Assess
    expect(output.lines().map((line) => emf(line).rest)).toEqual([
      {
        service: 'acme-links',
        lane: 'campaign',
        operation: 'create',
        ApiCallMade: 4,
        ApiLatency: [20, 21, 1, 2],
        ApiCallFailed: 2,
      },
      { service: 'acme-links', lane: 'campaign', RateLimited: 1, QuotaRefused: 1, AccountBlocked: 1 },
      {
        service: 'acme-links',
        lane: 'campaign',
        operation: 'read',
        ApiCallMade: 3,
        ApiLatency: [3, 4, 5],
        ApiCallFailed: 2,
      },
    ]);
    expect(emf(output.lines()[0]).declared).toEqual([
      expect.objectContaining({ Dimensions: [['service', 'lane', 'operation']] }),
    ]);
  });
});

describe('a log line', () => {
  it('carries the fields it was given, the service and the invocation', () => {
    const telemetry = new Telemetry();
    telemetry.beginInvocation(givenContext(60_000, 'invocation-7'));
    const fields = { source: 'crm', requestId: 'order-1', outcome: 'created', repeat: false, rules: [] };
    telemetry.observer({ lane: 'campaign' }).info('command answered', fields);
    telemetry.observer({ lane: 'campaign' }).warn('the quota poll was not answered', { meaning: 'transient' });
    expect(output.lines()).toEqual([
      {
        level: 'INFO',
        message: 'command answered',
        service: 'acme-links',
        sampling_rate: 0,
        invocation: 'invocation-7',
        timestamp: '2026-03-10T12:00:00.000Z',
        ...fields,
      },
      expect.objectContaining({ level: 'WARN', message: 'the quota poll was not answered', meaning: 'transient' }),
    ]);
  });
});
