import { writes } from '../../lambdas/domain/onelink/operation.ts';
import { laneMetric, operationMetric } from '../../lambdas/domain/work/names.ts';
import { laneStateMetric } from '../../lambdas/governor/names.ts';
import { replayerMetric } from '../../lambdas/replayer/names.ts';
import type { Lane } from '../constructs/lane.ts';
import { type AlarmLine, type Observed, page, ticket } from './alarm-line.ts';
import { answeredAfterMinutes, byOperation, expression, fifteenMinutes, latest, pipelineMetrics } from './metrics.ts';
import { workerAlarms } from './worker-alarms.ts';

/** Calls in five minutes. With fewer, one or two failures on an idle night would be a large share. */
const leastCalls = 100;
/** On an idle night, one failing command returns five or six times in five minutes. */
const leastReturned = 10;
/** Failed images in a quarter of an hour. Fewer failures may be a large share of few images. */
const leastQrFailures = 10;

/** The alarms of one lane. */
export function laneAlarms(lane: Lane, observed: Observed): AlarmLine[] {
  const { name, settings, commands, linkWorker } = lane;
  const {
    serviceName,
    settings: { alarmThresholds },
  } = observed;
  const metrics = pipelineMetrics(serviceName);
  const isLatencyLane = settings.windowSeconds === 0;
  const made = byOperation('made', writes, (one) => metrics.calls(name, one));
  const failed = byOperation('failed', writes, (one) => metrics.operation(operationMetric.apiCallFailed, name, one));

  return [
    ...workerAlarms({ subject: name, work: commands, what: 'commands', worker: linkWorker }, observed),
    isLatencyLane
      ? {
          ...page('commands-late', name),
          metric: commands.queue.metricApproximateAgeOfOldestMessage(latest),
          threshold: settings.answeredWithinMinutes * 60,
          periods: 2,
          means: `The oldest command has waited for more than ${settings.answeredWithinMinutes} minutes.`,
        }
      : {
          ...ticket('backlog-late', name),
          metric: answeredAfterMinutes(lane),
          threshold: settings.answeredWithinMinutes,
          periods: 5,
          means:
            `At the lane’s full rate, the oldest command will be ${settings.answeredWithinMinutes} minutes old when the backlog ` +
            'is done. The backlog exceeds the lane’s rate, or the lane makes no progress.',
        },
    {
      // SQS's age of the oldest message ignores messages with more than three deliveries. This metric counts them.
      ...(isLatencyLane ? page : ticket)('commands-returned', name),
      metric: expression('commands returned (%)', `IF(returned >= ${leastReturned}, 100 * returned / received, 0)`, {
        returned: metrics.lane(laneMetric.commandReturned, name),
        received: metrics.lane(laneMetric.commandReceived, name),
      }),
      threshold: alarmThresholds.returnedCommandsPercent,
      // After a short API failure, all environments return their batches. A lane with a window needs half an hour to recover.
      periods: isLatencyLane ? 3 : 6,
      means:
        'Workers return commands to the queue again and again. The API fails, or an AWS resource of the pipeline does.',
    },
    {
      ...ticket('lane-parked', name),
      metric: metrics.lane(laneStateMetric.laneParkingMinutes, name, latest),
      threshold: alarmThresholds.laneParkedMinutes,
      periods: 3,
      means: `For ${alarmThresholds.laneParkedMinutes} minutes the lane has parked its commands in the archive, because there is no quota for them.`,
    },
    {
      ...ticket('calls-failing', name),
      metric: expression('failed calls (%)', `IF(${made.sum} >= ${leastCalls}, 100 * ${failed.sum} / ${made.sum}, 0)`, {
        ...made.metrics,
        ...failed.metrics,
      }),
      threshold: alarmThresholds.failedCallsPercent,
      // A short failure breaches one period, or two if it crosses from one to the next.
      periods: 3,
      means: `For a quarter of an hour, ${alarmThresholds.failedCallsPercent} % of the creates, updates and deletes have failed.`,
    },
    {
      ...ticket('commands-rejected', name),
      metric: metrics.lane(laneMetric.commandRejected, name, fifteenMinutes),
      threshold: settings.rejectedAlarmPer15Minutes,
      means: 'A producer sends invalid commands. The pipeline rejects them, and they cost no quota.',
    },
    {
      ...ticket('sender-not-allowed', name),
      metric: metrics.lane(laneMetric.senderNotAllowed, name, fifteenMinutes),
      // One may be a mistake with a configuration. A second one is a producer that sends as another.
      threshold: 2,
      means:
        'A sender names a source that is not its own. The pipeline rejects these commands, and they cost no quota.',
    },
    {
      ...ticket('commands-quarantined', name),
      metric: metrics.lane(replayerMetric.commandQuarantined, name, fifteenMinutes),
      threshold: 1,
      means:
        'The replayer could not read or send some parked commands. They stay in quarantine until an operator releases them.',
    },
    {
      ...ticket('qr-failed', name),
      metric: expression(
        'failed QR images (%)',
        `IF(failed >= ${leastQrFailures}, 100 * failed / SUM([failed, stored]), 0)`,
        {
          failed: metrics.lane(laneMetric.qrFailed, name, fifteenMinutes),
          stored: metrics.lane(laneMetric.qrStored, name, fifteenMinutes),
        },
        fifteenMinutes,
      ),
      threshold: alarmThresholds.qrFailedPercent,
      means: `${alarmThresholds.qrFailedPercent} % of the QR jobs ended as qr-failed. The links themselves work.`,
    },
  ];
}
