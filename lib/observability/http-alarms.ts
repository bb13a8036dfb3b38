import { httpApiMetric } from '../../lambdas/http-api/names.ts';
import { httpAuthorizerMetric } from '../../lambdas/http-authorizer/names.ts';
import { type AlarmLine, type Observed, page, ticket } from './alarm-line.ts';
import { expression, fiveMinutes, latest, pipelineMetrics } from './metrics.ts';

/** A cold start takes about a second, and a call without a wait some hundredths. */
const slowMilliseconds = 2_000;

/** Alarms on the HTTP API, if the pipeline has one. Someone waits for each call. */
export function httpAlarms({ http, serviceName }: Observed): AlarmLine[] {
  if (http === undefined) return [];
  const metrics = pipelineMetrics(serviceName);
  const { authorizer } = http;
  return [
    {
      ...page('http-errors'),
      // API Gateway's own count of 5xx includes each call to a lane that an operator has paused.
      metric: expression('failed calls', 'FILL(failed, 0) + FILL(crashed, 0)', {
        failed: metrics.httpApi(httpApiMetric.requestFailed),
        crashed: http.function.metricErrors(fiveMinutes),
      }),
      threshold: 5,
      periods: 3,
      means:
        'For a quarter of an hour calls of the HTTP API have ended with a 5xx, or its function crashes or times out.',
    },
    {
      ...ticket('http-throttled'),
      metric: http.function.metricThrottles(fiveMinutes),
      threshold: 5,
      periods: 2,
      means:
        'Calls of the HTTP API find all environments of its function in use. Their callers get a 503, and call again.',
    },
    {
      ...ticket('http-slow'),
      metric: metrics.httpApi(httpApiMetric.answerMilliseconds, { ...fiveMinutes, statistic: 'p90' }),
      threshold: slowMilliseconds,
      periods: 3,
      means: `A tenth of the HTTP API’s calls take ${slowMilliseconds.toLocaleString('en')} ms or more. The time in which they wait for outcomes does not count.`,
    },
    ...(authorizer === undefined
      ? []
      : [
          {
            ...page('http-authorizer-failing'),
            // API Gateway demands an error for a key that is refused.
            metric: expression('failed checks', 'FILL(errors, 0) - FILL(refused, 0) + FILL(throttled, 0)', {
              errors: authorizer.metricErrors(fiveMinutes),
              refused: metrics.httpAuthorizer(httpAuthorizerMetric.keyRefused),
              throttled: authorizer.metricThrottles(fiveMinutes),
            }),
            threshold: 5,
            periods: 2,
            means: 'The authorizer of the HTTP API cannot check keys. Callers with valid keys get a 503.',
          },
        ]),
  ];
}

/** The alarm on outcomes that SNS cannot post to their producer, if there is such a producer. */
export function deliveryAlarms({ outcomeDeliveries }: Observed): AlarmLine[] {
  if (outcomeDeliveries === undefined) return [];
  return [
    {
      ...ticket('outcome-deliveries-failing'),
      metric: outcomeDeliveries.deadLetters.metricApproximateNumberOfMessagesVisible(latest),
      threshold: 1,
      means: 'SNS could not post outcomes to the address of a producer. The pipeline has carried out these commands.',
    },
  ];
}
