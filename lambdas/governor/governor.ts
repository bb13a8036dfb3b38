import {
  type ControlReading,
  type ControlRecord,
  emptyControl,
  type Signals,
} from '../domain/control/control-record.ts';
import { lanesOff } from '../domain/control/lanes-off.ts';
import type { SpentOnDay } from '../domain/control/quota-tally.ts';
import type { OneLinkApi } from '../domain/link/onelink-api.ts';
import { type Clock, dayOf } from '../domain/work/clock.ts';
import { nameOfError, type Observer } from '../domain/work/observer.ts';
import type { GovernorEnvironment } from './env.ts';
import { daysOfMonth, forecast, nextUsage } from './forecast.ts';
import { type ApiHealth, nextHealth, observedHealth } from './health.ts';
import { nextLane } from './lane-rules.ts';
import { type Mappings, reconcile } from './mappings.ts';
import { governorMetric, laneStateMetric } from './names.ts';
import { probe } from './probe.ts';

export interface GovernorPorts {
  api: Pick<OneLinkApi, 'read' | 'create' | 'quota'>;
  control: {
    read(): Promise<ControlReading>;
    /** Replaces the record unless somebody else has written it since this reading. */
    write(next: ControlRecord, read: ControlReading): Promise<boolean>;
    spent(lanes: string[], days: string[]): Promise<SpentOnDay[]>;
    renewals(days: string[]): Promise<number>;
  };
  linkIdSecret: { isOfLedger(): Promise<boolean> };
  /** The counts of the other pipelines on the account, as far as they can be read. */
  siblings: readonly { spent(days: string[]): Promise<SpentOnDay[]> }[];
  mappings: Mappings;
  observer: Observer;
  laneObserver: (lane: string) => Observer;
  clock: Clock;
}

/** The siblings are ports. */
export type GovernorSettings = Omit<GovernorEnvironment, 'SIBLINGS'>;

/** The observations of one run. */
interface Observations {
  at: number;
  quota: { remaining: number; polledAt: number } | undefined;
  probed: ApiHealth;
  /** The link-ID secret is not the one with which the ledger was written. */
  secretDiffers: boolean;
  spent: SpentOnDay[];
  /** Calls of this month that the siblings have counted. */
  ofSiblings: number;
}

/**
 * The governor runs every minute. If the API does not report the quota, it counts the pipeline's own calls instead of the poll:
 *
 *     poll the quota, probe the API, check the secret ─▶ judge health and lanes ─▶ control record ─▶ mappings ─▶ metrics
 *
 * It may crash between any two steps, because the next run repeats them all a minute later. If two run at once, one
 * writes the control record, and the other reads it and judges again.
 */
export function governor(settings: GovernorSettings, ports: GovernorPorts) {
  return async (): Promise<void> => {
    const { api, control, mappings, observer, clock } = ports;
    const at = clock.wallMilliseconds();
    let reading = await control.read();
    const probed = await probe(api, settings.PROBE_TEMPLATE_ID, reading.control?.health.pausedFor !== undefined);
    const names = settings.LANES.map(({ name }) => name);
    const days = daysOfMonth(at);
    const [spent, ofSiblings] = await Promise.all([control.spent(names, days.past), spentBySiblings(ports, days.past)]);
    const remaining = await remainingCalls(settings, ports, callsIn(spent) + ofSiblings);
    const quota = remaining === undefined ? undefined : { remaining, polledAt: at };
    const secretDiffers = await differs(ports);
    const seen: Observations = { at, quota, probed, secretDiffers, spent, ofSiblings };

    let next = await judge(reading, seen, settings, ports);
    if (!(await control.write(next, reading))) {
      // An operator, the replayer or another run has written the record in the meantime.
      reading = await control.read();
      next = await judge(reading, seen, settings, ports);
      if (!(await control.write(next, reading))) return observer.warn('the control record changed twice during a run');
    }
    if (secretDiffers) observer.count(governorMetric.linkIdSecretDiffers);
    observeLanes(next, reading.control, settings, ports);
    try {
      await observeQuota(next, seen, days.coming, settings, ports);
    } finally {
      // A failed forecast makes the run fail visibly, but must not prevent a lane from being paused.
      await reconcile(settings.LANES, next, mappings, observer);
    }
  };
}

