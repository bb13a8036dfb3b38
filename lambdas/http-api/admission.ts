import { HttpProblem } from '../domain/http/problem.ts';
import { placesIn, secondsUntil } from '../domain/http/rate.ts';
import type { HttpProducer } from '../domain/http/rules.ts';
import { keepBooks } from '../domain/work/bookkeeping.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { httpApiMetric } from './names.ts';
import type { HttpApiPorts } from './ports.ts';

/**
 * A producer's own rate. API Gateway's usage plan is best effort, and does not know how many commands a list has. The
 * count is written while the call reads what it needs, and the call has to look at it before it has any effect.
 */
export class Admission {
  readonly #ports: Pick<HttpApiPorts, 'limits' | 'clock' | 'observer'>;
  readonly #producer: HttpProducer;
  /** Seconds until the call may come again. Undefined if it is admitted. */
  readonly #wait: Promise<number | undefined>;

  constructor(producer: HttpProducer, ports: Pick<HttpApiPorts, 'limits' | 'clock' | 'observer'>) {
    this.#ports = ports;
    this.#producer = producer;
    this.#wait = this.#take(1);
  }

  /** @throws HttpProblem if the producer exceeds its rate */
  async check(): Promise<void> {
    refuse(await this.#wait);
  }

  /**
   * Counts the commands of a list, of which the call itself has counted one. It is admitted as a whole, also if the call has
   * taken the last place.
   *
   * @throws HttpProblem if the producer exceeds its rate
   */
  async checkList(commands: number): Promise<void> {
    await this.check();
    if (commands > 1) refuse(await this.#take(commands - 1, 1));
  }

  /** If the count cannot be written, the call goes on: its other writes fail for the same cause. */
  async #take(by: number, more = 0): Promise<number | undefined> {
    const { limits, clock, observer } = this.#ports;
    const { source, requestsPerSecond } = this.#producer;
    const second = secondsNow(clock);
    const { until, ...places } = placesIn(second, requestsPerSecond);
    let next: number | undefined;
    await keepBooks(observer, httpApiMetric.bookkeepingFailed, async () => {
      next = await limits.takeRate(source, { ...places, until: until + more }, by);
    });
    if (next === undefined) return undefined;
    observer.count(httpApiMetric.tooManyRequests);
    return secondsUntil(next, second, requestsPerSecond);
  }
}

/** @throws HttpProblem if there are seconds to wait */
function refuse(retryAfter: number | undefined): void {
  if (retryAfter !== undefined) throw new HttpProblem('too-many-requests', { retryAfter });
}
