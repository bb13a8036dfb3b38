/** A campaign of a lane, for the sender. */
export interface Sharer {
  /** `crm/spring` */
  key: string;
  /** Rows with a command that are not sent yet. */
  rowsLeft: number;
  /** Rows that are sent and not settled. */
  outstanding: number;
  /** Epoch milliseconds. */
  sendBy?: number | undefined;
  paused: boolean;
}

export interface LaneRate {
  rowsPerSecond: number;
  nowMilliseconds: number;
}

/** Each campaign keeps this part of its even share, whatever the deadlines of others are. So no campaign stands still. */
const leastPart = 0.2;
/** This part of the work ahead is for campaigns with nothing outstanding, so that a small one goes at once. */
const partForNew = 0.1;
/** Such campaigns take at most this part of what is left of it at once, so that there is room for the next one. */
const partOfNew = 0.25;

/**
 * How many rows each campaign may send now. What is outstanding and these rows together never exceed `aheadRows`, if it was
 * not exceeded before. A paused campaign sends nothing. A sender of whole chunks may send a chunk
 * of each campaign that may send a row. It exceeds by these chunks at most.
 *
 * @param lane.aheadRows 30 seconds of the lane's rate
 */
export function rowsToSend(campaigns: readonly Sharer[], lane: LaneRate & { aheadRows: number }): Map<string, number> {
  const { aheadRows } = lane;
  const outstanding = campaigns.reduce((sum, one) => sum + one.outstanding, 0);
  let free = Math.max(0, Math.ceil(aheadRows) - outstanding);
  const given = new Map(campaigns.map(({ key }) => [key, 0]));
  const active = campaigns.filter(({ paused, rowsLeft }) => !paused && rowsLeft > 0);
  const forNew = Math.min(free, Math.ceil(aheadRows * partForNew));
  free -= forNew;

  const shares = sharesOf(active, lane);
  // Who has more than its share ahead waits until the others have theirs.
  const shared = free + active.reduce((sum, one) => sum + one.outstanding, 0);
  const wanted = active.map((one) => {
    const target = Math.ceil((shares.get(one.key) ?? 0) * shared);
    return { key: one.key, rows: Math.min(one.rowsLeft, Math.max(0, target - one.outstanding)) };
  });
  for (const [key, rows] of evenly(wanted, free)) given.set(key, rows);
  free -= [...given.values()].reduce((sum, rows) => sum + rows, 0);
  // What some do not need goes to the others.
  const more = active.map(({ key, rowsLeft }) => ({ key, rows: rowsLeft - (given.get(key) ?? 0) }));
  for (const [key, rows] of evenly(more, free)) given.set(key, (given.get(key) ?? 0) + rows);

  const started = active
    .filter(({ outstanding: sent }) => sent === 0)
    .map(({ key, rowsLeft }) => ({ key, rows: rowsLeft - (given.get(key) ?? 0) }));
  for (const [key, rows] of evenly(started, Math.ceil(forNew * partOfNew)))
    given.set(key, (given.get(key) ?? 0) + rows);
  return given;
}

/**
 * The part of the lane's rate for each campaign; together 1. Even parts, unless a campaign needs more to be done by its
 * `sendBy`. Such campaigns get what they need, the earliest `sendBy` first, and the others keep a least part.
 */
function sharesOf(active: readonly Sharer[], lane: LaneRate): Map<string, number> {
  const even = 1 / Math.max(1, active.length);
  const least = even * leastPart;
  const shares = new Map(active.map(({ key }) => [key, least]));
  let rest = 1 - least * active.length;
  const needs = active.map((one) => ({ key: one.key, sendBy: one.sendBy, part: neededPart(one, lane) }));
  const tight = needs.filter(({ part }) => part > even).sort((one, other) => (one.sendBy ?? 0) - (other.sendBy ?? 0));
  for (const { key, part } of tight) {
    const taken = Math.min(rest, part - least);
    shares.set(key, least + taken);
    rest -= taken;
  }
  const others = active.filter(({ key }) => !tight.some((one) => one.key === key));
  // With time to spare for all that are tight, the rest goes to the others, or to all if there are no others.
  const heirs = others.length > 0 ? others : active;
  for (const { key } of heirs) shares.set(key, (shares.get(key) ?? 0) + rest / heirs.length);
  return shares;
}

/** The part of the lane that ends the campaign by its `sendBy`. A campaign that is late needs all of it. */
function neededPart({ sendBy, rowsLeft, outstanding }: Sharer, { rowsPerSecond, nowMilliseconds }: LaneRate): number {
  if (sendBy === undefined) return 0;
  const seconds = (sendBy - nowMilliseconds) / 1000;
  const rows = rowsLeft + outstanding;
  return seconds <= 0 || rowsPerSecond <= 0 ? 1 : Math.min(1, rows / seconds / rowsPerSecond);
}

/** Divides the rows evenly. Who wants less than an even part gets what it wants, and the others share the rest. */
function evenly(wanted: readonly { key: string; rows: number }[], total: number): [key: string, rows: number][] {
  let left = total;
  const inOrder = wanted.filter(({ rows }) => rows > 0).sort((one, other) => one.rows - other.rows);
  return inOrder.map(({ key, rows }, index) => {
    const taken = Math.min(rows, Math.ceil(left / (inOrder.length - index)));
    left -= taken;
    return [key, taken];
  });
}

export interface CampaignForecast {
  /** Epoch milliseconds. Undefined for a paused campaign, and for a lane without a rate. */
  end: number | undefined;
  /** Whether that is by its `sendBy`. Undefined without a `sendBy` or an end. */
  inTime: boolean | undefined;
}

/** When each campaign will end if the lane keeps its rate, carries nothing else, and no other campaign comes. */
export function forecast(
  campaigns: readonly Sharer[],
  { rowsPerSecond, nowMilliseconds }: LaneRate,
): Map<string, CampaignForecast> {
  const unknown: CampaignForecast = { end: undefined, inTime: undefined };
  const result = new Map(campaigns.map(({ key }) => [key, unknown]));
  if (rowsPerSecond <= 0) return result;
  let now = nowMilliseconds;
  let running = campaigns
    .filter(({ paused }) => !paused)
    .map((one) => ({ ...one, rowsLeft: one.rowsLeft + one.outstanding, outstanding: 0 }));
  while (running.length > 0) {
    const shares = sharesOf(running, { rowsPerSecond, nowMilliseconds: now });
    const paces = new Map(running.map(({ key }) => [key, (shares.get(key) ?? 0) * rowsPerSecond]));
    const seconds = Math.min(...running.map(({ key, rowsLeft }) => rowsLeft / (paces.get(key) ?? 1)));
    now += seconds * 1000;
    const after = running.map((one) => ({ ...one, rowsLeft: one.rowsLeft - seconds * (paces.get(one.key) ?? 0) }));
    for (const { key, rowsLeft, sendBy } of after) {
      if (rowsLeft > negligibleRows) continue;
      const end = Math.ceil(now);
      result.set(key, { end, inTime: sendBy === undefined ? undefined : end <= sendBy });
    }
    running = after.filter(({ rowsLeft }) => rowsLeft > negligibleRows);
  }
  return result;
}

/** Less than a row: the rounding of a million steps. */
const negligibleRows = 1e-6;
