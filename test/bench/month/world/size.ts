import type { AccountSettings, PipelineSettings } from '../../../../lib/config/config-schema.ts';
import { planPipeline } from '../../../../lib/config/rate/pipeline-plan.ts';
import { arithmeticOf, plannedCallsWithoutCrash } from '../../../../lib/config/rate/planned-calls.ts';
import type { WorkerPlan } from '../../../../lib/config/rate/worker-plan.ts';

/** A lane of the played month: its worker, and its limits of the quota at this scale. */
export interface LaneSize {
  name: string;
  plan: WorkerPlan;
  reserveCalls: number;
  hourlyCapCalls: number | undefined;
  dailyCapCalls: number | undefined;
  /** How the month changes the plan of the configuration, if it does. */
  reduced: string | undefined;
}

/** The sizes of a played month. */
export interface MonthSize {
  settings: PipelineSettings;
  account: AccountSettings;
  /** The quota of the played month: the account's divided by {@link scale}. */
  monthlyQuotaCalls: number;
  /** How many real calls of the month one played call stands for. */
  scale: number;
  lanes: LaneSize[];
  qr: WorkerPlan;
  expiry: WorkerPlan;
  /** The most calls a second that all workers and the governor may send together. */
  callsPerSecond: number;
  qrCallsPerSecond: number;
  arithmetic: string;
}

/**
 * The governor polls every minute, at any scale. A run takes some seconds, so a poll may be so old when the lane parks.
 */
export const pollSeconds = 65;

/**
 * The sizes of a month with so many calls of quota.
 *
 * - Divided by the scale: the month's quota, reserves, caps, and how much work there is.
 * - Played as they are: rates, environments, batches, windows, latencies, and the governor's minute.
 *
 * One rate cannot be played as it is. A lane that reaches its reserve goes on until the next poll, and to the end of its batches. In
 * production that is a tenth of the reserve. If it exceeds a quarter of the divided reserve, the lane gets fewer environments, of a
 * lower pace, with batches of the same length.
 *
 * @throws Error if the configuration's shares cannot be planned
 */
export function monthSize(
  { settings, account }: { settings: PipelineSettings; account: AccountSettings },
  monthlyQuotaCalls: number,
): MonthSize {
  const { faults, ...plan } = planPipeline(account, settings);
  const { qr, expiry } = plan;
  if (faults.length > 0 || qr === undefined || expiry === undefined) {
    throw new Error(faults.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  }
  const scale = account.monthlyQuotaCalls / monthlyQuotaCalls;
  const divided = (calls: number | undefined) => (calls === undefined ? undefined : Math.round(calls / scale));
  const lanes = plan.plans.map(({ lane: name, link }): LaneSize => {
    const { quotaReserveCalls, hourlyCapCalls, dailyCapCalls } = settings.lanes[name] ?? { quotaReserveCalls: 0 };
    const reserveCalls = Math.round(quotaReserveCalls / scale);
    const caps = { hourlyCapCalls: divided(hourlyCapCalls), dailyCapCalls: divided(dailyCapCalls) };
    const fitted = link.windowSeconds > 0 ? withinReserve(link, reserveCalls) : link;
    const words = ({ concurrency, callsPerSecond }: WorkerPlan) => `${concurrency} × ${callsPerSecond}/s`;
    const reduced = fitted === link ? undefined : `${words(fitted)} instead of ${words(link)}`;
    return { name, plan: fitted, reserveCalls, ...caps, reduced };
  });
  const played = {
    plans: lanes.map(({ name, plan: link }) => ({ lane: name, link })),
    qr,
    expiry,
    reader: undefined,
  };
  return {
    settings,
    account,
    monthlyQuotaCalls,
    scale,
    lanes,
    qr,
    expiry,
    ...plannedCallsWithoutCrash(played),
    arithmetic: arithmeticOf(played),
  };
}

/** The most of its reserve that a lane may spend before it parks. */
const mostPastReserve = 0.25;

/** The plan with a rate whose calls until the lane parks fit its reserve. */
function withinReserve(plan: WorkerPlan, reserveCalls: number): WorkerPlan {
  const { concurrency, callsPerSecond, busySeconds, batchSize } = plan;
  const most = (mostPastReserve * reserveCalls) / (pollSeconds + busySeconds);
  if (concurrency * callsPerSecond <= most) return plan;
  const fewer = Math.max(2, Math.floor(most / callsPerSecond));
  const pace = Math.max(1, Math.floor(most / fewer));
  return {
    ...plan,
    concurrency: fewer,
    callsPerSecond: pace,
    batchSize: Math.max(1, Math.round((batchSize * pace) / callsPerSecond)),
    callsInFlight: Math.max(4, 2 * pace),
  };
}
