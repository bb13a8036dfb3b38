import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Budget, budgetOf } from '../../../lib/config/rate/budget.ts';
import { type PipelinePlan, plannedWorkers } from '../../../lib/config/rate/pipeline-plan.ts';
import { plannedCallsWithoutCrash } from '../../../lib/config/rate/planned-calls.ts';
import { utilisationAt } from '../../../lib/config/rate/utilisation.ts';
import type { FaultInput } from '../../../local/onelink-api/faults.ts';
import { table } from '../../report/table.ts';
import { type FleetOptions, startFleet } from '../fleet/fleet.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { asConfigured, withLanes } from '../world/lane-changes.ts';
import { cores } from '../world/machine.ts';
import { measureWindow } from '../world/measured-window.ts';
import { countBetween, fullestSecond, sendTimesProbe } from '../world/send-times.ts';
import { type Variant, variantAt, variantPipeline } from '../world/synthesis.ts';

/** What happens to the environments and to the API's answers. */
interface Trouble {
  stopped?: boolean;
  recycled?: boolean;
  killed?: boolean;
  refused?: boolean;
}

interface FullRateVariant extends Trouble {
  /** The mean. Each answer takes between a half and one and a half of it. */
  latencyMilliseconds: number;
}

const everything: Trouble = { stopped: true, recycled: true, killed: true, refused: true };

const variants: Readonly<Record<string, FullRateVariant>> = {
  'latency 20 ms': { latencyMilliseconds: 20 },
  'latency 200 ms': { latencyMilliseconds: 200 },
  'latency 1,000 ms': { latencyMilliseconds: 1_000 },
  '200 ms, processes stopped for 300 ms': { latencyMilliseconds: 200, stopped: true },
  '200 ms, environments recycled every 60 s': { latencyMilliseconds: 200, recycled: true },
  '200 ms, all killed halfway': { latencyMilliseconds: 200, killed: true },
  '200 ms, 1 % of 429s and 5xx': { latencyMilliseconds: 200, refused: true },
  '20 ms, all of these': { latencyMilliseconds: 20, ...everything },
  '200 ms, all of these': { latencyMilliseconds: 200, ...everything },
  '1,000 ms, all of these': { latencyMilliseconds: 1_000, ...everything },
};

/** Each environment has begun a batch by then, and the first codes have reached the QR worker. */
const warmUpSeconds = 8;
const stops: FleetOptions['stops'] = { milliseconds: 300, everyMilliseconds: 200 };
const recycledAfterMilliseconds = 60_000;
/** A machine with less left was full, and has measured itself. */
const leastIdleCores = 0.1;
/** Processor time of a call, in the environment, the fleet and the emulator together: "cpuMillisecondsPerCall" of a run, rounded up. */
const cpuMillisecondsPerCall = 2.4;
/** The share of the cores that a run may take, so that timers fire in time. */
const usableShare = 0.4;
const goalOfBudget = 0.97;
const goalLatencyMilliseconds = 200;

/**
 * The account's real limits by default: 1,000 calls and 25 QR calls a second. The use cases, pacer, HTTP client and failure table are those
 * that ship, in as many processes as the configuration reserves. On a machine that is too small for that, all clocks run slower.
 */
export async function fullRate(options: BenchOptions): Promise<Findings> {
  const { report, only, seconds, seed, callsPerSecond } = options;
  const variant = callsPerSecond === undefined ? {} : variantAt({ callsPerSecond });
  const timeDilation = options.timeDilation ?? timeDilationFor(variantPipeline(variant).account.callsPerSecond, cores);
  if (timeDilation > 1) report(`full-rate: all clocks run ${timeDilation} times slower than this machine’s`);
  const runs: FullRateRun[] = [];
  const choices = [asConfigured, ...options.lanes].map((name) => [name, withLanes(variant, name)] as const);
  const wanted = Object.entries(variants).flatMap(([trouble, is]) =>
    choices.map(([choice, of]) => [choice === asConfigured ? trouble : `${trouble}, ${choice}`, is, of] as const),
  );
  for (const [name, trouble, of] of wanted) {
    if (only.length > 0 && !only.some((part) => name.includes(part))) continue;
    report(`full-rate: ${name}, ${seconds} s, which take ${(warmUpSeconds + seconds) * timeDilation} s`);
    runs.push(await run(name, trouble, { variant: of, seconds, seed, timeDilation }));
  }
  const unjudged = runs.filter((one) => !isJudged(one)).map(({ variant: name }) => name);
  if (unjudged.length > 0)
    report(`full-rate: not judged, because the machine or the API was late: ${unjudged.join('; ')}`);
  const broken = runs.flatMap(brokenIn);
  // Without one variant that could fail, a run has shown nothing.
  if (runs.length > 0 && unjudged.length === runs.length)
    broken.push('full-rate: no variant could be judged: run it on a quiet machine');
  return { figures: { runs }, table: fullRateTable(runs), broken };
}

