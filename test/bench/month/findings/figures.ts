import { percentile } from '../../world/percentile.ts';
import type { PlayedMonth } from '../play.ts';
import { type AccountEvent, burstCommands, type Calendar } from '../traffic/calendar.ts';
import type { Request } from '../world/correspondence.ts';
import { apiMilliseconds } from '../world/services.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** After an event of the account has ended, the lanes open and catch up for so long. */
const aftermath = 0.5 * hour;
/** After a burst, the lane catches up for so long. */
const afterBurst = 5 * minute;

export interface Latency {
  commands: number;
  p50: number;
  p95: number;
  p99: number;
  most: number;
}

export interface CampaignFigures {
  name: string;
  rows: number;
  parkedRows: number;
  /** From the drop of the file to the last outcome. */
  minutes: number;
  /** From the first link to the last, without parked rows. */
  linksPerSecond: number;
}

/** A forecast of the governor beside what came. */
export interface ForecastFigures {
  day: number;
  projectedPercent: number;
}

export interface MonthFigures {
  commands: number;
  quotaCalls: number;
  quotaCallsPerWrite: number;
  /** Steady commands of the transactional lane while nothing is wrong, less what the API has taken for their calls. */
  calmLatencyMilliseconds: Latency;
  /** The same less the API's latency once. A create under a chosen ID has two calls. */
  calmLatencyAboveOneCallMilliseconds: Latency;
  /** The longest that any command of the transactional lane waited, with outages and parking. */
  longestWaitMinutes: number;
  /** Seconds until the last of a burst has its outcome, while nothing is wrong. */
  burstSeconds: { bursts: number; median: number; most: number };
  /** For each outage and each time without a token: minutes from its end to the last outcome of what the transactional lane got in it. */
  caughtUpMinutes: { event: string; minutes: number }[];
  campaigns: CampaignFigures[];
  fullestSecond: number;
  plannedCallsPerSecond: number;
  ownTooManyRequests: number;
  mostParked: number;
  /** Minutes from the turn of the month to the last outcome of what was parked before. */
  minutesToReplay: number;
  quotaUsedPercent: number;
  quotaSpentElsewhere: number;
  /** What all commands have cost in the end, with the calls of others. */
  quotaAskedPercent: number;
  forecasts: ForecastFigures[];
  linksRenewed: number;
  linksExpired: number;
  qrCodes: number;
  /** Custom metrics that were written, and what they cost together: the hours of each over those of the month. */
  metrics: {
    written: number;
    billedMonths: number;
    /** The same for a hundred times as many commands: what a fifth of the hours have here, every hour has there. */
    billedMonthsAtFullVolume: number;
    hoursByMetric: Record<string, number>;
  };
  cpuSeconds: number;
  clockEvents: number;
}

/** What a played month has shown. */
export function figuresOf(played: PlayedMonth, calendar: Calendar): MonthFigures {
  const { cloud, governed, samples, from, until, usedAtEnd } = played;
  const { correspondence, size, clock } = cloud;
  const { arrivals, refused, calls } = cloud.api.control.stats();
  const requests = [...correspondence.requests.values()];
  const urgent = requests.filter(({ lane }) => lane === 'transactional');
  const isCalm = (time: number) => calendar.events.every((event) => !disturbs(event, from, time));
  const bursts = Map.groupBy(
    urgent.filter(({ part }) => part.startsWith('burst')),
    ({ part }) => part,
  );
  const burstTimes = [...bursts.values()].map(([first]) => first?.sentAt ?? 0);
  const isAfterBurst = (time: number) => burstTimes.some((at) => time >= at && time - at < afterBurst);
  const calm = urgent.filter(
    ({ part, sentAt, wasParked }) => part === 'steady' && !wasParked && isCalm(sentAt) && !isAfterBurst(sentAt),
  );
  const burstSeconds = [...bursts.values()]
    .filter((burst) => burst.length === burstCommands && isCalm(burst[0]?.sentAt ?? 0) && burst.every(isUnparked))
    .map((burst) => Math.max(...burst.map(waited)) / 1000);
  const parkedBefore = requests.filter(({ wasParked, sentAt }) => wasParked && sentAt < until);
  const writes = ['create', 'update', 'delete'].map((operation) => calls[operation]?.['200'] ?? 0);
  const made = writes.reduce((sum, count) => sum + count, 0);
  const ownCalls = [...cloud.control.counted.values()].reduce((sum, { calls: own }) => sum + own, 0);
  const elsewhere = calendar.events.reduce(
    (sum, event) => sum + (event.kind === 'spent-elsewhere' ? event.share * size.monthlyQuotaCalls : 0),
    0,
  );
  return {
    commands: requests.length,
    quotaCalls: ownCalls,
    quotaCallsPerWrite: ownCalls / made,
    calmLatencyMilliseconds: latencyOf(calm, ({ apiMilliseconds: ofCalls }) => ofCalls),
    calmLatencyAboveOneCallMilliseconds: latencyOf(calm, () => apiMilliseconds),
    longestWaitMinutes: Math.max(...urgent.map(waited)) / minute,
    burstSeconds: {
      bursts: burstSeconds.length,
      median: percentile(burstSeconds, 0.5),
      most: Math.max(...burstSeconds),
    },
    caughtUpMinutes: calendar.events.flatMap((event) => caughtUp(event, from, urgent)),
    campaigns: calendar.campaigns.map(({ name }) => campaignFigures(name, requests)),
    fullestSecond: arrivals.fullestSecond.all,
    plannedCallsPerSecond: size.callsPerSecond,
    ownTooManyRequests: refused.rate + refused.qrRate,
    mostParked: Math.max(...samples.map(({ parked }) => parked)),
    minutesToReplay: Math.max(0, ...parkedBefore.map(({ answeredAt = Number.NaN }) => answeredAt - until)) / minute,
    quotaUsedPercent: (100 * usedAtEnd) / size.monthlyQuotaCalls,
    quotaSpentElsewhere: elsewhere,
    quotaAskedPercent: (100 * (ownCalls + elsewhere)) / size.monthlyQuotaCalls,
    forecasts: forecastsOf(governed.forecasts, from, calendar.days),
    linksRenewed: correspondence.ofLinks.get('renewed') ?? 0,
    linksExpired: correspondence.ofLinks.get('expired') ?? 0,
    qrCodes: calls.qr?.['200'] ?? 0,
    metrics: metricFigures(played),
    cpuSeconds: played.cpuSeconds,
    clockEvents: clock.happened,
  };
}

