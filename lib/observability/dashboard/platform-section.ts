import type { IWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { expiryLane, laneMetric } from '../../../lambdas/domain/work/names.ts';
import { governorMetric, laneStateMetric } from '../../../lambdas/governor/names.ts';
import type { OutcomeQueue } from '../../constructs/outcome-queue.ts';
import { laneNames } from '../alarm-line.ts';
import { expression, latest, oneMinute, tableMetric } from '../metrics.ts';
import { functionsOf } from '../platform-alarms.ts';
import { dead, graph, heading, oldest, type Shown, waiting } from './widgets.ts';

const sums = { ...oneMinute, statistic: 'Sum' };

/** The ledger's reads and writes, throttled ones included. */
export function ledgerSection(shown: Shown): IWidget[][] {
  const ofTable = (name: string, label: string) => tableMetric(shown.ledger.tableName, name, { ...sums, label });
  const perSecond = (name: string, label: string) =>
    expression(label, `${label}_units / 60`, { [`${label}_units`]: ofTable(name, name) }, oneMinute);
  return [
    heading('Ledger', ['ledger-throttled'], shown),
    [
      graph('Ledger: capacity units per second', [
        perSecond('ConsumedReadCapacityUnits', 'read'),
        perSecond('ConsumedWriteCapacityUnits', 'written'),
      ]),
      graph('Ledger: throttled per minute', [
        ofTable('ReadThrottleEvents', 'reads'),
        ofTable('WriteThrottleEvents', 'writes'),
      ]),
      graph('Ledger: records that its TTL deleted per minute', [ofTable('TimeToLiveDeletedItemCount', 'deleted')]),
    ],
  ];
}

/** Links past their expiry, and the workers that check them. */
export function expirySection(shown: Shown): IWidget[][] {
  const { metrics, expiry } = shown;
  const { expired } = expiry;
  const counts = [
    laneMetric.linkExpired,
    laneMetric.linkRenewed,
    laneMetric.linkExpiringSoon,
    laneMetric.commandReturned,
  ];
  const state = [laneStateMetric.laneParkingMinutes, laneStateMetric.lanePausedMinutes];
  return [
    heading('Expiry', ['links-expiring-soon', 'expiry-intake-late', 'expiry-backlog-old', 'dead-letters'], shown),
    [
      graph(
        'Expiry: per minute',
        counts.map((one) => metrics.lane(one, expiryLane, { ...oneMinute, label: one })),
      ),
      graph('Expiry: backlog', [waiting(expired)], {
        right: [oldest(expired), dead(expired)],
      }),
      graph(
        'Expiry: parking and paused (minutes)',
        state.map((one) => metrics.lane(one, expiryLane, latest)),
      ),
    ],
    [
      graph('Expiry: age of what the intake handles (ms)', [
        expiry.intake.function.metric('IteratorAge', { ...latest, label: 'oldest' }),
      ]),
    ],
  ];
}

/** What producers have not received from their outcome queues. Empty if no producer has one. */
export function outcomesSection(shown: Shown): IWidget[][] {
  const queues = [...shown.outcomeQueues, ...shown.privateQueues];
  if (queues.length === 0) return [];
  const graphOf = (title: string, metric: (queue: OutcomeQueue) => Metric) =>
    graph(
      title,
      queues.map((queue) => metric(queue).with({ label: queue.subject })),
    );
  return [
    heading('Outcome queues', ['outcome-dead-letters', 'outcomes-expiring'], shown),
    [
      graphOf('Outcomes: waiting', waiting),
      graphOf('Outcomes: age of the oldest (s)', oldest),
      graphOf('Outcomes: dead letters', dead),
    ],
  ];
}

/** The API's health as the governor observes it, the control record, and all functions. */
export function governorSection(shown: Shown): IWidget[][] {
  const { metrics, lanes } = shown;
  const functions = functionsOf(shown);
  return [
    heading(
      'Governor and functions',
      [
        'governor-silent',
        'account-refused',
        'api-unreachable',
        'link-id-secret-differs',
        'control-record-lost',
        'bookkeeping-failed',
        'replayer-silent',
        'commands-held',
        ...(shown.ingress ? (['ingress-late', 'forwarding-failed'] as const) : []),
        'function-errors',
        'worker-throttled',
      ],
      shown,
    ),
    [
      graph('API health as the governor observes it (1 is bad)', [
        metrics.governor(governorMetric.accountRefused, { ...latest, label: 'account refused' }),
        metrics.governor(governorMetric.apiUnreachable, { ...latest, label: 'API unreachable' }),
        metrics.governor(governorMetric.linkIdSecretDiffers, { ...oneMinute, label: 'link-ID secret differs' }),
      ]),
      graph('Runs and answered polls per minute', [
        metrics.governor(governorMetric.apiUnreachable, {
          ...oneMinute,
          statistic: 'SampleCount',
          label: 'governor runs',
        }),
        metrics.governor(governorMetric.quotaUsed, {
          ...oneMinute,
          statistic: 'SampleCount',
          label: 'quota polls answered',
        }),
      ]),
      graph('Control record', [metrics.governor(governorMetric.controlRebuilt, { ...oneMinute, label: 'rebuilt' })], {
        right: [
          ...lanes.map(({ name }) =>
            metrics.lane(laneMetric.controlUnreadable, name, { ...oneMinute, label: `${name}: batches without it` }),
          ),
          ...laneNames(shown).map((name) =>
            metrics.lane(laneMetric.bookkeepingFailed, name, { ...oneMinute, label: `${name}: counts not written` }),
          ),
        ],
      }),
    ],
    [
      graph(
        'Errors and time-outs per minute',
        functions.map(({ subject, worker }) => worker.metricErrors({ ...sums, label: subject })),
      ),
      graph(
        'Throttled invocations per minute',
        functions.map(({ subject, worker }) => worker.metricThrottles({ ...sums, label: subject })),
      ),
      graph(
        'Longest invocation (ms)',
        functions.map(({ subject, worker }) => worker.metricDuration({ ...latest, label: subject })),
      ),
    ],
  ];
}
