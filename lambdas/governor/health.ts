import type { Health, Signals } from '../domain/control/control-record.ts';

/** What a look at the API showed. */
export type Verdict = Health['verdict'];
type Trouble = Exclude<Verdict, 'good'>;

/**
 * Runs, a minute apart, until the lanes are paused. A refused token is certain, but may be a rotation under way; the
 * feature being off is the API's explicit word, to a worker or to the governor; an outage may be a hiccup.
 */
const strikesToPause: Record<Trouble, number> = { 'token-refused': 2, 'feature-off': 1, 'api-outage': 4 };
const mostStrikes = 10;

/** Good runs in a row until the lanes open again: 2, and twice as many with each pause of late, up to 16. */
const goodRunsToOpen = (pauses: number) => Math.min(16, 2 ** Math.max(1, pauses));
/** A pause that begins so soon after the last one ended is the same trouble again. */
const ofLateMilliseconds = 2 * 3_600_000;

/**
 * What the workers have met since the governor's last run counts as well: a probe's GET may be answered while POSTs are not.
 * A token that the probe finds good is good, whatever a worker met before.
 */
export function verdictOf(probe: Verdict, signals: Signals, lastRunAt: number): Verdict {
  if (probe !== 'good') return probe;
  const since = (at: number | undefined) => at !== undefined && at >= lastRunAt;
  if (since(signals.featureOffAt)) return 'feature-off';
  return since(signals.apiOutageAt) ? 'api-outage' : 'good';
}

/**
 * The API's health after one more look. Bad looks weigh one up and good ones half a one down, so that an API that flaps gets
 * the lanes paused as well, and each pause of late makes the next one last longer: a mapping does not flap along.
 */
export function nextHealth(before: Health, verdict: Verdict, nowMilliseconds: number): Health {
  const bad = verdict !== 'good';
  const strikes = bad ? Math.min(mostStrikes, before.strikes + 1) : Math.max(0, before.strikes - 0.5);
  const goodRuns = bad ? 0 : before.goodRuns + 1;
  const { pausedFor: wasPausedFor, ...rest } = before;
  const next: Health = { ...rest, verdict, strikes, goodRuns };
  if (wasPausedFor !== undefined) {
    if (goodRuns < goodRunsToOpen(before.pauses)) return { ...next, pausedFor: bad ? verdict : wasPausedFor };
    return { ...next, strikes: 0, lastOpenedAt: nowMilliseconds };
  }
  if (!bad || strikes < strikesToPause[verdict]) return next;
  const again = nowMilliseconds - (before.lastOpenedAt ?? Number.NEGATIVE_INFINITY) < ofLateMilliseconds;
  return { ...next, pausedFor: verdict, pauses: again ? before.pauses + 1 : 1 };
}
