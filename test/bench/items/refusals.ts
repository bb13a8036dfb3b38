import { plansOf } from '../../../cli/pipeline/configured-pipeline.ts';
import { PaceFactor, type PaceLaw } from '../../../lambdas/domain/control/pace-factor.ts';
import { Pacer } from '../../../lambdas/domain/control/pacer.ts';
import { RateLimiter } from '../../../lambdas/runtime/rate-limiter.ts';
import { plannedWorkers } from '../../../lib/config/rate/pipeline-plan.ts';
import { CallCounter, SlidingWindow } from '../../../local/onelink-api/limits.ts';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { Chance } from '../month/time/chance.ts';
import { SimulatedClock } from '../month/time/simulated-clock.ts';
import { Halving, ShareOfTwoSeconds, TenthPerRefusal } from '../stand-ins/pace-laws.ts';
import { variantPipeline } from '../world/synthesis.ts';

const laws: Readonly<Record<string, (callsPerSecond: number) => PaceLaw>> = {
  'as shipped': (callsPerSecond) => new PaceFactor(callsPerSecond),
  'halves with each 429': () => new Halving(),
  'a tenth less with each 429': () => new TenthPerRefusal(),
  'share of two seconds': (callsPerSecond) => new ShareOfTwoSeconds(callsPerSecond),
};

interface Disturbance {
  /** The part of the calls that the API refuses at random. */
  refusedShare?: number;
  /** How long it lasts. Undefined: to the end. */
  milliseconds?: number;
  /** Calls a second of another client on the account. It does not slow down. */
  otherPerSecond?: number;
  /** Whether refused calls count against the limit too. The emulator's do not. */
  refusedCount?: true;
}

const disturbances: Readonly<Record<string, Disturbance>> = {
  none: {},
  '1 % are refused': { refusedShare: 0.01 },
  '30 % are refused, for 30 s': { refusedShare: 0.3, milliseconds: 30_000 },
  'all are refused, for 60 s': { refusedShare: 1, milliseconds: 60_000 },
  'another client takes a tenth': { otherPerSecond: 100 },
  'another client takes half': { otherPerSecond: 500 },
  'takes half, and refused calls count': { otherPerSecond: 500, refusedCount: true },
};

/** It begins after ten seconds. A lasting one is measured for a minute, after half a minute. */
const beginsAt = 10_000;
const settling = 30_000;
const measured = 60_000;
/** Each answer takes between a half and one and a half of it. */
const latencyMilliseconds = 200;

/** What the pace does after 429s: all environments of the configuration under a backlog, before the emulator's limit, in simulated time. */
export async function refusals({ report, only, seed }: BenchOptions): Promise<Findings> {
  const runs: RefusalsRun[] = [];
  for (const [disturbance, what] of Object.entries(disturbances)) {
    if (only.length > 0 && !only.some((part) => disturbance.includes(part))) continue;
    for (const [law, of] of Object.entries(laws)) {
      report(`refusals: ${disturbance}, ${law}`);
      runs.push(await run({ disturbance, law }, what, of, seed));
    }
  }
  const broken = runs.flatMap(({ law, disturbance, fullestSecond, plannedCallsPerSecond }) =>
    fullestSecond > plannedCallsPerSecond
      ? [`refusals, ${disturbance}, ${law}: a second had ${fullestSecond} calls, and the plan ${plannedCallsPerSecond}`]
      : [],
  );
  return { figures: { runs }, table: refusalsTable(runs), broken };
}

type RefusalsRun = Awaited<ReturnType<typeof run>>;

