import { mostHours } from '../../../lambdas/governor/forecast.ts';
import { type ConfiguredPipeline, plansOf } from '../../pipeline/configured-pipeline.ts';
import { overviewOf, type QuotaOverview, type Sight } from '../../pipeline/overview/overview.ts';
import type { OutcomesNow, Overview, QuotaNow, RateNow, UsageNow } from '../contract/overview.ts';
import { campaignLine } from './campaign-line.ts';
import { laneNow } from './lane-now.ts';
import { wrongIn } from './wrong.ts';

/** What is read once a minute, because it changes no sooner. */
export interface SlowFacts {
  rate: RateNow;
  usage: UsageNow;
  outcomes: OutcomesNow;
}

/**
 * The first screen, from one reading of all services.
 *
 * @param quarantined objects in quarantine
 */
export function overviewNow(
  sight: Sight,
  quarantined: number,
  { rate, usage, outcomes }: SlowFacts,
  configured: ConfiguredPipeline | undefined,
): Overview {
  const { atMilliseconds: at } = sight;
  const seen = overviewOf(sight);
  const plan = configured && plansOf(configured);
  const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const overview = {
    stack: sight.stackName,
    at,
    control: {
      record: seen.controlRecord,
      governedAt: seen.governedAt === undefined || seen.governedAt === 0 ? null : seen.governedAt,
      api: seen.health ?? null,
    },
    lanes: seen.lanes.map((lane) => laneNow(lane, plan, at)),
    rate,
    quota: quotaNow(seen.quota, sight.monthlyQuotaCalls, configured),
    usage,
    outcomes,
    campaigns: (sight.campaigns ?? []).map(campaignLine),
    alarms: seen.alarms.length,
    stuck: {
      parked: sumOf([...seen.lanes.map(({ parked }) => parked ?? 0), ...seen.stranded.map(({ commands }) => commands)]),
      quarantine: quarantined,
      held: sumOf(seen.held.map(({ commands }) => commands)),
      'dead-letters': sumOf(seen.deadLetters.map(({ messages }) => messages)),
    },
  };
  return { ...overview, wrong: wrongIn({ ...overview, ringing: seen.alarms, stranded: seen.stranded }) };
}

function quotaNow(
  quota: QuotaOverview | undefined,
  monthly: number | undefined,
  configured: ConfiguredPipeline | undefined,
): QuotaNow {
  const hours = quota?.hoursToEmpty;
  const share = quota?.share;
  const lasts = hours === undefined ? null : hours >= mostHours || hours >= hoursLeftInMonth(quota?.polledAt ?? 0);
  const reserves = Object.entries(configured?.settings.lanes ?? {});
  return {
    monthly: share?.calls ?? monthly ?? null,
    account: share && monthly !== undefined ? { monthly, remaining: share.accountRemaining ?? null } : null,
    remaining: { value: quota?.remaining ?? null, at: quota?.polledAt ?? null },
    used: share?.used ?? quota?.used ?? null,
    usedPercent: share?.usedPercent ?? quota?.usedPercent ?? null,
    burnPerHour: quota?.burnPerHour ?? null,
    hoursToEmpty: hours === undefined || lasts ? null : hours,
    lasts,
    monthEndPercent: quota?.projectedMonthEndPercent ?? null,
    spentElsewherePerHour: quota?.spentElsewhere ?? null,
    reserves: reserves.map(([lane, { quotaReserveCalls }]) => ({ lane, calls: quotaReserveCalls })),
  };
}

/** The quota is new when the UTC month begins. */
function hoursLeftInMonth(at: number): number {
  const now = new Date(at);
  return (Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1) - at) / 3_600_000;
}
