import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloud, SimulatedClock } from '../../cloud/cloud.ts';
import type { AdminClient } from '../../onelink-api/admin-client.ts';
import { mappingStates } from '../progress/observation.ts';
import type { Timeline } from './timeline.ts';

const minute = 60_000;
const pollEveryMilliseconds = 50;
/** Wall clock. Longer than any one step, and short enough to detect that a story makes no progress. */
const patienceMilliseconds = 60_000;
/** With messages in flight, a mapping may be filling a batch for its window (5 s), without a busy function. */
const windowMilliseconds = 6_000;

export interface SimulatedTimeOptions {
  clock: SimulatedClock;
  cloud: LocalCloud;
  admin: AdminClient;
  timeline: Timeline;
  /** Whether the outcome queue still has outcomes. */
  hasPendingOutcomes: () => Promise<boolean>;
  /** Called at the start and at the end of a leap over more than a minute. */
  leaping: (leaps: boolean) => void;
  /** Called after each step. */
  stepped: () => Promise<void>;
  signal: AbortSignal;
}

/**
 * Moves the clock of all parts together, in steps. The governor runs once in each step. A run takes two to three
 * seconds of the wall clock, because its calls are a second apart. Six hours in minutes would take a quarter of an
 * hour. Therefore a story leaps over times in which nothing happens.
 */
export class SimulatedTime {
  readonly #options: SimulatedTimeOptions;
  readonly #ended = { governor: 0 };

  constructor(options: SimulatedTimeOptions) {
    this.#options = options;
    options.cloud.on('invocation', ({ function: name, outcome }) => {
      if (outcome !== 'throttled' && isGovernor(name)) this.#ended.governor += 1;
    });
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.#options.clock.now();
  }

  iso(afterMilliseconds = 0): string {
    return new Date(this.now() + afterMilliseconds).toISOString();
  }

  /**
   * Advances minute by minute, each with the governor's run and all due work.
   *
   * @param options.inWork do not wait for running work first. A minute is shorter than any queue's visibility time-out.
   *   Two such steps in one batch would not be.
   */
  async step(minutes = 1, options: { inWork?: boolean } = {}): Promise<void> {
    for (let done = 0; done < minutes; done++) {
      if (!options.inWork) await this.settled();
      await this.#advance(minute);
      if (!options.inWork) await this.settled();
      await this.#options.stepped();
    }
  }

  /**
   * Steps until a condition holds.
   *
   * @throws Error if it does not hold after the maximum of minutes
   */
  async stepUntil(isSo: () => boolean | Promise<boolean>, what: string, mostMinutes: number): Promise<void> {
    for (let minutes = 0; !(await isSo()); minutes++) {
      if (minutes === mostMinutes) throw new Error(`${what}: not after ${mostMinutes} simulated minutes`);
      await this.step();
    }
  }

  /**
   * Leaps over a time in which nothing happens. Messages in flight are visible after it, so no batch may be running.
   */
  async leap(minutes: number): Promise<void> {
    await this.settled({ thoroughly: true });
    await this.#advance(Math.ceil(minutes * minute));
    await this.settled();
    await this.#options.stepped();
  }

  /** Leaps to a moment: ISO 8601, UTC. */
  async leapTo(moment: string): Promise<void> {
    await this.leap(Math.ceil((Date.parse(moment) - this.now()) / minute));
  }

  /**
   * Resolves when no function runs, no polled queue has visible messages, and all outcomes are received.
   *
   * @param options.thoroughly waits until no mapping is filling a batch, either
   */
  async settled(options: { thoroughly?: boolean } = {}): Promise<void> {
    const { cloud, hasPendingOutcomes } = this.#options;
    let stillSince = performance.now();
    await this.until(async () => {
      const [queues, running, pending] = await Promise.all([
        cloud.queues(),
        mappingStates(cloud.endpoints),
        hasPendingOutcomes(),
      ]);
      const busy = cloud.environments().some(({ environments }) => environments.some((one) => one.busy));
      const polled = queues.filter(({ arn }) => running.get(arn) === true);
      const now = performance.now();
      if (busy || pending || polled.some(({ visible }) => visible > 0)) stillSince = now;
      const filling = options.thoroughly && polled.some(({ inFlight }) => inFlight > 0);
      return now - stillSince >= (filling ? windowMilliseconds : 3 * pollEveryMilliseconds);
    }, 'the work under way');
  }

  /** Polls a condition, by the wall clock. @throws Error if it does not hold within a minute */
  async until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const begun = performance.now();
    while (!(await isSo())) {
      this.#options.signal.throwIfAborted();
      if (performance.now() - begun > patienceMilliseconds) throw new Error(`${what}: no end in a minute`);
      await sleep(pollEveryMilliseconds);
    }
  }

  async #advance(milliseconds: number): Promise<void> {
    const { clock, admin, cloud, timeline, leaping } = this.#options;
    const governs = () =>
      cloud
        .environments()
        .some(({ function: name, environments }) => isGovernor(name) && environments.some((one) => one.busy));
    // The governor's reserved concurrency would throttle a second run at the same time.
    await this.until(() => !governs(), 'the governor');
    const before = this.#ended.governor;
    await admin.moveClock({ set: clock.now() + milliseconds });
    timeline.add({ what: 'clock', leapMinutes: milliseconds / minute });
    leaping(milliseconds > minute);
    await clock.advance(milliseconds).finally(() => leaping(false));
    await this.until(() => this.#ended.governor > before && !governs(), 'the governor');
  }
}

const isGovernor = (name: string) => name.includes('Governor');
