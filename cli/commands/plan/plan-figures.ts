import { type LaneLoad, type QuotaFacts, roomFor, timesOf } from '../../pipeline/campaign/lane-times.ts';
import { type ConfiguredPipeline, plansOf, quotaContractOf } from '../../pipeline/configured-pipeline.ts';
import { daysToCome, quotaOverview } from '../../pipeline/overview/overview.ts';
import type { ChosenPipeline, PipelineOptions } from '../../pipeline/pipeline-choice.ts';
import { costOf, type LaneWork } from './campaign-cost.ts';
import type { PlanFigures } from './plan-report.ts';

/** The quota that is left, by the control record of the pipeline if `--stack` or `--local` names one. */
export async function quotaOf(
  { stack, local }: PipelineOptions,
  chosen: ChosenPipeline,
  pipeline: ConfiguredPipeline,
): Promise<PlanFigures['quota']> {
  const contract = quotaContractOf(pipeline);
  const all: QuotaFacts = { ...contract, remaining: contract.shareCalls ?? contract.monthlyQuotaCalls };
  if (stack === undefined && !local) return all;
  const { control } = await chosen.deployed();
  const atMilliseconds = Date.now();
  const [reading, renewalsDue, openDeletes] = await Promise.all([
    control.read(),
    control.renewals(daysToCome(atMilliseconds)),
    control.openDeletes(atMilliseconds),
  ]);
  const quota = quotaOverview({ reading, renewalsDue, ...contract });
  if (quota === undefined) {
    console.error(
      'The control record has no quota. The plan uses the whole month’s quota. To find out why, run: onelink doctor',
    );
    return all;
  }
  return withoutErasures({ ...quota, ...contract }, openDeletes);
}

/** The quota without the calls that running erasures have before them: no forecast knows those. */
export function withoutErasures(
  {
    monthlyQuotaCalls,
    shareCalls,
    remaining,
    projectedMonthEndPercent: atEnd,
    polledAt,
  }: QuotaFacts & { polledAt: number },
  openDeletes: number,
): PlanFigures['quota'] {
  return {
    monthlyQuotaCalls,
    ...(shareCalls !== undefined && { shareCalls }),
    remaining: Math.max(0, remaining - openDeletes),
    projectedMonthEndPercent: atEnd === undefined ? undefined : atEnd + (100 * openDeletes) / monthlyQuotaCalls,
    openDeletes,
    seenAt: polledAt,
  };
}

/**
 * The figures of a load: time, quota and cost.
 *
 * @param by when it must be done, in epoch milliseconds
 * @param deletes how many of the calls delete links
 */
export function figuresOf(
  loads: LaneLoad[],
  quota: PlanFigures['quota'],
  by: number | undefined,
  pipeline: ConfiguredPipeline,
  deletes = 0,
): PlanFigures {
  const { stackName, settings, account, isKeyed } = pipeline;
  const times = timesOf(loads, plansOf(pipeline), settings.lanes);
  const seconds = Math.max(0, ...times.map((time) => time.seconds));
  const longestSeconds = Math.max(0, ...times.map((time) => time.longestSeconds));
  const reserved = loads.map((load) => ({ ...load, reserveCalls: settings.lanes[load.lane]?.quotaReserveCalls ?? 0 }));
  const latestStart = by === undefined ? 0 : by - longestSeconds * 1000;
  return {
    stackName,
    loads,
    times,
    seconds,
    longestSeconds,
    quota,
    room: roomFor(reserved, quota),
    cost: costOf(workOf(loads, deletes), settings, account, isKeyed),
    ...(by !== undefined && { by: { end: by, latestStart, inTime: latestStart >= Date.now() } }),
  };
}

/** Only a plan without a file has deletes, and its one load is all deletes. */
const workOf = (loads: readonly LaneLoad[], deletes: number): LaneWork[] =>
  loads.map(({ lane, quotaCalls, qrCodes }) => {
    const ofLane = Math.min(deletes, quotaCalls);
    return { lane, links: quotaCalls - ofLane, qrCodes, deletes: ofLane };
  });

/** The figures with their instants as text, for `--json`. */
export function readable({ by, quota: { seenAt, ...quota }, ...figures }: PlanFigures) {
  const iso = (at: number) => new Date(at).toISOString();
  return {
    ...figures,
    quota: { ...quota, ...(seenAt !== undefined && { seenAt: iso(seenAt) }) },
    ...(by !== undefined && { by: { ...by, end: iso(by.end), latestStart: iso(by.latestStart) } }),
  };
}