/** The hours of each metric within the month. CloudWatch bills a metric for each hour with a value. */
function metricFigures({ cloud, from, until }: PlayedMonth): MonthFigures['metrics'] {
  const hoursByMetric = Object.fromEntries(
    [...cloud.series.hours].flatMap(([key, hours]) => {
      const own = [...hours].filter((one) => one >= from / hour && one < until / hour).length;
      return own === 0 ? [] : [[key, own] as const];
    }),
  );
  const all = Object.values(hoursByMetric);
  const allHours = (until - from) / hour;
  const inMonths = (hours: readonly number[]) => hours.reduce((sum, one) => sum + one, 0) / allHours;
  const billedMonthsAtFullVolume = inMonths(all.map((hours) => (hours >= allHours / 5 ? allHours : hours)));
  return { written: all.length, billedMonths: inMonths(all), billedMonthsAtFullVolume, hoursByMetric };
}

const isUnparked = ({ wasParked }: Request) => !wasParked;
const waited = ({ answeredAt = Number.NaN, sentAt }: Request) => answeredAt - sentAt;

function disturbs(event: AccountEvent, from: number, time: number): boolean {
  if (event.kind === 'spent-elsewhere') return false;
  const begins = from + event.atHours * hour;
  return time >= begins && time < begins + event.hours * hour + aftermath;
}

function caughtUp(event: AccountEvent, from: number, urgent: readonly Request[]) {
  if (event.kind !== 'outage' && event.kind !== 'token') return [];
  const begins = from + event.atHours * hour;
  const ends = begins + event.hours * hour;
  const met = urgent.filter(({ sentAt }) => sentAt >= begins && sentAt < ends);
  const last = Math.max(ends, ...met.map(({ answeredAt = Number.NaN }) => answeredAt));
  return [{ event: event.kind, minutes: (last - ends) / minute }];
}

function latencyOf(requests: readonly Request[], apiTime: (request: Request) => number): Latency {
  const above = requests.map((request) => waited(request) - apiTime(request));
  const at = (share: number) => Math.round(percentile(above, share));
  return { commands: above.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}

function campaignFigures(name: string, requests: readonly Request[]): CampaignFigures {
  const rows = requests.filter(({ part }) => part === name);
  const through = rows.filter(isUnparked).map(({ answeredAt = Number.NaN }) => answeredAt);
  const [first, last] = [Math.min(...through), Math.max(...through)];
  return {
    name,
    rows: rows.length,
    parkedRows: rows.filter(({ wasParked }) => wasParked).length,
    minutes: Math.max(...rows.map(waited)) / minute,
    linksPerSecond: (1000 * through.length) / (last - first),
  };
}

/** The last forecast of each seventh day. */
function forecastsOf(all: readonly { at: number; percent: number }[], from: number, days: number): ForecastFigures[] {
  return Array.from({ length: Math.floor((days - 1) / 7) }, (_, index) => 7 * (index + 1)).map((number) => {
    const before = all.filter(({ at }) => at < from + number * day);
    return { day: number, projectedPercent: before.at(-1)?.percent ?? Number.NaN };
  });
}
