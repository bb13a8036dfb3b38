import type { Clock } from '../domain/work/clock.ts';
import type { Deadline } from '../domain/work/delivery.ts';

export interface Return {
  receiptHandle: string;
  delaySeconds: number;
}

/** Reserved for setting the delays in SQS and for the end of the invocation. */
const windUpMilliseconds = 5_000;

/**
 * The messages that one execution environment has returned and whose delays still run. SQS counts them as in flight,
 * and delivers nothing more once a queue has 120,000 in flight.
 *
 * The mapping runs C environments at once, so each slot has 120,000 / C messages. The environment in the slot may use
 * half, for its current batch and the messages it has returned. The other half is for an environment that it has
 * replaced, whose delays still run, and for delays that SQS did not accept. So `most` = 60,000 / C − batch size
 * (lib/config/rate/worker-plan.ts). However many messages come back, at most C × 2 × (most + batch size) ≤ 120,000 are in
 * flight.
 */
export class ReturnedMessages {
  readonly #most: number;
  readonly #clock: Clock;
  /** Epoch milliseconds at which each delay ends. */
  #until: number[] = [];

  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  /**
   * The delays with which these messages may return now. If they exceed the share, the invocation holds them, since
   * they are in flight already. It waits until there is room, for the longest delay, or until it must end, whichever
   * comes first. Messages that still find no room return without a delay.
   */
  async admit(asked: Return[], deadline: Deadline): Promise<Return[]> {
    const longestFirst = asked.toSorted((one, other) => other.delaySeconds - one.delaySeconds);
    const [over] = longestFirst.slice(this.#room());
    if (over !== undefined) {
      const left = deadline.remainingMilliseconds() - windUpMilliseconds;
      const wait = Math.min(over.delaySeconds * 1000, this.#millisecondsToRoomFor(asked.length), left);
      if (wait > 0) await this.#clock.sleep(wait);
    }
    const withDelay = new Set(longestFirst.slice(0, this.#room()));
    const admitted = asked.map((one) => (withDelay.has(one) ? one : { ...one, delaySeconds: 0 }));
    const now = this.#clock.wallMilliseconds();
    for (const { delaySeconds } of admitted) {
      if (delaySeconds > 0) this.#until.push(now + delaySeconds * 1000);
    }
    return admitted;
  }

  #room(): number {
    const now = this.#clock.wallMilliseconds();
    this.#until = this.#until.filter((until) => until > now);
    return Math.max(0, this.#most - this.#until.length);
  }

  #millisecondsToRoomFor(count: number): number {
    const toEnd = this.#until.length + count - this.#most;
    const endsAt = this.#until.toSorted((one, other) => one - other)[toEnd - 1];
    return endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - this.#clock.wallMilliseconds();
  }
}
