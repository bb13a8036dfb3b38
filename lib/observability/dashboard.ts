import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, type IWidget, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { governorMetric, laneMetric, operationMetric, operations } from '../../lambdas/names.ts';
import type { Lane } from '../lane.ts';
import type { Observed } from './alarms.ts';
import { pipelineMetrics } from './metrics.ts';

const minute = Duration.minutes(1);
const latest = { period: minute, statistic: 'Maximum' };

/** What happens now, from the quota above everything else down to each lane. */
export class PipelineDashboard extends Construct {
  constructor(scope: Construct, id: string, { serviceName, lanes, governor }: Observed) {
    super(scope, id);
    const metrics = pipelineMetrics(serviceName);
    const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
      new GraphWidget({ title, left, right, width: 8, height: 6 });

    const laneRows = ({ name, commands, qrJobs }: Lane): IWidget[][] => {
      const counts = (...names: (typeof laneMetric)[keyof typeof laneMetric][]) =>
        names.map((one) => metrics.lane(one, name, { period: minute, label: one }));
      const percentiles = ['p50', 'p95', 'p99'].map((statistic) =>
        metrics.lane(laneMetric.commandLatency, name, { period: minute, statistic, label: statistic }),
      );
      return [
        [
          graph(
            `${name}: outcomes per minute`,
            counts(
              laneMetric.linkCreated,
              laneMetric.linkUpdated,
              laneMetric.linkDeleted,
              laneMetric.commandRepeated,
              laneMetric.commandRejected,
              laneMetric.commandConflicted,
              laneMetric.commandStale,
              laneMetric.commandSuperseded,
            ),
          ),
          graph(
            `${name}: queue`,
            [
              commands.queue.metricApproximateNumberOfMessagesVisible({ ...latest, label: 'waiting' }),
              commands.queue.metricApproximateNumberOfMessagesNotVisible({ ...latest, label: 'in flight' }),
              commands.deadLetters.metricApproximateNumberOfMessagesVisible({ ...latest, label: 'dead letters' }),
            ],
            [commands.queue.metricApproximateAgeOfOldestMessage({ ...latest, label: 'oldest (s)' })],
          ),
          graph(`${name}: command latency (ms)`, percentiles),
        ],
        [
          graph(
            `${name}: API calls per minute`,
            operations
              .filter((operation) => operation !== 'quota')
              .map((operation) =>
                metrics.operation(operationMetric.apiCallMade, name, operation, { period: minute, label: operation }),
              ),
          ),
          graph(
            `${name}: API failures and refusals per minute`,
            operations
              .filter((operation) => operation !== 'quota')
              .map((operation) =>
                metrics.operation(operationMetric.apiCallFailed, name, operation, { period: minute, label: operation }),
              ),
            counts(laneMetric.rateLimited, laneMetric.quotaRefused, laneMetric.accountBlocked),
          ),
          graph(
            `${name}: API latency (ms)`,
            ['p50', 'p95', 'p99'].map((statistic) =>
              metrics.operation(operationMetric.apiLatency, name, 'create', {
                period: minute,
                statistic,
                label: statistic,
              }),
            ),
          ),
        ],
        [
          graph(`${name}: QR images per minute`, counts(laneMetric.qrStored, laneMetric.qrFailed)),
          graph(`${name}: QR queue`, [
            qrJobs.queue.metricApproximateNumberOfMessagesVisible({ ...latest, label: 'waiting' }),
            qrJobs.deadLetters.metricApproximateNumberOfMessagesVisible({ ...latest, label: 'dead letters' }),
          ]),
          graph(`${name}: given back per minute`, counts(laneMetric.commandReturned, laneMetric.commandParked)),
        ],
      ];
    };

    new Dashboard(this, 'Dashboard', {
      dashboardName: serviceName,
      defaultInterval: Duration.hours(3),
      widgets: [
        [
          new SingleValueWidget({
            title: 'Quota',
            metrics: [
              metrics.governor(governorMetric.quotaRemaining, { ...latest, label: 'calls left' }),
              metrics.governor(governorMetric.quotaUsedPercent, { ...latest, label: '% used' }),
            ],
            width: 8,
            height: 6,
          }),
          graph('Quota remaining (calls)', [metrics.governor(governorMetric.quotaRemaining, latest)]),
          graph(
            'Health',
            [
              metrics.governor(governorMetric.accountRefused, latest),
              metrics.governor(governorMetric.apiUnreachable, latest),
            ],
            [governor.function.metricErrors({ period: minute, label: 'governor errors' })],
          ),
        ],
        ...lanes.flatMap(laneRows),
      ],
    });
  }
}