/** Whether the link-ID secret is another one. If that cannot be read, nothing has changed: then no worker can read it either. */
async function differs({ linkIdSecret, observer }: GovernorPorts): Promise<boolean> {
  try {
    if (await linkIdSecret.isOfLedger()) return false;
    observer.warn('the link-ID secret is not the one with which the ledger was written');
    return true;
  } catch (error) {
    observer.warn('the link-ID secret could not be checked', { error: nameOfError(error) });
    return false;
  }
}

const callsIn = (spent: readonly SpentOnDay[]) => spent.reduce((sum, { calls }) => sum + calls, 0);

/** What the siblings have counted on these days. What cannot be read counts as spent elsewhere, for this run. */
async function spentBySiblings({ siblings, observer }: GovernorPorts, days: string[]): Promise<number> {
  const counts = await Promise.all(
    siblings.map((one) =>
      one.spent(days).then(callsIn, (error: unknown) => {
        observer.warn('the calls of another pipeline on the account cannot be read', { error: nameOfError(error) });
        return 0;
      }),
    ),
  );
  return counts.reduce((sum, calls) => sum + calls, 0);
}

/** The calls that the account has left, by the API or by the counts of its pipelines. Undefined if the poll had no answer. */
async function remainingCalls(
  { QUOTA_FROM, APPSFLYER_ACCOUNT_ID, MONTHLY_QUOTA_CALLS }: GovernorSettings,
  { api, observer }: GovernorPorts,
  counted: number,
): Promise<number | undefined> {
  if (QUOTA_FROM === 'own-count') return Math.max(0, MONTHLY_QUOTA_CALLS - counted);
  const answer = await api.quota(APPSFLYER_ACCOUNT_ID);
  if (answer.meaning === 'ok') return answer.value;
  observer.warn('the quota poll was not answered', { meaning: answer.meaning });
  return undefined;
}

/** With the own count, a refusal for a spent quota holds this long. Then the lanes try again, at the cost of a call each. */
const refusalHoldsMilliseconds = 3_600_000;

/** Whether the API has refused a call for a spent quota, and nothing has shown since that there is quota again. */
function isExceeded(
  { QUOTA_FROM }: GovernorSettings,
  { quotaExceededAt }: Signals,
  quota: ControlRecord['quota'],
  at: number,
): boolean {
  if (quotaExceededAt === undefined) return false;
  if (QUOTA_FROM === 'api') return quotaExceededAt >= (quota?.polledAt ?? 0);
  const isOfThisMonth = dayOf(quotaExceededAt).slice(0, 7) === dayOf(at).slice(0, 7);
  return isOfThisMonth && at - quotaExceededAt < refusalHoldsMilliseconds;
}

/** Judges health and lanes by this run's observations and the last record. @returns the next control record */
async function judge(
  { control: read, corrupt, signals }: ControlReading,
  { at, quota: polled, probed, secretDiffers, spent, ofSiblings }: Observations,
  settings: GovernorSettings,
  { mappings, observer }: GovernorPorts,
): Promise<ControlRecord> {
  const before = read ?? (await rebuilt(at, corrupt, settings, mappings, observer));
  const own = callsIn(spent);
  const { MONTHLY_SHARE_CALLS } = settings;
  const shareLeft = MONTHLY_SHARE_CALLS === undefined ? undefined : Math.max(0, MONTHLY_SHARE_CALLS - own);
  // A poll that started before the recorded one is outdated, even if its answer comes later.
  const isNewer = polled !== undefined && polled.polledAt > (before.quota?.polledAt ?? 0);
  const left = polled && Math.min(polled.remaining, shareLeft ?? polled.remaining);
  const quota =
    isNewer && left !== undefined
      ? { ...polled, remaining: left, own, ...(ofSiblings > 0 && { counted: own + ofSiblings }) }
      : before.quota;
  const used = Math.max(0, settings.MONTHLY_QUOTA_CALLS - (polled?.remaining ?? 0));
  const usage = isNewer ? nextUsage(before.usage, { at, used, own: own + ofSiblings }) : before.usage;
  const health = nextHealth(before.health, observedHealth(probed, signals, before.governedAt), at);
  // Without a new poll, subtract our own calls since the last one. When the month turns, `own` restarts, and nothing is
  // subtracted.
  const remaining = quota && quota.remaining - Math.max(0, own - quota.own);
  const exceeded = isExceeded(settings, signals, quota, at);

  const today = dayOf(at);
  const lanes = settings.LANES.map((lane) => {
    const ofToday = spent.find((one) => one.lane === lane.name && one.day === today);
    const spentThisHour = ofToday?.byHour.get(new Date(at).getUTCHours()) ?? 0;
    const spentToday = ofToday?.calls ?? 0;
    const facts = { health, secretDiffers, remaining, shareLeft, exceeded, spentThisHour, spentToday };
    return [lane.name, nextLane(before.lanes[lane.name], lane, facts, at)] as const;
  });
  const parks = lanes.some(([, { state }]) => state === 'parking');
  const parkedAt = parks ? at : before.parkedAt;
  return {
    ...emptyControl,
    governedAt: Math.max(at, before.governedAt),
    lanes: Object.fromEntries(lanes),
    health,
    ...(quota !== undefined && { quota }),
    ...(usage !== undefined && { usage }),
    ...(parkedAt !== undefined && { parkedAt }),
  };
}

