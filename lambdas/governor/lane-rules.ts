import type { Health, LaneControl, LaneReason, LaneState } from '../domain/control/control-record.ts';

/** What the configuration says of one lane. */
export interface GovernedLane {
  name: string;
  /** Calls of the month's quota that the lane leaves to others. */
  reserveCalls: number;
  /** The most calls that the lane may make in an hour or a day (UTC). */
  hourlyCapCalls?: number | undefined;
  dailyCapCalls?: number | undefined;
}

/** What there is to judge a lane by. */
export interface LaneFacts {
  health: Health;
  /** Calls that the account has left, by the last poll and what we have made since; undefined before the first poll. */
  remaining: number | undefined;
  /** A worker met `quota_exceeded` after the last poll had begun. */
  exceeded: boolean;
  spentThisHour: number;
  spentToday: number;
}

/** A lane that is down to its reserve opens only when a tenth more is there, so that it does not flap around the line. */
const hysteresis = 1.1;

/** How the lane stands from now on. An operator's pause, and one whose reason is lost, is an operator's to end. */
export function nextLane(
  before: LaneControl | undefined,
  lane: GovernedLane,
  facts: LaneFacts,
  nowMilliseconds: number,
): LaneControl {
  if (before?.state === 'paused' && (before.reason === 'operator' || before.reason === 'control-record-lost'))
    return before;
  const { state, reason } = judge(before, lane, facts);
  if (before !== undefined && before.state === state && before.reason === reason) return before;
  const since = before?.state === state ? before.since : nowMilliseconds;
  const opens = state === 'open' && before !== undefined;
  const openedAt = opens ? nowMilliseconds : before?.openedAt;
  return { state, since, ...(reason !== undefined && { reason }), ...(openedAt !== undefined && { openedAt }) };
}

function judge(
  before: LaneControl | undefined,
  { reserveCalls, hourlyCapCalls = Number.POSITIVE_INFINITY, dailyCapCalls = Number.POSITIVE_INFINITY }: GovernedLane,
  { health, remaining, exceeded, spentThisHour, spentToday }: LaneFacts,
): { state: LaneState; reason?: LaneReason } {
  if (health.pausedFor !== undefined) return { state: 'paused', reason: health.pausedFor };
  if (exceeded) return { state: 'parking', reason: 'quota-exceeded' };
  const isShort = before?.reason === 'quota-reserve-reached' || before?.reason === 'quota-exceeded';
  if (remaining !== undefined && remaining <= reserveCalls * (isShort ? hysteresis : 1)) {
    return { state: 'parking', reason: 'quota-reserve-reached' };
  }
  if (spentToday >= dailyCapCalls) return { state: 'parking', reason: 'daily-cap-reached' };
  if (spentThisHour >= hourlyCapCalls) return { state: 'parking', reason: 'hourly-cap-reached' };
  return { state: 'open' };
}
