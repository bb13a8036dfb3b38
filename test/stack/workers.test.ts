import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { campaignCheckerEnvironment } from '../../lambdas/campaign-checker/env.ts';
import { campaignSenderEnvironment } from '../../lambdas/campaign-sender/env.ts';
import { governorEnvironment } from '../../lambdas/governor/env.ts';
import { linkWorkerEnvironment } from '../../lambdas/link-worker/env.ts';
import { qrWorkerEnvironment } from '../../lambdas/qr-worker/env.ts';
import { replayerEnvironment } from '../../lambdas/replayer/env.ts';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { planPipeline } from '../../lib/config/rate/pipeline-plan.ts';
import { reservedConcurrency } from '../../lib/config/rate/reserved-concurrency.ts';
import { named, pipelineOf, settings, template } from './shipped-pipeline.ts';

describe('the workers', () => {
  const functions = named('AWS::Lambda::Function');
  const { ExpiryIntakeMapping: intake, ...mappings } = named('AWS::Lambda::EventSourceMapping');

  test('have the concurrency, timeout and memory of the rate budget and the configuration', () => {
    const sizes = Object.fromEntries(
      Object.entries(functions).map(([id, { Properties }]) => [
        id,
        [Properties.ReservedConcurrentExecutions, Properties.Timeout, Properties.MemorySize],
      ]),
    );
    expect(sizes).toEqual({
      TransactionalLinkWorkerFunction: [4, 30, 1_024],
      CampaignLinkWorkerFunction: [13, 60, 1_024],
      QrWorkerFunction: [2, 60, 512],
      ExpiryIntakeWorkerFunction: [4, 60, 256],
      ExpiryWorkerFunction: [2, 120, 256],
      GovernorWorkerFunction: [1, 55, 256],
      ReplayerWorkerFunction: [1, 300, 256],
      ReaderWorkerFunction: [1, 30, 256],
      OperationsWorkerFunction: [5, 120, 1_024],
      CampaignsCheckerWorkerFunction: [2, 120, 1_024],
      CampaignsSenderWorkerFunction: [1, 900, 1_024],
      HttpApiCallsWorkerFunction: [20, 29, 512],
      HttpApiAuthorizerWorkerFunction: [20, 10, 256],
    });
  });

  test('together send at most the account’s budget: reserved concurrency times the pace in the environment variables', () => {
    const http = ['HttpApiCalls', 'HttpApiAuthorizer'];
    const silent = ['Replayer', 'ExpiryIntake', 'Operations', 'CampaignsChecker', 'CampaignsSender', ...http];
    const callers = Object.entries(functions).filter(([id]) => !silent.includes(id.replace('WorkerFunction', '')));
    const rates = callers.map(([, { Properties }]) => {
      const { Variables } = Properties.Environment;
      const { LINK_CALLS_PER_SECOND: ofLinks, QR_CALLS_PER_SECOND, EXPIRY_CALLS_PER_SECOND: ofExpiry } = Variables;
      const calls = Number(ofLinks ?? QR_CALLS_PER_SECOND ?? ofExpiry ?? Variables.READ_CALLS_PER_SECOND ?? 1);
      // Right after a crash
      const pace = calls + (Variables.INVOCATION_GAP === 'after' ? 2 : 0);
      return { qr: QR_CALLS_PER_SECOND !== undefined, rate: Properties.ReservedConcurrentExecutions * pace };
    });
    const sum = (all: { rate: number }[]) => all.reduce((total, { rate }) => total + rate, 0);
    // 4 × (16 + 2) + 13 × 63 + 2 × 11 + 2 × 9 + 18 + 1, of 1,000 × 95 %
    expect(sum(rates)).toBe(950);
    // 2 × 11, of 25 × 95 %
    expect(sum(rates.filter(({ qr }) => qr))).toBe(22);
  });

  test('together reserve what synthesis, preflight and doctor count', () => {
    const reserved = Object.values(functions).map(({ Properties }) => Properties.ReservedConcurrentExecutions);
    const plan = planPipeline(config.accounts.acme ?? expect.fail('no account'), settings());
    expect(reserved.reduce((total, one) => total + one, 0)).toBe(reservedConcurrency(plan, settings()));
  });

  test('have mappings whose maximum concurrency equals the reserved concurrency', () => {
    const scaling = Object.fromEntries(
      Object.entries(mappings).map(([id, { Properties }]) => {
        const { BatchSize, MaximumBatchingWindowInSeconds, ScalingConfig } = Properties;
        return [id, [BatchSize, MaximumBatchingWindowInSeconds, ScalingConfig.MaximumConcurrency]];
      }),
    );
    expect(scaling).toEqual({
      TransactionalLinkWorkerMapping: [10, undefined, 4],
      CampaignLinkWorkerMapping: [1_000, 5, 13],
      QrMapping: [46, 1, 2],
      ExpiryMapping: [500, 300, 2],
      CampaignsCheckerMapping: [1, undefined, 2],
    });
    for (const [id, { Properties }] of Object.entries(mappings)) {
      const worker = id.replace(/(Worker)?Mapping/, 'WorkerFunction');
      expect(Properties.FunctionName.Ref).toContain(worker);
      expect(Properties.ScalingConfig.MaximumConcurrency).toBe(
        functions[worker]?.Properties.ReservedConcurrentExecutions,
      );
    }
  });

  test('receive from the stream only links that DynamoDB’s TTL removes', () => {
    const { Tags: _, ...properties } = intake?.Properties ?? {};
    expect(properties).toEqual({
      FunctionName: { Ref: expect.stringMatching(/^PipelineExpiryIntakeWorkerFunction/) },
      EventSourceArn: { 'Fn::ImportValue': expect.stringContaining('LedgerStreamArn') },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
      FilterCriteria: { Filters: [{ Pattern: expect.any(String) }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      // Half of the stream's retention. Until then Lambda tries again.
      MaximumRecordAgeInSeconds: 43_200,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::ImportValue': expect.stringContaining('ArchiveArn') } } },
    });
    expect(JSON.parse(intake?.Properties.FilterCriteria.Filters[0].Pattern)).toEqual({
      eventName: ['REMOVE'],
      userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
      dynamodb: { Keys: { pk: { S: [{ prefix: 'link#' }] } } },
    });
    template.resourceCountIs('AWS::Pipes::Pipe', 0);
  });

  test('keep a check longer than its message can wait in the queue and the dead-letter queue', () => {
    const variables = ['ExpiryIntakeWorkerFunction', 'ExpiryWorkerFunction'].map(
      (id) => functions[id]?.Properties.Environment.Variables.CHECK_LOST_AFTER_DAYS,
    );
    expect(variables).toEqual(['15', '15']);
  });

  test('report failures message by message, and the template does not turn their mappings on or off', () => {
    template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      Enabled: Match.absent(),
      ProvisionedPollerConfig: Match.absent(),
    });
    for (const { Properties } of Object.values(mappings)) expect(Properties).not.toHaveProperty('FilterCriteria');
  });

  test('run on Node 24 and arm64, with source maps and a log group each, and the audit has one more', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: { Ref: Match.anyValue() } },
      Environment: {
        Variables: Match.objectLike({
          NODE_OPTIONS: '--enable-source-maps',
          POWERTOOLS_SERVICE_NAME: 'OneLink-production',
          POWERTOOLS_METRICS_NAMESPACE: 'OneLinkPipeline',
          POWERTOOLS_LOG_LEVEL: 'INFO',
        }),
      },
    });
    template.resourceCountIs('AWS::Lambda::Function', 13);
    template.resourceCountIs('AWS::Logs::LogGroup', 14);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  /** A text that the deployment joins, with an address in place of each reference. */
  const resolvedText = (value: unknown) => {
    const parts: unknown[] = Reflect.get(Object(value), 'Fn::Join')?.[1] ?? [value];
    return parts.map((part) => (typeof part === 'string' ? part : 'https://resolved.example')).join('');
  };

  /** A function's variables, with an address in place of each value that only the deployment knows. */
  const environmentOf = (id: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries<unknown>(functions[id]?.Properties.Environment.Variables).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : resolvedText(value),
      ]),
    );

  test('get environment variables that keep their contracts', () => {
    expect(qrWorkerEnvironment.parse(environmentOf('QrWorkerFunction'))).toMatchObject({
      QR_CALLS_PER_SECOND: 11,
      CALLS_IN_FLIGHT: 22,
      MAX_QR_ATTEMPTS: 8,
    });
    expect(governorEnvironment.parse(environmentOf('GovernorWorkerFunction'))).toMatchObject({
      APPSFLYER_ACCOUNT_ID: 'acc-demo',
      MONTHLY_QUOTA_CALLS: 7_500_000,
      LANES: [
        { name: 'transactional', reserveCalls: 20_000, dailyCapCalls: 500_000 },
        { name: 'campaign', reserveCalls: 750_000 },
        { name: 'expiry', reserveCalls: 20_000 },
        { name: 'qr', mappings: ['https://resolved.example'] },
      ],
    });
    expect(replayerEnvironment.parse(environmentOf('ReplayerWorkerFunction'))).toMatchObject({
      LANES: [
        { name: 'transactional', commandsPerSecond: 64, sendAhead: 1_000 },
        { name: 'campaign', commandsPerSecond: 819, sendAhead: 26_000 },
      ],
    });
    expect(campaignCheckerEnvironment.parse(environmentOf('CampaignsCheckerWorkerFunction'))).toMatchObject({
      MAX_TTL_DAYS: 365,
    });
    expect(campaignSenderEnvironment.parse(environmentOf('CampaignsSenderWorkerFunction'))).toMatchObject({
      LANES: [
        { name: 'transactional', commandsPerSecond: 64, imagesPerSecond: 22 },
        { name: 'campaign', commandsPerSecond: 819, imagesPerSecond: 22 },
      ],
    });
    const resolved = environmentOf('CampaignLinkWorkerFunction');
    expect(linkWorkerEnvironment.parse(resolved)).toMatchObject({
      LANE: 'campaign',
      LINK_CALLS_PER_SECOND: 63,
      INVOCATION_GAP: 'before',
      CALLS_IN_FLIGHT: 126,
      CALL_TIMEOUT_MILLISECONDS: 10_000,
      OUTCOMES_PER_PUBLISH: 10,
      PRODUCERS: [
        { source: 'crm', templates: ['A1b3', 'abc123'] },
        { source: 'studio', templates: ['A1b3', 'abc123'] },
      ],
      TEMPLATES: {
        A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] },
        abc123: { domain: 'globex.onelink.me', brandDomains: [] },
      },
      CONFLICT_POLICY: 'reject',
      QUOTA_RESERVE_CALLS: 750_000,
      DEDUPLICATION_WINDOW_DAYS: 75,
    });
  });

  test('of a latency lane publish each outcome by itself, and know only the producers of their lane', () => {
    const variables = functions.TransactionalLinkWorkerFunction?.Properties.Environment.Variables;
    expect(variables.OUTCOMES_PER_PUBLISH).toBe('1');
    expect(JSON.parse(variables.PRODUCERS).map(({ source }: { source: string }) => source)).toEqual(['crm', 'product']);
  });

  test('follow the lane’s own conflict policy if the lane has one', () => {
    const { campaign, transactional } = settings().lanes;
    if (!campaign || !transactional) expect.fail('no lanes');
    const stack = pipelineOf({ lanes: { transactional, campaign: { ...campaign, conflictPolicy: 'derive' } } });
    const workers = named('AWS::Lambda::Function', Template.fromStack(stack));
    const policies = Object.values(workers).map(({ Properties }) => Properties.Environment.Variables.CONFLICT_POLICY);
    expect(policies).toEqual([undefined, 'reject', 'derive', ...Array(10).fill(undefined)]);
  });

  test('whose environment variables exceed 4 KB are refused, and the error names the largest', () => {
    const producers = Array.from({ length: 100 }, (_, index) => ({
      source: `producer-number-${index}`,
      principals: [],
      lanes: ['campaign'],
      templates: ['A1b3', 'abc123'],
    }));
    expect(() => pipelineOf({ producers })).toThrow(
      /\n {2}producers: the environment of Test-stage\/Pipeline\/Campaign\/LinkWorker must be at most 4,096 bytes \(Lambda\); got [\d,]+, of which PRODUCERS [\d,]+, .* or put fewer producers, `templates` or brand domains on the lane\.$/,
    );
  });

  test('of a lane whose share is too small for a pace are refused', () => {
    const { campaign } = settings().lanes;
    if (!campaign) expect.fail('no lane');
    expect(() => pipelineOf({ lanes: { campaign: { ...campaign, rateShare: 0.001 } } })).toThrow(ConfigurationError);
  });
});