/**
 * Makes a record before the first run, or after one was lost. The mappings still show which lanes were paused, but not
 * why. Those lanes stay paused. The new record assumes that commands are parked.
 */
async function rebuilt(
  at: number,
  corrupt: boolean,
  { LANES }: GovernorSettings,
  mappings: Mappings,
  observer: Observer,
): Promise<ControlRecord> {
  const off = await lanesOff(LANES, mappings);
  if (corrupt || off.length > 0) {
    observer.count(governorMetric.controlRebuilt);
    observer.warn('the control record was lost: lanes whose mappings are off stay paused', { count: off.length });
  }
  const paused = { state: 'paused', reason: 'control-record-lost', since: at } as const;
  return { ...emptyControl, lanes: Object.fromEntries(off.map((name) => [name, paused])), parkedAt: at };
}

function observeLanes(
  { lanes, health }: ControlRecord,
  before: ControlRecord | undefined,
  { LANES }: GovernorSettings,
  { observer, laneObserver, clock }: GovernorPorts,
): void {
  const refused = health.disposition === 'token-refused' || health.disposition === 'feature-off';
  observer.level(governorMetric.accountRefused, refused ? 1 : 0, 'Count');
  observer.level(governorMetric.apiUnreachable, health.disposition === 'api-outage' ? 1 : 0, 'Count');
  if (health.disposition !== 'good') observer.warn('the API is degraded', { reason: health.disposition });
  for (const { name } of LANES) {
    const lane = lanes[name];
    if (lane === undefined) continue;
    const { state, since, reason } = lane;
    const minutes = (clock.wallMilliseconds() - since) / 60_000;
    // An open lane writes neither, because CloudWatch bills a metric for each hour with a value, zeros included.
    if (state === 'parking') laneObserver(name).level(laneStateMetric.laneParkingMinutes, minutes, 'Count');
    if (state === 'paused') laneObserver(name).level(laneStateMetric.lanePausedMinutes, minutes, 'Count');
    if (state !== (before?.lanes[name]?.state ?? 'open'))
      observer.warn('a lane changed', { lane: name, state, reason });
  }
}

async function observeQuota(
  { quota, usage }: ControlRecord,
  { at, quota: polled, spent, ofSiblings }: Observations,
  comingDays: string[],
  settings: GovernorSettings,
  { observer, control }: GovernorPorts,
): Promise<void> {
  if (polled === undefined || quota === undefined || usage === undefined) return;
  const { MONTHLY_QUOTA_CALLS: monthlyQuotaCalls, MONTHLY_SHARE_CALLS } = settings;
  const own = callsIn(spent) + ofSiblings;
  const { remaining } = polled;
  const renewalsDue = await control.renewals(comingDays);
  const expected = forecast(usage, { remaining, monthlyQuotaCalls, own, renewalsDue, nowMilliseconds: at });
  observer.level(governorMetric.quotaRemaining, quota.remaining, 'Count');
  observer.level(governorMetric.quotaUsed, usage.used, 'Count');
  const ofShare = MONTHLY_SHARE_CALLS === undefined ? 0 : (100 * callsIn(spent)) / MONTHLY_SHARE_CALLS;
  const usedPercent = Math.max((100 * usage.used) / monthlyQuotaCalls, ofShare);
  observer.level(governorMetric.quotaUsedPercent, usedPercent, 'Percent');
  observer.level(governorMetric.quotaBurnPerHour, expected.burnPerHour, 'Count');
  observer.level(governorMetric.quotaSpentElsewhere, expected.spentElsewhere, 'Count');
  if (expected.projectedMonthEndPercent !== undefined) {
    observer.level(governorMetric.quotaProjectedMonthEndPercent, expected.projectedMonthEndPercent, 'Percent');
  }
  observer.info('quota polled', { count: remaining });
}
