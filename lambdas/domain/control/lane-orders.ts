import type { ControlRecord, LaneControl } from './control-record.ts';

/** The result of an operator override for one lane. */
export interface Ordered {
  lane: string;
  /** Whether the lane's entry in the control record changes. */
  changed: boolean;
  /** The lane's state after the override. */
  state: LaneControl['state'];
  words: string;
}

/** A control record with the operator override in it. */
export interface Order {
  control: ControlRecord;
  ordered: Ordered[];
}

/** Pauses the lanes, from any state, until an operator resumes them. */
export function pausedBy(
  control: ControlRecord,
  lanes: readonly string[],
  { note, nowMilliseconds }: { note: string; nowMilliseconds: number },
): Order {
  const paused = (lane: string): [string, LaneControl] => {
    const { state, since = nowMilliseconds, openedAt } = control.lanes[lane] ?? {};
    const alreadySince = state === 'paused' ? since : nowMilliseconds;
    const kept = openedAt === undefined ? {} : { openedAt };
    return [lane, { state: 'paused', reason: 'operator', note, since: alreadySince, ...kept }];
  };
  return {
    control: { ...control, lanes: { ...control.lanes, ...Object.fromEntries(lanes.map(paused)) } },
    ordered: lanes.map((lane) => {
      const before = control.lanes[lane];
      const was = before?.state === 'paused' ? `, and was before (${before.reason ?? 'operator'})` : '';
      return { lane, changed: true, state: 'paused', words: `is paused until you resume it${was}` };
    }),
  };
}

/**
 * Ends a pause. A lane that the governor paused becomes half-open, with all lanes that it paused for the same reason. The
 * governor pauses them again if the failure persists. An operator cannot end parking: the governor does when there is quota.
 */
export function resumedBy(control: ControlRecord, lanes: readonly string[], nowMilliseconds: number): Order {
  const { pausedFor } = control.health;
  const orders = lanes.map((lane) => resumed(lane, control, nowMilliseconds));
  // All lanes share one account, so if one lane becomes half-open, all of them do.
  const tries = orders.some(({ halfOpen }) => halfOpen);
  const others = tries
    ? Object.entries(control.lanes).filter(
        ([lane, { reason }]) => !lanes.includes(lane) && reason !== undefined && reason === pausedFor,
      )
    : [];
  const also = others.map(([lane]) => ({ ...resumed(lane, control, nowMilliseconds), halfOpen: true }));
  const all = [...orders, ...also];
  const changed = all.flatMap(({ lane, control: next }) => (next === undefined ? [] : [[lane, next] as const]));
  return {
    control: {
      ...control,
      ...(tries && { health: { disposition: 'good', strikes: 0, goodRuns: 0, pauses: 0 } }),
      lanes: { ...control.lanes, ...Object.fromEntries(changed) },
    },
    ordered: all.map(({ lane, control: next, words }) => ({
      lane,
      changed: next !== undefined,
      state: next?.state ?? control.lanes[lane]?.state ?? 'open',
      words,
    })),
  };
}

interface Resumption {
  lane: string;
  /** Undefined if nothing changes. */
  control: LaneControl | undefined;
  halfOpen: boolean;
  words: string;
}

function resumed(lane: string, { lanes, health }: ControlRecord, nowMilliseconds: number): Resumption {
  const before = lanes[lane];
  const open: LaneControl = { state: 'open', since: nowMilliseconds, openedAt: nowMilliseconds };
  if (before === undefined || before.state === 'open') {
    return { lane, control: undefined, halfOpen: false, words: 'is not paused' };
  }
  if (before.state === 'parking') {
    const words = `is parking (${before.reason ?? 'quota'}), not paused: the governor opens it when there is quota`;
    return { lane, control: undefined, halfOpen: false, words };
  }
  const byOperator = before.reason === undefined || before.reason === 'operator';
  if (!byOperator && before.reason !== 'control-record-lost') {
    const words = `becomes half-open: the governor pauses it again if it still finds ${before.reason}`;
    return { lane, control: open, halfOpen: true, words };
  }
  if (health.pausedFor === undefined) return { lane, control: open, halfOpen: false, words: 'opens' };
  const control: LaneControl = { state: 'paused', reason: health.pausedFor, since: nowMilliseconds };
  const words = `stays paused by the governor (${health.pausedFor}): to open it anyway, resume it again`;
  return { lane, control, halfOpen: false, words };
}
