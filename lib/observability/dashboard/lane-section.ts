import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { laneMetric, operationMetric } from '../../../lambdas/domain/work/names.ts';
import { laneStateMetric } from '../../../lambdas/governor/names.ts';
import { replayerMetric } from '../../../lambdas/replayer/names.ts';
import type { Lane } from '../../constructs/lane.ts';
import { answeredAfterMinutes, latest, minutesToDrain, oneMinute } from '../metrics.ts';
import { callsPerSecond, dead, graph, heading, line, linkOperations, oldest, type Shown, waiting } from './widgets.ts';

const percentiles = ['p50', 'p95', 'p99'];

/** One lane: its state, backlog, outcomes, calls, API errors and latencies. */
export function laneSection(lane: Lane, shown: Shown): IWidget[][] {
  const { name, settings, plan, commands } = lane;
  const { metrics } = shown;
  const { laneParkedMinutes, lanePausedMinutes } = shown.settings.alarmThresholds;
  const counts = (...names: (typeof laneMetric)[keyof typeof laneMetric][]): IMetric[] =>
    names.map((one) => metrics.lane(one, name, { ...oneMinute, label: one }));
  const failed = linkOperations.map((one) =>
    metrics.operation(operationMetric.apiCallFailed, name, one, { ...oneMinute, label: one }),
  );
  const isLatencyLane = settings.windowSeconds === 0;

  return [
    heading(
      `Lane: ${name}`,
      [
        isLatencyLane ? 'commands-late' : 'backlog-late',
        'lane-parked',
        'lane-paused',
        'commands-returned',
        'calls-failing',
        'commands-rejected',
        'sender-not-allowed',
        'commands-quarantined',
        'dead-letters',
        'commands-expiring',
      ],
      shown,
    ),
    [
      graph(
        `${name}: parking and paused (minutes; empty is open)`,
        [
          metrics.lane(laneStateMetric.laneParkingMinutes, name, { ...latest, label: 'parking' }),
          metrics.lane(laneStateMetric.lanePausedMinutes, name, { ...latest, label: 'paused' }),
        ],
        {
          leftAnnotations: [line(laneParkedMinutes, 'ticket, parked'), line(lanePausedMinutes, 'ticket, paused')],
          right: [metrics.lane(replayerMetric.commandsParked, name, { ...latest, label: 'commands in the archive' })],
        },
      ),
      graph(
        `${name}: backlog`,
        [
          waiting(commands),
          commands.queue.metricApproximateNumberOfMessagesNotVisible({ ...latest, label: 'in flight or returned' }),
        ],
        {
          right: [dead(commands)],
        },
      ),
      graph(`${name}: time to drain and age of the oldest`, [minutesToDrain(lane), answeredAfterMinutes(lane)], {
        leftAnnotations: [line(settings.answeredWithinMinutes, isLatencyLane ? 'page' : 'ticket')],
        right: [oldest(commands)],
      }),
    ],
    [
      graph(
        `${name}: outcomes per minute`,
        counts(
          laneMetric.linkCreated,
          laneMetric.linkUpdated,
          laneMetric.linkDeleted,
          laneMetric.linkAdopted,
          laneMetric.linkMigrated,
          laneMetric.commandRepeated,
          laneMetric.commandRejected,
          laneMetric.commandConflicted,
          laneMetric.commandStale,
          laneMetric.commandSuperseded,
        ),
      ),
      graph(
        `${name}: returned, parked and replayed per minute`,
        counts(laneMetric.commandReturned, laneMetric.commandParked, laneMetric.commandReplayed),
      ),
      graph(
        `${name}: command latency (ms)`,
        percentiles.map((statistic) =>
          metrics.lane(laneMetric.commandLatency, name, { ...oneMinute, statistic, label: statistic }),
        ),
      ),
    ],
    [
      graph(
        `${name}: calls per second`,
        linkOperations.map((one) => callsPerSecond(one, name, [one], shown)),
        { stacked: true, leftAnnotations: [line(plan.link.concurrency * plan.link.callsPerSecond, 'share')] },
      ),
      graph(`${name}: API errors per minute, by operation and meaning`, failed, {
        right: counts(
          laneMetric.rateLimited,
          laneMetric.quotaRefused,
          laneMetric.accountBlocked,
          laneMetric.takenIdMet,
        ),
      }),
      graph(
        `${name}: API latency (ms)`,
        (['create', 'read'] as const).flatMap((operation) =>
          percentiles.map((statistic) =>
            metrics.operation(operationMetric.apiLatency, name, operation, {
              ...oneMinute,
              statistic,
              label: `${operation} ${statistic}`,
            }),
          ),
        ),
      ),
    ],
  ];
}