export type FullRateRun = Awaited<ReturnType<typeof run>>;

/**
 * How many times slower the clocks must run, so that this many cores carry the limit: a whole number.
 * @see https://www.usenix.org/legacy/events/nsdi06/tech/full_papers/gupta/gupta_html/ for the method
 */
export function timeDilationFor(limitCallsPerSecond: number, ofCores: number): number {
  return Math.max(1, Math.ceil((limitCallsPerSecond * cpuMillisecondsPerCall) / 1000 / (ofCores * usableShare)));
}

interface Measured {
  variant: Variant;
  seconds: number;
  seed: number;
  timeDilation: number;
}

async function run(name: string, trouble: FullRateVariant, { variant, seconds, seed, timeDilation }: Measured) {
  const { latencyMilliseconds } = trouble;
  const probe = await sendTimesProbe();
  const fleet = await startFleet({
    variant,
    emulator: { latencyMilliseconds: latencyMilliseconds / 2, latencyJitterMilliseconds: latencyMilliseconds },
    nodeOptions: [probe.nodeOption],
    timeDilation,
    recycledAfterMilliseconds: trouble.recycled ? recycledAfterMilliseconds : undefined,
    stops: trouble.stopped ? stops : undefined,
  });
  try {
    if (trouble.refused) await fleet.api.admin.addFaults(faults(seed));
    await sleep(warmUpSeconds * 1000 * timeDilation);
    const window = await measureWindow(fleet, seconds * timeDilation, () => {
      if (trouble.killed) fleet.killAllEnvironments();
    });
    const { all, ofFunction } = await probe.read(timeDilation);
    const { arrivals, refused } = await fleet.api.admin.stats();
    const [from, until] = [window.from / timeDilation, window.until / timeDilation];
    const between = (times: Float64Array = new Float64Array()) =>
      (countBetween(times, from, until) * 1000) / (until - from);
    const apiLateMilliseconds = await fleet.apiLateMilliseconds();
    const { account } = fleet.pipeline;
    const budget: Budget = budgetOf(account);
    const planned = plannedCallsWithoutCrash(fleet.plan);
    return {
      variant: name,
      latencyMilliseconds,
      timeDilation,
      budgetCallsPerSecond: budget.callsPerSecond,
      plannedCallsPerSecond: planned.callsPerSecond,
      plannedQrCallsPerSecond: planned.qrCallsPerSecond,
      expectedCallsPerSecond: expectedAt(fleet.plan, latencyMilliseconds / 1000),
      sustainedCallsPerSecond: between(all),
      ofBudget: between(all) / budget.callsPerSecond,
      /** Of its pace, by function. */
      ofPace: Object.fromEntries(
        fleet.functions.map(({ name: of, concurrency, callsPerSecond }) => [
          of,
          between(ofFunction.get(of)) / (concurrency * callsPerSecond),
        ]),
      ),
      fullestSecondOfSends: fullestSecond(all),
      fullestSecondOfQrSends: fullestSecond(ofFunction.get('QrWorker') ?? new Float64Array()),
      fullestSecondOfArrivals: arrivals.fullestSecond.api,
      fullestSecondOfQrArrivals: arrivals.fullestSecond.qr,
      limitCallsPerSecond: account.callsPerSecond,
      limitQrCallsPerSecond: account.qrCallsPerSecond,
      refusedCalls: refused.rate + refused.qrRate,
      outcomes: Object.fromEntries(fleet.outcomes),
      killedInvocations: fleet.killed.invocations,
      crash: fleet.crash(),
      ownCores: window.ownCores,
      busyCores: window.busyCores,
      machineWasFull: window.busyCores > cores - leastIdleCores,
      apiLateMilliseconds,
      /** Later than that, planned calls that arrive together can be more than the limit. */
      apiWasLate: apiLateMilliseconds > (account.callsPerSecond / planned.callsPerSecond - 1) * 1000,
      cpuMillisecondsPerCall: Object.fromEntries(
        [...window.cpuSeconds].map(([role, used]) => [role, (used * 1000) / countBetween(all, from, until)]),
      ),
    };
  } finally {
    await fleet.stop();
    await rm(probe.directory, { recursive: true, force: true });
  }
}

