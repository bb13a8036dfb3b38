import { producerNamed } from '../domain/http/callers.ts';
import type { Operation } from '../domain/http/routes.ts';
import type { HttpProducer } from '../domain/http/rules.ts';
import { Admission } from './admission.ts';
import type { Call } from './call.ts';
import { httpApiMetric } from './names.ts';
import type { HttpApiPorts } from './ports.ts';
import { oneOf } from './query.ts';

/** A caller whose source is known. */
export interface Entered {
  producer: HttpProducer;
  admission: Admission;
}

/** One call on its way to its answer, for its log line and its metrics. They hold no path, link ID or content. */
export class Trip {
  readonly #ports: HttpApiPorts;
  readonly #startedAt: number;
  #entered: Entered | undefined;
  operation: Operation | undefined;
  requestId: string | undefined;
  /** Milliseconds in which the call waited for an outcome. */
  waitedMilliseconds = 0;
  hasWaited = false;

  constructor(ports: HttpApiPorts) {
    this.#ports = ports;
    this.#startedAt = ports.clock.monotonicMilliseconds();
  }

  /**
   * Finds the source for which the call acts, and starts to count the call.
   *
   * @param named the source that a command names
   * @throws HttpProblem if it is not the caller's
   */
  enter(call: Call, own: readonly HttpProducer[], named?: string): Entered {
    const producer = producerNamed(own, named ?? oneOf(call, 'source'));
    this.#entered ??= { producer, admission: new Admission(producer, this.#ports) };
    return this.#entered;
  }

  /**
   * Counts a call, if it is not counted yet. A call that names no source counts for the first of its caller's.
   *
   * @throws HttpProblem if the producer exceeds its rate
   */
  async count(own: readonly HttpProducer[]): Promise<void> {
    const [producer] = own;
    if (this.#entered === undefined && producer !== undefined)
      this.#entered = { producer, admission: new Admission(producer, this.#ports) };
    await this.#entered?.admission.check();
  }

  end(status: number): void {
    const { clock, observer } = this.#ports;
    const milliseconds = Math.round(clock.monotonicMilliseconds() - this.#startedAt - this.waitedMilliseconds);
    observer.count(httpApiMetric.requestAnswered);
    observer.milliseconds(httpApiMetric.answerMilliseconds, milliseconds);
    const { operation, requestId } = this;
    observer.info('call answered', {
      ...(this.#entered !== undefined && { source: this.#entered.producer.source }),
      ...(operation !== undefined && { operation }),
      ...(requestId !== undefined && { requestId }),
      status,
      milliseconds,
    });
  }
}
