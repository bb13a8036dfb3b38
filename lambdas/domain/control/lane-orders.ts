import type { ControlRecord, LaneControl, LaneReason } from './control-record.ts';

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
    const before = control.lanes[lane];
    const { state, since = nowMilliseconds, openedAt } = before ?? {};
    const alreadySince = state === 'paused' ? since : nowMilliseconds;
    const covers = before && closedBy(before);
    const kept = { ...(openedAt !== undefined && { openedAt }), ...(covers && { covers }) };
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
 * governor pauses them again if the failure persists. An operator can end neither parking nor the pause for another link-ID secret:
 * such a lane stays closed, also below an operator's pause.
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
  if (!isByOperator(before)) {
    const words = endOf(before.reason);
    if (words !== undefined) {
      const standing =
        before.state === 'parking' ? `is parking (${before.reason}), not paused` : `stays paused (${before.reason})`;
      return { lane, control: undefined, halfOpen: false, words: `${standing}: ${words}` };
    }
    const again = `becomes half-open: the governor pauses it again if it still finds ${before.reason}`;
    return { lane, control: open, halfOpen: true, words: again };
  }
  const stays = before.covers ?? (health.pausedFor && { state: 'paused' as const, reason: health.pausedFor });
  if (stays === undefined) return { lane, control: open, halfOpen: false, words: 'opens' };
  const { state, reason } = stays;
  const words = endOf(reason) ?? 'to open it anyway, resume it again';
  const standing =
    state === 'parking' ? `does not open, but parks (${reason})` : `stays paused by the governor (${reason})`;
  return { lane, control: { state, reason, since: nowMilliseconds }, halfOpen: false, words: `${standing}: ${words}` };
}

const isByOperator = ({ reason }: LaneControl) =>
  reason === undefined || reason === 'operator' || reason === 'control-record-lost';

/** What keeps a lane closed without an operator's pause. */
function closedBy(lane: LaneControl): LaneControl['covers'] {
  if (lane.state === 'open') return undefined;
  if (isByOperator(lane)) return lane.covers;
  return lane.reason && { state: lane.state, reason: lane.reason };
}

/** What ends a state that no resume can end. */
function endOf(reason: LaneReason | undefined): string | undefined {
  return reason && ends[reason];
}

const withQuota = 'the governor opens it when there is more quota, at the latest in the next month (UTC)';
const ends: Partial<Record<LaneReason, string>> = {
  'quota-reserve-reached': withQuota,
  'quota-exceeded': withQuota,
  'quota-share-reached': 'the governor opens it with a larger monthlyQuotaShare, or in the next month (UTC)',
  'hourly-cap-reached': 'the governor opens it when the UTC hour ends, or with a higher hourlyCapCalls',
  'daily-cap-reached': 'the governor opens it when the UTC day ends, or with a higher dailyCapCalls',
  'link-id-secret-differs':
    'no resume can end that. Put the old value of the link-ID secret back (runbook), and the governor opens it within a minute',
};
