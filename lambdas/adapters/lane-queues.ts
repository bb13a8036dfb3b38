import type { SQSClient } from '@aws-sdk/client-sqs';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import type { Clock } from '../domain/work/clock.ts';
import { ReplayQueue } from './replay-queue.ts';

/** How long a call tries again while a queue accepts nothing. */
const patienceMilliseconds = 10_000;

/** The queues of all lanes, for commands that the pipeline sends on. */
export class LaneQueues {
  readonly #queue: ReplayQueue;
  readonly #clock: Pick<Clock, 'sleep' | 'monotonicMilliseconds'>;
  readonly #urls: Readonly<Record<string, string>>;

  /** @param urls the URLs of the queues, by lane */
  constructor(
    sqs: SQSClient,
    clock: Pick<Clock, 'sleep' | 'monotonicMilliseconds'>,
    urls: Readonly<Record<string, string>>,
  ) {
    this.#queue = new ReplayQueue(sqs, clock);
    this.#clock = clock;
    this.#urls = urls;
  }

  /**
   * Sends commands to their lane, each with its first sender.
   *
   * @returns the commands that SQS refuses
   * @throws Error if there is no such lane, or if SQS accepts none
   */
  async sendBack(lane: string, commands: ParkedCommand[]): Promise<ParkedCommand[]> {
    const url = this.#urls[lane];
    if (url === undefined) throw new Error('the lane has no queue');
    const endsAt = this.#clock.monotonicMilliseconds() + patienceMilliseconds;
    const remainingMilliseconds = () => endsAt - this.#clock.monotonicMilliseconds();
    return this.#queue.send(url, commands, { remainingMilliseconds });
  }
}
