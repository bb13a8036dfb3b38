import type { RequestKey } from '../domain/contract/request-key.ts';
import { pauseAfter, wholePollMilliseconds } from '../domain/http/polling.ts';
import { isSettled, requestAnswer } from '../domain/http/request-answer.ts';
import { keepBooks } from '../domain/work/bookkeeping.ts';
import type { Deadline } from '../domain/work/delivery.ts';
import type { HttpApiEnvironment } from './env.ts';
import { httpApiMetric } from './names.ts';
import type { HttpApiPorts, WaitingPlace } from './ports.ts';
import { isReused, type LaneOfCall, lost, type Progress, type Sending } from './sending.ts';

/** The rest of the invocation that is reserved for its end. */
const spareMilliseconds = 2_500;
/** How often a call tries to take a place. Other calls may take the one that it has chosen. */
const tries = 5;

/**
 * Calls that wait for their outcomes. At most half of the function's concurrency waits, so that the other half answers at
 * once. Each waiting call has a place, which ends by itself.
 */
export class Waiting {
  readonly #settings: HttpApiEnvironment;
  readonly #ports: HttpApiPorts;
  readonly #sending: Sending;

  constructor(settings: HttpApiEnvironment, ports: HttpApiPorts, sending: Sending) {
    this.#settings = settings;
    this.#ports = ports;
    this.#sending = sending;
  }

  /** How long a call may still wait. @returns 0 if there is no time */
  millisecondsFor(wanted: number, deadline: Deadline): number {
    return Math.max(0, Math.min(wanted, deadline.remainingMilliseconds() - spareMilliseconds));
  }

  /** A place for a call that waits so long, or undefined if none is free. A failed try is no place. */
  async enter(milliseconds: number): Promise<WaitingPlace | undefined> {
    const { limits, clock, random, observer } = this.#ports;
    const { WAITING_SLOTS } = this.#settings;
    if (milliseconds <= 0 || WAITING_SLOTS === 0) return undefined;
    let entered: WaitingPlace | undefined;
    let free = Array.from({ length: WAITING_SLOTS }, (_, place) => place);
    await keepBooks(observer, httpApiMetric.bookkeepingFailed, async () => {
      for (let attempt = 0; attempt < tries && entered === undefined; attempt++) {
        const place = free[Math.floor(random() * free.length)];
        if (place === undefined) return;
        const now = clock.wallMilliseconds();
        // The place outlasts the wait, because the call sends its command first.
        const wanted = { place, until: now + milliseconds + spareMilliseconds };
        const taken = await limits.take(wanted, now);
        if (taken === undefined) entered = wanted;
        else free = free.filter((one) => !taken.has(one));
      }
    });
    if (entered === undefined) observer.count(httpApiMetric.waitingFull);
    return entered;
  }

  async leave(place: WaitingPlace): Promise<void> {
    const { limits, observer } = this.#ports;
    await keepBooks(observer, httpApiMetric.bookkeepingFailed, () => limits.leave(place));
  }

  /**
   * Waits until nothing of the commands will change by waiting, or until the time is up. It sends a command whose call
   * has crashed or withdrawn, but nothing into a paused lane.
   *
   * @returns how they stand at the end
   */
  async wait(
    all: readonly Progress[],
    milliseconds: number,
    { name: lane, isPaused }: LaneOfCall,
    deadline: Deadline,
  ): Promise<Progress[]> {
    let now = await this.withLinks(all);
    let lastWhole = 0;
    await this.#poll(milliseconds, async (waited) => {
      if (waited > 0) {
        const isWhole = waited - lastWhole >= wholePollMilliseconds;
        if (isWhole) lastWhole = waited;
        const seen = await (isWhole ? this.#sending.lookAgain(now) : this.#sending.lookForOutcomes(now));
        now = await this.withLinks(isPaused ? seen : await this.#sendLost(seen, lane, deadline));
      }
      return now.filter((one) => !isOver(one) && !(isPaused && lost.has(one.stands))).length;
    });
    return now;
  }

  /** Waits for the end of another call's request. @returns whether it has ended */
  waitForEnd(request: RequestKey, milliseconds: number): Promise<boolean> {
    return this.#poll(milliseconds, async () => ((await this.#sending.isUnderWay(request)) ? 1 : 0));
  }

  async #sendLost(seen: Progress[], lane: string, deadline: Deadline): Promise<Progress[]> {
    if (!seen.some(({ stands }) => lost.has(stands))) return seen;
    const { progress, booked } = await this.#sending.send(seen, lane, deadline, lost);
    await booked;
    return progress;
  }

  /**
   * Polls until nothing is open.
   *
   * @param open counts the commands without an end. `waited`: milliseconds since the start, 0 the first time
   * @returns false if the time is up
   */
  async #poll(milliseconds: number, open: (waited: number) => Promise<number>): Promise<boolean> {
    const { clock, observer } = this.#ports;
    const from = clock.monotonicMilliseconds();
    const sinceStart = () => clock.monotonicMilliseconds() - from;
    for (let waited = 0; ; waited = sinceStart()) {
      const left = await open(waited);
      if (left === 0) return true;
      const now = sinceStart();
      if (now >= milliseconds) {
        observer.count(httpApiMetric.waitTimedOut);
        return false;
      }
      await clock.sleep(Math.min(pauseAfter(now, left), milliseconds - now));
    }
  }

  /** With the records of the links whose QR codes are still to come. */
  withLinks(all: readonly Progress[]): Promise<Progress[]> {
    return Promise.all(
      all.map(async (one) => {
        const { outcome } = one.known.request ?? {};
        if (outcome?.link === undefined || !wantsCodeOfLink(one) || isOver(one)) return one;
        const link = await this.#ports.ledger.link(outcome.link);
        return { ...one, known: { ...one.known, link } };
      }),
    );
  }
}

/** Whether the command's code is in the record of the link that it has made. A `qr` command has its own outcome. */
function wantsCodeOfLink({ asked: { command } }: Progress): boolean {
  return command.action === 'create' && command.qr !== undefined;
}

/** Whether nothing of the command will change by waiting. */
export function isOver(progress: Progress): boolean {
  if (isReused(progress)) return true;
  const answer = requestAnswer(progress.asked.command.requestId, progress.known, { root: '' });
  return answer !== undefined && isSettled(answer);
}
