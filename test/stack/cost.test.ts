import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costOf } from '../../cli/commands/plan/campaign-cost.ts';
import { awsPrices } from '../../cli/cost/aws-prices.ts';
import {
  dollarsPerMillionCalls,
  dollarsPerMillionPosts,
  dollarsPerMillionSecondsWaited,
} from '../../cli/cost/http-cost.ts';
import { useOn } from '../../cli/cost/measured-use.ts';
import { keyRequestsIn } from '../../cli/cost/monthly-cost.ts';
import { standingUse } from '../../cli/cost/standing-use.ts';
import { config } from '../../examples/configuration.ts';
import { campaignCheckerMetric } from '../../lambdas/campaign-checker/names.ts';
import { campaignLaneMetric } from '../../lambdas/campaign-sender/names.ts';
import { actMetric } from '../../lambdas/domain/acts/names.ts';
import { keysKeptSeconds } from '../../lambdas/domain/http/keys.ts';
import { laneMetric, operationMetric, sourceMetric } from '../../lambdas/domain/work/names.ts';
import { governorMetric, laneStateMetric } from '../../lambdas/governor/names.ts';
import { httpApiMetric } from '../../lambdas/http-api/names.ts';
import { httpAuthorizerMetric } from '../../lambdas/http-authorizer/names.ts';
import { heldMetric, replayerMetric } from '../../lambdas/replayer/names.ts';
import { customMetrics } from '../../lib/observability/custom-metrics.ts';
import { chosenPipeline } from '../../local/start/chosen-pipeline.ts';
import { configuredPlans } from '../bench/world/lanes.ts';
import { configurationOf, sqsOnly, type Variant, variantPipeline } from '../bench/world/synthesis.ts';
import { costInput, costTables } from '../report/cost-tables.ts';
import { configuredApp } from './configured-app.ts';

const pipeline = chosenPipeline(config, 'production');
const { settings, account } = pipeline;

/** The standing use of the sample with these changes. */
function standingOf(variant: Variant) {
  const { template, stateTemplate } = configuredApp(configurationOf(variant));
  return standingUse([template.toJSON(), stateTemplate.toJSON()], variantPipeline(variant).settings);
}

/** The landing zone of a pipeline that has a key of its own. */
const landingZone = { key: 'own' } as const;

test('the custom metrics include every metric name, and each metric once', () => {
  const metrics = customMetrics(settings);
  const names = [
    laneMetric,
    sourceMetric,
    operationMetric,
    governorMetric,
    laneStateMetric,
    replayerMetric,
    heldMetric,
    campaignLaneMetric,
    campaignCheckerMetric,
    httpApiMetric,
    httpAuthorizerMetric,
    actMetric,
  ];
  expect(new Set(metrics.map(({ name }) => name))).toEqual(new Set(names.flatMap((of) => Object.values(of))));
  expect(new Set(metrics.map((one) => JSON.stringify(one))).size).toBe(metrics.length);
});

test('a producer costs one metric', () => {
  const other = { source: 'shop', principals: [], lanes: ['campaign'], templates: ['A1b3'] };
  const more = customMetrics({ ...settings, producers: [...settings.producers, other] });
  expect(more.length - customMetrics(settings).length).toBe(1);
});

test('without a producer that uses the HTTP API, it has no metrics', () => {
  const producers = settings.producers.map(({ http, ...producer }) => producer);
  const withoutHttp = customMetrics({ ...settings, producers }).map(({ name }) => name);
  expect(withoutHttp.filter((name) => name.startsWith('Http'))).toEqual([]);
  expect(customMetrics(settings).length - withoutHttp.length).toBe(11);
});

test('the prices of the HTTP API follow from the prices and the configuration', () => {
  const near = (dollars: number) => expect.closeTo(dollars, 3);
  // By service: 3.50, 3 × 0.625 + 3 × 0.125, 0.20 + 40 ms × 0.5 GB × 13.33, 0.40
  expect(dollarsPerMillionCalls(512)).toEqual({
    'API Gateway': near(3.5),
    DynamoDB: near(2.25),
    Lambda: near(0.467),
    SQS: near(0.4),
  });
  // 40 reads: 36 polls, 4 of which read the HTTP record as well. Half a GB for a second, at 13.33 a million.
  expect(dollarsPerMillionSecondsWaited(512)).toEqual({ DynamoDB: near(40 * 0.125), Lambda: near(6.667) });
  expect(dollarsPerMillionPosts).toEqual({ SNS: near(0.6) });
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
  // Every ten seconds of 30 days
  expect([259_200 * awsPrices.secretsManagerCall, 259_200 * awsPrices.kmsRequest]).toEqual([
    expect.closeTo(1.296, 3),
    expect.closeTo(0.778, 3),
  ]);
  expect([keysKeptSeconds, page.includes('259,200 times, every ten seconds. That is $1.30, and $0.78 of KMS')]).toEqual(
    [10, true],
  );
});

test('a pipeline with a key of its own asks KMS for each caller, and each of its buckets’ PUTs', () => {
  const asConfigured = standingOf({});
  const keyed = standingOf({ landingZone });
  // Eight pairs of publishers and topics, and eleven functions at the table, each for 8,640 times five minutes
  expect([asConfigured.keys, asConfigured.keyRequests]).toEqual([
    0,
    { sqs: 0, sns: 138_240, dynamoDb: 95_040, secretsManager: 0, lambda: 0 },
  ]);
  // An hour has 24 senders and 13 receivers of queues. 76 environments begin in it, and read 96 secrets together.
  expect([keyed.keys, keyed.keyRequests]).toEqual([
    1,
    { sqs: 43_920, sns: 172_800, dynamoDb: 95_040, secretsManager: 112_320, lambda: 54_720 },
  ]);
  const deploying = readFileSync(new URL('../../docs/deploying.md', import.meta.url), 'utf8');
  expect(deploying).toContain("KMS costs $2.09 a month by AWS's formulas, the key included");
  const withoutHttp = standingOf({ ...sqsOnly, landingZone });
  // One key, and 363,600 requests at three millionths
  expect(1 + 3e-6 * keyRequestsIn(withoutHttp.keyRequests)).toBeCloseTo(2.0908, 4);
});

test('the cost tables in docs/performance.md follow from the sample without the HTTP API, its template and the measured use', () => {
  const tables = costTables(costInput(pipeline, useOn(configuredPlans('campaign')), standingOf(sqsOnly)), {
    sample: standingOf({}),
    keyed: standingOf({ ...sqsOnly, landingZone }),
    httpApiMegabytes: settings.memoryMegabytes.httpApi,
  });
  const text = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('\n### A million links'), text.indexOf('\n### CPU for each link'));
  expect(section).toContain(tables);
  // The figure that `onelink plan` prints for a million links with as many codes, before it rounds
  const { dollars } = costOf([{ lane: 'campaign', links: 1_000_000, qrCodes: 20_000 }], settings, account);
  expect(section).toContain(`| all                                        | $${dollars.toFixed(2)} `);
});
