import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { operations } from '../../../lambdas/domain/onelink/operation.ts';
import { expiryLane, laneMetric, operationMetric, qrLane } from '../../../lambdas/domain/work/names.ts';
import type { PipelinePlan } from '../../../lib/config/rate/pipeline-plan.ts';
import type { WorkerPlan } from '../../../lib/config/rate/worker-plan.ts';
import type { RateNow } from '../contract/overview.ts';
import { type Reading, readMetrics } from './metric-readings.ts';

const minute = 60_000;
const minutesShown = 60;
/** A metric arrives some minutes after its calls. Without a value for so long, the lane is idle. */
const idleAfterMinutes = 5;

export interface RateFacts {
  service: string;
  lanes: readonly string[];
  plan: PipelinePlan | undefined;
  nowMilliseconds: number;
}

/** The calls of the last hour, lane by lane, against what each lane may send. A poll of the quota is under no rate. */
export async function rateNow(client: Pick<CloudWatchClient, 'send'>, facts: RateFacts): Promise<RateNow> {
  const { service, lanes, plan, nowMilliseconds } = facts;
  // The minute that is under way has not all its calls.
  const to = nowMilliseconds - (nowMilliseconds % minute);
  const range = { from: to - minutesShown * minute, to, periodSeconds: 60 };
  const rated = operations.filter((operation) => operation !== 'quota');
  const calls = lanes.flatMap((lane) =>
    rated.map((operation) => ({
      name: operationMetric.apiLatency,
      lane,
      operation,
      statistic: 'SampleCount' as const,
    })),
  );
  const refused = lanes.map((lane) => ({ name: laneMetric.rateLimited, lane }));
  const read = await readMetrics(client, service, [...calls, ...refused], range);
  const ofLane = (index: number) => byMinute(read.slice(index * rated.length, (index + 1) * rated.length).flat());
  const made = lanes.map((_, index) => ofLane(index));
  const newest = Math.max(...made.flatMap((minutes) => [...minutes.keys()]));
  const isIdle = newest < to - idleAfterMinutes * minute;
  return {
    budgetPerSecond: plan === undefined ? null : lanes.reduce((sum, lane) => sum + (budgetOf(plan, lane) ?? 0), 0),
    lanes: lanes.map((lane, index) => ({
      lane,
      budgetPerSecond: budgetOf(plan, lane),
      perSecond: isIdle ? { value: 0, at: to } : { value: (made[index]?.get(newest) ?? 0) / 60, at: newest + minute },
      refusedLastHour: { value: sum(read[calls.length + index] ?? []), at: to },
    })),
    minutes: Array.from({ length: minutesShown }, (_, index) => {
      const at = range.from + index * minute;
      const isUnknown = !isIdle && at > newest;
      return { at, perSecond: isUnknown ? null : made.reduce((all, minutes) => all + (minutes.get(at) ?? 0), 0) / 60 };
    }),
  };
}

/** What a lane may send in a second: environments times the pace of one. */
export function budgetOf(plan: PipelinePlan | undefined, lane: string): number | null {
  const worker = plan && workerOf(plan, lane);
  return worker === undefined ? null : worker.concurrency * worker.callsPerSecond;
}

export function workerOf({ plans, qr, expiry }: PipelinePlan, lane: string): WorkerPlan | undefined {
  if (lane === qrLane) return qr;
  if (lane === expiryLane) return expiry;
  return plans.find((one) => one.lane === lane)?.link;
}

export const sum = (readings: readonly Reading[]) => readings.reduce((all, { value }) => all + value, 0);

function byMinute(readings: readonly Reading[]): Map<number, number> {
  const minutes = new Map<number, number>();
  for (const { at, value } of readings) minutes.set(at, (minutes.get(at) ?? 0) + value);
  return minutes;
}
