import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloud, SimulatedClock } from '../../cloud/cloud.ts';
import type { AdminClient } from '../../onelink-api/admin-client.ts';
import { mappingStates } from '../progress/observation.ts';
import type { Timeline } from './timeline.ts';

const minute = 60_000;
const lookEveryMilliseconds = 50;
/** Wall clock. Longer than any one step takes, and short enough to see that a story is stuck. */
const patienceMilliseconds = 60_000;
/** With messages in flight, a mapping may be filling a batch for its window (5 s), in which no function is busy. */
const windowMilliseconds = 6_000;

export interface SimulatedTimeOptions {
  clock: SimulatedClock;
  cloud: LocalCloud;
  admin: AdminClient;
  timeline: Timeline;
  /** Whether outcomes were told that have not been heard yet. */
  unheard: () => Promise<boolean>;
  /** Told when a leap over more than a minute begins and ends. */
  leaping: (leaps: boolean) => void;
  /** Told when a step has been lived through. */
  lived: () => Promise<void>;
  signal: AbortSignal;
}

/**
 * Moves the clock of everything together, in steps. The governor runs once a step; it takes its time by the wall clock (its calls
 * are a second apart), so that six hours in minutes would take a quarter of an hour: where nothing happens, a story leaps.
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
   * Minutes, one after the other, each with the governor's run and whatever work there is.
   *
   * @param options.inWork do not wait for the work under way first. A minute is well below any queue's visibility time-out; two
   *   such steps in one batch would not be.
   */
  async step(minutes = 1, options: { inWork?: boolean } = {}): Promise<void> {
    for (let done = 0; done < minutes; done++) {
      if (!options.inWork) await this.settled();
      await this.#advance(minute);
      if (!options.inWork) await this.settled();
      await this.#options.lived();
    }
  }

  /**
   * Steps until something is so.
   *
   * @throws Error after so many minutes without it
   */
  async stepUntil(isSo: () => boolean | Promise<boolean>, what: string, mostMinutes: number): Promise<void> {
    for (let minutes = 0; !(await isSo()); minutes++) {
      if (minutes === mostMinutes) throw new Error(`${what}: not after ${mostMinutes} simulated minutes`);
      await this.step();
    }
  }

  /** One leap over a time in which nothing happens: what is in flight is visible again behind it, so that no batch may run. */
  async leap(minutes: number): Promise<void> {
    await this.settled({ thoroughly: true });
    await this.#advance(Math.ceil(minutes * minute));
    await this.settled();
    await this.#options.lived();
  }

  /** Leaps to a moment: ISO 8601, UTC. */
  async leapTo(moment: string): Promise<void> {
    await this.leap(Math.ceil((Date.parse(moment) - this.now()) / minute));
  }

  /**
   * Resolves when no function runs, nothing waits in a queue that is polled, and all that was told is heard.
   *
   * @param options.thoroughly not even a batch is being filled
   */
  async settled(options: { thoroughly?: boolean } = {}): Promise<void> {
    const { cloud, unheard } = this.#options;
    let stillSince = performance.now();
    await this.until(async () => {
      const [queues, running, pending] = await Promise.all([cloud.queues(), mappingStates(cloud.endpoints), unheard()]);
      const busy = cloud.environments().some(({ environments }) => environments.some((one) => one.busy));
      const polled = queues.filter(({ arn }) => running.get(arn) === true);
      const now = performance.now();
      if (busy || pending || polled.some(({ visible }) => visible > 0)) stillSince = now;
      const filling = options.thoroughly && polled.some(({ inFlight }) => inFlight > 0);
      return now - stillSince >= (filling ? windowMilliseconds : 3 * lookEveryMilliseconds);
    }, 'the work under way');
  }

  /** Looks again and again, by the wall clock. @throws Error when it is not so for too long */
  async until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const begun = performance.now();
    while (!(await isSo())) {
      this.#options.signal.throwIfAborted();
      if (performance.now() - begun > patienceMilliseconds) throw new Error(`${what}: no end in a minute`);
      await sleep(lookEveryMilliseconds);
    }
  }

  async #advance(milliseconds: number): Promise<void> {
    const { clock, admin, cloud, timeline, leaping } = this.#options;
    const governs = () =>
      cloud
        .environments()
        .some(({ function: name, environments }) => isGovernor(name) && environments.some((one) => one.busy));
    // A run that comes while another is under way would be turned away.
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
