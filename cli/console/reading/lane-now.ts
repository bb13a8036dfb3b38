import type { PipelinePlan } from '../../../lib/config/rate/pipeline-plan.ts';
import { sustained } from '../../pipeline/campaign/lane-times.ts';
import type { LaneOverview } from '../../pipeline/overview/overview.ts';
import type { LaneNow } from '../contract/overview.ts';
import { workerOf } from './rate-now.ts';

/** A lane for the page. */
export function laneNow(
  { lane, state, reason, since, note, queues, parked }: LaneOverview,
  plan: PipelinePlan | undefined,
  at: number,
): LaneNow {
  const waiting = queues.reduce((sum, { waiting, inFlight }) => sum + waiting + inFlight, 0);
  const worker = plan && workerOf(plan, lane);
  const drains = state === 'open' && worker !== undefined;
  return {
    lane,
    takesCommands: queues.some(({ kind }) => kind === 'link'),
    state,
    reason: reason ?? null,
    since: since ?? null,
    note: note ?? null,
    queues: queues.map(({ kind, waiting, inFlight, oldestSeconds }) => ({
      kind,
      waiting: { value: waiting, at },
      inFlight: { value: inFlight, at },
      // An empty queue has no oldest message. SQS measures the age of others each minute.
      oldestSeconds: { value: oldestSeconds ?? (waiting + inFlight === 0 ? 0 : null), at },
    })),
    parked: { value: parked ?? null, at },
    secondsToDrain: waiting === 0 ? 0 : drains ? Math.ceil(waiting / sustained(worker)) : null,
  };
}
