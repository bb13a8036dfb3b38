import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { httpApiMetric } from '../../../lambdas/http-api/names.ts';
import { httpAuthorizerMetric } from '../../../lambdas/http-authorizer/names.ts';
import { oneMinute } from '../metrics.ts';
import { dead, graph, heading, type Shown } from './widgets.ts';

const sums = { ...oneMinute, statistic: 'Sum' };

/** The calls of the HTTP API, and how they end. Empty if the pipeline has none. */
export function httpSection(shown: Shown): IWidget[][] {
  const { http, metrics } = shown;
  if (http === undefined) return [];
  const { authorizer, api } = http;
  const counts = (...names: (typeof httpApiMetric)[keyof typeof httpApiMetric][]) =>
    names.map((one) => metrics.httpApi(one, { ...sums, label: one.replace('Http', '') }));
  const percentiles = (name: typeof httpApiMetric.answerMilliseconds | typeof httpApiMetric.waitMilliseconds) =>
    ['p50', 'p90', 'p99'].map((statistic) => metrics.httpApi(name, { ...oneMinute, statistic, label: statistic }));
  const { requestAnswered, requestReplayed, tooManyRequests, requestFailed, waitingFull, waitTimedOut } = httpApiMetric;
  const ids = ['http-errors', 'http-throttled', 'http-slow'] as const;
  return [
    heading('HTTP API', [...ids, ...(authorizer ? (['http-authorizer-failing'] as const) : [])], shown),
    [
      graph('HTTP: calls per minute', counts(requestAnswered, requestReplayed), {
        right: counts(tooManyRequests, requestFailed),
      }),
      graph('HTTP: answered in (ms), without waiting', percentiles(httpApiMetric.answerMilliseconds)),
      graph('HTTP: waited for outcomes (ms)', percentiles(httpApiMetric.waitMilliseconds), {
        right: counts(waitingFull, waitTimedOut),
      }),
    ],
    [
      graph('HTTP: API Gateway per minute', [
        api.metricCount({ ...sums, label: 'calls' }),
        api.metricClientError({ ...sums, label: '4xx' }),
        api.metricServerError({ ...sums, label: '5xx' }),
      ]),
      graph('HTTP: crashed and throttled per minute', [
        http.function.metricErrors({ ...sums, label: 'crashed or timed out' }),
        http.function.metricThrottles({ ...sums, label: 'throttled' }),
      ]),
      ...(authorizer
        ? [
            graph('HTTP: keys per minute', [
              metrics.httpAuthorizer(httpAuthorizerMetric.keyRefused, { ...sums, label: 'refused' }),
              authorizer.metricErrors({ ...sums, label: 'refused or failed' }),
              authorizer.metricThrottles({ ...sums, label: 'throttled' }),
            ]),
          ]
        : []),
    ],
  ];
}

/** Outcomes that SNS posts to producers. Empty if no producer has an address. */
export function deliveriesSection(shown: Shown): IWidget[][] {
  const { outcomeDeliveries } = shown;
  if (outcomeDeliveries === undefined) return [];
  return [
    heading('Posted outcomes', ['outcome-deliveries-failing'], shown),
    [graph('Posted outcomes: not delivered', [dead(outcomeDeliveries)])],
  ];
}