async function run(
  names: { disturbance: string; law: string },
  disturbance: Disturbance,
  law: (callsPerSecond: number) => PaceLaw,
  seed: number,
) {
  const { refusedShare = 0, otherPerSecond = 0, refusedCount = false } = disturbance;
  const pipeline = variantPipeline({});
  const workers = plannedWorkers(plansOf(pipeline));
  const plannedCallsPerSecond = workers.reduce((sum, one) => sum + one.concurrency * one.callsPerSecond, 0);
  const clock = new SimulatedClock(0);
  const chance = new Chance(seed);
  const limit = pipeline.account.callsPerSecond;
  const window = new SlidingWindow(limit);
  const sends = new CallCounter();
  const lasts = disturbance.milliseconds ?? Number.POSITIVE_INFINITY;
  /** Calls that were sent, and calls that were carried out, in each tenth of a second. */
  const sent: number[] = [];
  const done: number[] = [];
  const isDisturbed = () => clock.wallMilliseconds() >= beginsAt && clock.wallMilliseconds() < beginsAt + lasts;
  const note = (tenths: number[]) => {
    const tenth = Math.floor(clock.wallMilliseconds() / 100);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  };
  /** Whether the API carries out a call that arrives now. */
  const admits = () => {
    const now = clock.wallMilliseconds();
    const hasRoom = window.hasRoom(now);
    if (hasRoom || refusedCount) window.hold(now);
    return hasRoom && !(isDisturbed() && refusedShare > 0 && chance.is(refusedShare));
  };
  for (const { concurrency, callsPerSecond, callsInFlight } of workers) {
    for (let number = 0; number < concurrency; number++) {
      const limiter = new RateLimiter(new Pacer(callsPerSecond, 'before', law(callsPerSecond)), clock);
      for (let place = 0; place < callsInFlight; place++) {
        clock.start(async () => {
          for (;;) {
            const turn = await limiter.next();
            turn.sent();
            // A billionth later for each millisecond, so that a rounding error does not put a whole second's ends into one second.
            sends.record(clock.wallMilliseconds() * (1 + 1e-9));
            note(sent);
            const halfway = latencyMilliseconds * (0.25 + 0.5 * chance.next());
            await clock.sleep(halfway);
            const admitted = admits();
            if (admitted) note(done);
            await clock.sleep(halfway);
            if (!admitted) limiter.slowDown();
          }
        });
      }
    }
  }
  if (otherPerSecond > 0) {
    clock.at(beginsAt, () => clock.every(1000 / otherPerSecond, async () => void admits()));
  }
  const isLasting = disturbance.milliseconds === undefined;
  const [from, until] = isLasting
    ? [beginsAt + settling, beginsAt + settling + measured]
    : [beginsAt, beginsAt + (disturbance.milliseconds ?? 0)];
  await clock.runUntil(until + (isLasting ? 0 : measured));
  const between = (tenths: number[], start: number, end: number) =>
    Array.from({ length: (end - start) / 100 }, (_, index) => tenths[start / 100 + index] ?? 0).reduce(
      (sum, one) => sum + one,
      0,
    );
  const [calls, carriedOut] = [between(sent, from, until), between(done, from, until)];
  const seconds = (until - from) / 1000;
  /** The first second from then on, in tenths, in which so many calls a second were sent. */
  const secondsUntil = (start: number, end: number, isReached: (perSecond: number) => boolean) => {
    for (let at = start; at + 1000 <= end; at += 100)
      if (isReached(between(sent, at, at + 1000))) return (at - start) / 1000;
    return undefined;
  };
  return {
    ...names,
    plannedCallsPerSecond,
    /** What the account has left to this pipeline. */
    freeCallsPerSecond: Math.min(plannedCallsPerSecond, limit - otherPerSecond) * (1 - refusedShare),
    sentPerSecond: calls / seconds,
    carriedOutPerSecond: carriedOut / seconds,
    refusedShare: 1 - carriedOut / calls,
    /** From the disturbance's begin until less than a fifth of the plan is sent in a second, and from its end until 95 % is. */
    slowAfterSeconds: isLasting ? undefined : secondsUntil(from, until, (calls) => calls < plannedCallsPerSecond / 5),
    recoveredAfterSeconds: isLasting
      ? undefined
      : secondsUntil(until, until + measured, (calls) => calls >= 0.95 * plannedCallsPerSecond),
    fullestSecond: sends.fullestSecond,
  };
}

function refusalsTable(runs: readonly RefusalsRun[]): string {
  const seconds = (value: number | undefined) => (value === undefined ? '–' : `${value.toFixed(1)} s`);
  return table(
    [
      'after 429s',
      'the pace',
      'carried out',
      'of what is free',
      'calls refused',
      'below a fifth of the plan after',
      'at 95 % again after',
      'fullest second ≤ plan',
    ],
    runs.map((one) => [
      one.disturbance,
      one.law,
      `${one.carriedOutPerSecond.toFixed(0)}/s`,
      one.freeCallsPerSecond > 0 ? `${((100 * one.carriedOutPerSecond) / one.freeCallsPerSecond).toFixed(1)} %` : '–',
      `${(100 * one.refusedShare).toFixed(1)} %`,
      seconds(one.slowAfterSeconds),
      seconds(one.recoveredAfterSeconds),
      `${one.fullestSecond} ≤ ${one.plannedCallsPerSecond}`,
    ]),
  );
}
