import type { Health, Signals } from '../domain/control/control-record.ts';

/** The API's health as one run observes it. */
export type ApiHealth = Health['disposition'];
type Failure = Exclude<ApiHealth, 'good'>;

/**
 * Bad runs, a minute apart, before the governor pauses the lanes. A refused token is certain, but a rotation may be
 * under way. The API states explicitly that the feature is off. An outage may last only seconds.
 */
const strikesToPause: Record<Failure, number> = { 'token-refused': 2, 'feature-off': 1, 'api-outage': 4 };
const mostStrikes = 10;

/** Good runs in a row before the lanes open again: 2, doubled by each further recent pause, at most 16. */
const goodRunsToOpen = (pauses: number) => Math.min(16, 2 ** Math.max(1, pauses));
/** A pause that begins this soon after the last one counts as the same failure. */
const recentMilliseconds = 2 * 3_600_000;

/**
 * Combines the probe with the workers' signals since the governor's last run, because the API may answer a probe's GET
 * while POSTs fail. If the probe finds the token good, an earlier `tokenRefusedAt` does not count.
 */
export function observedHealth(probe: ApiHealth, signals: Signals, lastRunAt: number): ApiHealth {
  if (probe !== 'good') return probe;
  const since = (at: number | undefined) => at !== undefined && at >= lastRunAt;
  if (since(signals.featureOffAt)) return 'feature-off';
  return since(signals.apiOutageAt) ? 'api-outage' : 'good';
}

/**
 * The API's health after one more run. A bad run adds one strike and a good run removes half a strike, so a flapping
 * API gets the lanes paused too. Each recent pause makes the next one longer, so the mappings do not flap with the API.
 */
export function nextHealth(before: Health, observed: ApiHealth, nowMilliseconds: number): Health {
  const bad = observed !== 'good';
  const strikes = bad ? Math.min(mostStrikes, before.strikes + 1) : Math.max(0, before.strikes - 0.5);
  const goodRuns = bad ? 0 : before.goodRuns + 1;
  const { pausedFor: wasPausedFor, ...rest } = before;
  const next: Health = { ...rest, disposition: observed, strikes, goodRuns };
  if (wasPausedFor !== undefined) {
    if (goodRuns < goodRunsToOpen(before.pauses)) return { ...next, pausedFor: bad ? observed : wasPausedFor };
    return { ...next, strikes: 0, lastOpenedAt: nowMilliseconds };
  }
  if (!bad || strikes < strikesToPause[observed]) return next;
  const again = nowMilliseconds - (before.lastOpenedAt ?? Number.NEGATIVE_INFINITY) < recentMilliseconds;
  return { ...next, pausedFor: observed, pauses: again ? before.pauses + 1 : 1 };
}
