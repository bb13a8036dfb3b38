import { HttpProblem } from '../domain/http/problem.ts';
import { burstOf, laterCounts } from '../domain/http/rate.ts';
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
  readonly #second: number;
  readonly #counted: Promise<boolean>;

  constructor(producer: HttpProducer, ports: Pick<HttpApiPorts, 'limits' | 'clock' | 'observer'>) {
    this.#ports = ports;
    this.#producer = producer;
    this.#second = secondsNow(ports.clock);
    this.#counted = this.#isWithin();
  }

  /** @throws HttpProblem if the producer exceeds its rate */
  async check(): Promise<void> {
    if (await this.#counted) return;
    throw new HttpProblem('too-many-requests', { retryAfter: 1 });
  }

  /** Counts the commands of a list in the seconds that follow. Best effort: the list was admitted. */
  async countList(commands: number): Promise<void> {
    const { limits } = this.#ports;
    const { source, requestsPerSecond } = this.#producer;
    await this.#book(async () => {
      const counts = laterCounts(commands, requestsPerSecond);
      await Promise.all(counts.map((by, index) => limits.count(source, this.#second + 1 + index, by)));
    });
  }

  /** If the count cannot be written, the call goes on: its other writes fail for the same cause. */
  async #isWithin(): Promise<boolean> {
    const { limits, observer } = this.#ports;
    const { source, requestsPerSecond } = this.#producer;
    let count = 0;
    await this.#book(async () => {
      count = await limits.count(source, this.#second, 1);
    });
    const isWithin = count <= burstOf(requestsPerSecond);
    if (!isWithin) observer.count(httpApiMetric.tooManyRequests);
    return isWithin;
  }

  #book(write: () => Promise<void>): Promise<boolean> {
    return keepBooks(this.#ports.observer, httpApiMetric.bookkeepingFailed, write);
  }
}