/** What the arithmetic of synthesis expects of the fleet at this latency. */
function expectedAt(plan: PipelinePlan, latencySeconds: number): number {
  return plannedWorkers(plan).reduce(
    (sum, one) => sum + one.concurrency * one.callsPerSecond * utilisationAt(one, latencySeconds),
    0,
  );
}

/** One call in a hundred fails: half with a 429 of the rate, half with a 503. */
const faults = (seed: number): FaultInput[] => [
  { kind: 'status', status: 429, probability: 0.005, seed },
  { kind: 'status', status: 503, probability: 0.005, seed: seed + 1 },
];

function fullRateTable(runs: readonly FullRateRun[]): string {
  const percent = (share: number | undefined) => (share === undefined ? '–' : `${(share * 100).toFixed(1)} %`);
  return table(
    [
      'full rate',
      `of the budget (goal ${goalOfBudget * 100} % at ${goalLatencyMilliseconds} ms)`,
      'calls/s: sustained, expected',
      'campaign, transactional, QR: of their rates',
      'fullest second: sends ≤ plan',
      'arrivals ≤ limit',
      'QR: sends ≤ plan, arrivals ≤ limit',
      '429',
      'API late by at most',
      `cores: ours, all (of ${cores})`,
    ],
    runs.map((one) => [
      one.variant,
      one.machineWasFull ? 'the machine was full: does not count' : percent(one.ofBudget),
      `${one.sustainedCallsPerSecond.toFixed(0)}, ${one.expectedCallsPerSecond.toFixed(0)}`,
      ['CampaignLinkWorker', 'TransactionalLinkWorker', 'QrWorker'].map((of) => percent(one.ofPace[of])).join(', '),
      `${one.fullestSecondOfSends} ≤ ${one.plannedCallsPerSecond}`,
      one.apiWasLate
        ? 'the API was late: does not count'
        : `${one.fullestSecondOfArrivals} ≤ ${one.limitCallsPerSecond}`,
      `${one.fullestSecondOfQrSends} ≤ ${one.plannedQrCallsPerSecond}, ${one.fullestSecondOfQrArrivals} ≤ ${one.limitQrCallsPerSecond}`,
      one.refusedCalls,
      `${one.apiLateMilliseconds.toFixed(0)} ms`,
      `${one.ownCores.toFixed(2)}, ${one.busyCores.toFixed(2)}`,
    ]),
  );
}

/** Whether arrivals and 429s are the pipeline's own. Calls that wait for the emulator arrive together. */
const isJudged = (one: FullRateRun) => !one.machineWasFull && !one.apiWasLate;

function brokenIn(one: FullRateRun): string[] {
  const broken: string[] = [];
  const above = (what: string, found: number, allowed: number) => {
    if (found > allowed) broken.push(`${one.variant}: ${found} ${what} in one second, ${allowed} allowed`);
  };
  above('sends', one.fullestSecondOfSends, one.plannedCallsPerSecond);
  above('QR sends', one.fullestSecondOfQrSends, one.plannedQrCallsPerSecond);
  if (one.crash !== '') broken.push(`${one.variant}: an invocation failed: ${one.crash}`);
  if (!isJudged(one)) return broken;
  above('arrivals', one.fullestSecondOfArrivals, one.limitCallsPerSecond);
  above('QR arrivals', one.fullestSecondOfQrArrivals, one.limitQrCallsPerSecond);
  if (one.refusedCalls > 0) broken.push(`${one.variant}: ${one.refusedCalls} calls were answered 429 for their rate`);
  return broken;
}
