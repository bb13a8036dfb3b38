import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Telemetry } from '../../../../lambdas/runtime/telemetry.ts';
import { captureOutput } from './captured-output.ts';
import { givenContext } from './given-context.ts';

const output = captureOutput();
let telemetry: Telemetry;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 2, 10, 12) });
  telemetry = new Telemetry();
});
afterEach(() => void vi.useRealTimers());

/** The contents of one line: its dimension sets, its metrics with their units, and its other fields. */
function emf(line: Record<string, unknown> | undefined) {
  const { _aws, ...rest } = line as { _aws: { CloudWatchMetrics: unknown[]; Timestamp: number } };
  return { declared: _aws.CloudWatchMetrics, timestamp: _aws.Timestamp, rest };
}

describe('the metrics of an invocation', () => {
  it('are summed and written as one EMF line, with nothing else in it, when the invocation ends', () => {
    // Given
    telemetry.beginInvocation(givenContext());
    const observer = telemetry.observer({ lane: 'campaign' });
    // When
    observer.count('LinkCreated');
    observer.count('LinkCreated', 4);
    observer.milliseconds('CommandLatency', 12);
    observer.milliseconds('CommandLatency', 30);
    observer.level('QuotaUsedPercent', 7.5, 'Percent');
    expect(output.text()).toBe('');
    telemetry.endInvocation();
    // Then
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

  it('are written once', () => {
    const observer = telemetry.observer({ lane: 'campaign' });
    observer.count('LinkCreated', 5);
    telemetry.endInvocation();
    observer.count('LinkCreated', 1);
    telemetry.endInvocation();
    telemetry.endInvocation();
    expect(output.lines().map(({ LinkCreated }) => LinkCreated)).toEqual([5, 1]);
  });

  it('take one line for each set of dimensions, even when observers are interleaved', () => {
    const [lane, none] = [telemetry.observer({ lane: 'campaign' }), telemetry.observer({})];
    lane.count('LinkCreated');
    none.count('ControlRebuilt');
    telemetry.observer({ lane: 'campaign' }).count('LinkCreated');
    telemetry.endInvocation();
    const lines = output.lines().map(emf);
    expect(lines.map(({ rest }) => rest)).toEqual([
      { service: 'acme-links', lane: 'campaign', LinkCreated: 2 },
      { service: 'acme-links', ControlRebuilt: 1 },
    ]);
    expect(lines.map(({ declared }) => declared)).toEqual([
      [expect.objectContaining({ Dimensions: [['service', 'lane']] })],
      [expect.objectContaining({ Dimensions: [['service']] })],
    ]);
  });

  it('separate a lane from a source of the same name, and ignore the order of the dimensions', () => {
    // When
    telemetry.observer({ lane: 'crm', operation: 'create' }).count('ApiCallFailed');
    telemetry.observer({ source: 'crm', operation: 'create' }).count('QuotaCallMade');
    telemetry.observer({ operation: 'create', lane: 'crm' }).count('ApiCallFailed');
    telemetry.endInvocation();
    // Then
    expect(output.lines().map((line) => emf(line).rest)).toEqual([
      { service: 'acme-links', lane: 'crm', operation: 'create', ApiCallFailed: 2 },
      { service: 'acme-links', source: 'crm', operation: 'create', QuotaCallMade: 1 },
    ]);
  });

  it('keep each value once, even beyond the 100 values that EMF allows in a line', () => {
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

  it('take no line when there are none', () => {
    new Telemetry().endInvocation();
    expect(output.text()).toBe('');
  });
});

describe('calls of the API', () => {
  it('are counted by operation, and account refusals by lane alone, as the alarms expect', () => {
    // Given
    const onCall = telemetry.apiCalls({ lane: 'campaign' });
    // When
    onCall('create', 'ok', 20);
    onCall('create', 'exists', 21);
    onCall('create', 'slow-down', 1);
    onCall('create', 'quota-spent', 2);
    onCall('read', 'absent', 3);
    onCall('read', 'account-blocked', 4);
    onCall('read', 'ambiguous', 5);
    telemetry.endInvocation();
    // Then
    expect(output.lines().map((line) => emf(line).rest)).toEqual([
      {
        service: 'acme-links',
        lane: 'campaign',
        operation: 'create',
        ApiLatency: [20, 21, 1, 2],
        ApiCallFailed: 2,
      },
      { service: 'acme-links', lane: 'campaign', RateLimited: 1, QuotaRefused: 1, AccountBlocked: 1 },
      {
        service: 'acme-links',
        lane: 'campaign',
        operation: 'read',
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
  it('contains its fields, the service and the invocation', () => {
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
