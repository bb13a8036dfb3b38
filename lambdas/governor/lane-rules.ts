import type { Health, LaneControl, LaneReason, LaneState } from '../domain/control/control-record.ts';
import type { GovernorEnvironment } from './env.ts';

/** The configured limits of one lane. */
type GovernedLane = Omit<GovernorEnvironment['LANES'][number], 'mappings'>;

/** The facts by which the governor judges a lane. */
export interface LaneFacts {
  health: Health;
  /** The link-ID secret is not the one of the ledger. */
  secretDiffers: boolean;
  /** Calls that the account has left: the last poll less our calls since. Undefined before the first poll. */
  remaining: number | undefined;
  /** Calls that the pipeline has left of its share of the month's quota. Undefined without a share. */
  shareLeft: number | undefined;
  /** A worker received `quota_exceeded` after the last poll began. */
  exceeded: boolean;
  spentThisHour: number;
  spentToday: number;
}

/** A lane that has reached its reserve opens only at a tenth above it, so it does not flap around that value. */
const hysteresis = 1.1;
const shortages: ReadonlySet<LaneReason> = new Set(['quota-reserve-reached', 'quota-share-reached', 'quota-exceeded']);

/**
 * The lane's next state. Only an operator ends an operator's pause, or a pause whose reason is lost. Such a pause notes what else would
 * keep the lane closed, so that a resume does not promise an open lane.
 */
export function nextLane(
  before: LaneControl | undefined,
  lane: GovernedLane,
  facts: LaneFacts,
  nowMilliseconds: number,
): LaneControl {
  if (before?.state === 'paused' && (before.reason === 'operator' || before.reason === 'control-record-lost'))
    return covering(before, lane, facts);
  const { state, reason } = judgeLane(before, lane, facts);
  if (before !== undefined && before.state === state && before.reason === reason) return before;
  const since = before?.state === state ? before.since : nowMilliseconds;
  const opens = state === 'open' && before !== undefined;
  const openedAt = opens ? nowMilliseconds : before?.openedAt;
  return { state, since, ...(reason !== undefined && { reason }), ...(openedAt !== undefined && { openedAt }) };
}

function covering(before: LaneControl, lane: GovernedLane, facts: LaneFacts): LaneControl {
  const { covers: covered, ...pause } = before;
  const { state, reason } = judgeLane(covered, lane, facts);
  if (covered?.reason === reason && (covered === undefined || covered.state === state)) return before;
  if (state === 'open' || reason === undefined) return pause;
  return { ...pause, covers: { state, reason } };
}

function judgeLane(
  before: Pick<LaneControl, 'reason'> | undefined,
  { reserveCalls, hourlyCapCalls = Number.POSITIVE_INFINITY, dailyCapCalls = Number.POSITIVE_INFINITY }: GovernedLane,
  { health, secretDiffers, remaining, shareLeft, exceeded, spentThisHour, spentToday }: LaneFacts,
): { state: LaneState; reason?: LaneReason } {
  if (health.pausedFor !== undefined) return { state: 'paused', reason: health.pausedFor };
  // A lane without a reserve makes QR codes, and derives nothing from the secret.
  if (reserveCalls === undefined) return { state: 'open' };
  if (secretDiffers) return { state: 'paused', reason: 'link-id-secret-differs' };
  if (exceeded) return { state: 'parking', reason: 'quota-exceeded' };
  const isShort = before?.reason !== undefined && shortages.has(before.reason);
  const least = reserveCalls * (isShort ? hysteresis : 1);
  if (shareLeft !== undefined && shareLeft <= least) return { state: 'parking', reason: 'quota-share-reached' };
  if (remaining !== undefined && remaining <= least) return { state: 'parking', reason: 'quota-reserve-reached' };
  if (spentToday >= dailyCapCalls) return { state: 'parking', reason: 'daily-cap-reached' };
  if (spentThisHour >= hourlyCapCalls) return { state: 'parking', reason: 'hourly-cap-reached' };
  return { state: 'open' };
}
