import type { Bound, LaneLoad, LaneTime, QuotaFacts, Room } from '../../pipeline/campaign/lane-times.ts';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import { readingPace } from '../../pipeline/reader.ts';
import { counted, durationWords, instantWords, n, percent } from '../../words/words.ts';
import type { CampaignCost } from './campaign-cost.ts';

/** The results of a plan. */
export interface PlanFigures {
  stackName: string;
  loads: LaneLoad[];
  times: LaneTime[];
  /** The time of the slowest lane, because lanes work in parallel. */
  seconds: number;
  /** The same, if mappings fill their batches slowly. */
  longestSeconds: number;
  /** `openDeletes` of running erasures are not among the remaining calls. */
  quota: QuotaFacts & { seenAt?: number; openDeletes?: number };
  room: Room;
  cost: CampaignCost;
  /** Epoch milliseconds. */
  by?: { end: number; latestStart: number; inTime: boolean };
}

/** Reads by free GETs, with all tools' share of the rate. */
export interface Reading {
  links: number;
  seconds: number;
  callsPerSecond: number;
}

export function readingOf(links: number, pipeline: Pick<ConfiguredPipeline, 'account' | 'settings'>): Reading {
  const { sustainedPerSecond } = readingPace(pipeline);
  return { links, seconds: links / sustainedPerSecond, callsPerSecond: sustainedPerSecond };
}

export function readingWords({ links, seconds, callsPerSecond }: Reading): string {
  const pace = `${Math.round(callsPerSecond)} GETs/s, which all tools share`;
  return `${'reading'.padEnd(16)}${counted(links, 'link')}: ${durationWords(seconds)}, at ${pace}`;
}

const boundWords: Record<Bound, string> = {
  rate: 'by its rate',
  'qr-rate': 'by the rate of QR codes',
  'hourly-cap': 'by its hourly cap',
  'daily-cap': 'by its daily cap',
};

/** The plan as lines of text. */
export function planWords({ loads, times, seconds, longestSeconds, quota, room, cost, by }: PlanFigures): string[] {
  const line = (what: string, words: string) => `${what.padEnd(16)}${words}`;
  const lanes = loads.map(({ lane, quotaCalls, lookups, qrCodes }) => {
    const time = times.find((one) => one.lane === lane);
    const parts = [
      counted(quotaCalls, 'call'),
      ...(lookups > 0 ? [counted(lookups, 'lookup')] : []),
      ...(qrCodes > 0 ? [counted(qrCodes, 'QR code')] : []),
    ].join(', ');
    if (time === undefined) return line(lane, parts);
    const pace = `${boundWords[time.bound]} (${Math.round(time.callsPerSecond)} calls/s)`;
    return line(lane, `${parts}: ${durationWords(time.seconds)}, ${pace}`);
  });
  const { shareCalls } = quota;
  const calls = loads.reduce((sum, { quotaCalls }) => sum + quotaCalls, 0);
  const ofMonth = `${percent(room.needsPercent)} of the month’s ${n(quota.monthlyQuotaCalls)} calls`;
  const share =
    shareCalls === undefined
      ? ofMonth
      : `${percent((100 * calls) / shareCalls)} of the pipeline’s share of ${n(shareCalls)} calls, ${ofMonth} of the account`;
  const [at, most] = [durationWords(seconds), durationWords(longestSeconds)];
  const slowly = at === most ? '' : ` (${most} if batches fill slowly)`;
  const records = cost.links > 0 ? '; includes the links’ records and expiry checks' : '';
  const prices = `list prices, ${cost.region}, ${cost.readOn}${records}`;
  return [
    ...lanes,
    line('time', `${durationWords(seconds)}${slowly}, if the lanes carry nothing else`),
    ...(by === undefined ? [] : [line('by', byWords(by))]),
    line('quota', `${share}; ${roomWords(room, quota)}`),
    line('cost', `about $${cost.dollars.toFixed(2)} at AWS (${prices})`),
  ];
}

function byWords({ end, latestStart, inTime }: NonNullable<PlanFigures['by']>): string {
  const done = `done by ${instantWords(end)} UTC`;
  return inTime
    ? `${done} if it starts by ${instantWords(latestStart)} UTC`
    : `too late to be ${done}: the latest start was ${instantWords(latestStart)} UTC`;
}

function roomWords(
  { result, parked, needsPercent }: Room,
  { remaining, shareCalls, seenAt, projectedMonthEndPercent, openDeletes = 0 }: PlanFigures['quota'],
): string {
  const erasing = openDeletes === 0 ? '' : ` after ${counted(openDeletes, 'delete')} of running erasures`;
  const left =
    seenAt === undefined
      ? `the whole ${shareCalls === undefined ? 'month’s quota' : 'share'} is left`
      : `${n(remaining)} are left${erasing} (${instantWords(seenAt)} UTC)`;
  const end =
    projectedMonthEndPercent === undefined
      ? ''
      : `, and the ${shareCalls === undefined ? '' : 'account’s '}month ends with ${percent(projectedMonthEndPercent + needsPercent)} used`;
  switch (result) {
    case 'room':
      return `${left}: there is room${end}`;
    case 'month-at-risk':
      return `${left}, enough for it${end}: later commands would be parked`;
    case 'parks':
      return `${left}: not enough above the lanes’ reserves; ${counted(parked, 'command')} would be parked until the next month`;
  }
}
