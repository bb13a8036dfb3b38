import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import type { ApiAnswer, LinkAtApi } from '../../lambdas/domain/onelink/api-answer.ts';
import type { Clock } from '../../lambdas/domain/work/clock.ts';
import { type ReadAnswer, type ReadRequest, readerError } from '../../lambdas/reader/reading.ts';
import { systemClock } from '../../lambdas/runtime/clock.ts';
import { OperatorError } from '../words/operator-error.ts';
import { type ConfiguredPipeline, plansOf } from './configured-pipeline.ts';
import type { DeployedPipeline } from './deployed-pipeline.ts';

/** The verb was interrupted before the answer. */
export class ReadingInterrupted extends OperatorError {
  override readonly name = 'ReadingInterrupted';
  constructor() {
    super('Interrupted before the API’s answer.');
  }
}

export interface ReaderSettings {
  functionName: string;
  /** Links in one turn. */
  batchSize: number;
  interrupted: AbortSignal;
}

export interface ReaderPorts {
  lambda: Pick<LambdaClient, 'send'>;
  clock: Clock;
  random: () => number;
}

/** Before a turn, the links of concurrent checks gather, so that one turn reads many. */
const gatherMilliseconds = 50;
/** Between two turns of its own, a tool pauses up to so long, and another tool gets its turn. */
const pauseMilliseconds = 200;
/** A tool that found the reader busy asks again after 50 ms, and up to so many more. */
const retryMilliseconds = 100;
/** Other tools take turns of seconds. After so long, nobody can be at work any more. */
const mostWaitMilliseconds = 300_000;
/** Turns in a row that answered nothing. */
const mostEmptyTurns = 3;

interface Waiting {
  address: LinkAddress;
  resolve(answer: ApiAnswer<LinkAtApi>): void;
  reject(error: unknown): void;
}

/**
 * The tools' way to the OneLink API: the pipeline's reader function. It gathers the links of concurrent reads and asks for
 * them in turns. One tool has a turn at a time. While another tool has one, Lambda throttles, and the reader asks again.
 */
export class Reader {
  readonly #settings: ReaderSettings;
  readonly #ports: ReaderPorts;
  #waiting: Waiting[] = [];
  #runs = false;

  constructor(settings: ReaderSettings, ports: ReaderPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /**
   * One GET.
   *
   * @throws OperatorError if the reader cannot work or the verb was interrupted; the service's error if Lambda refuses
   */
  read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>> {
    const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer<LinkAtApi>>();
    const { onelinkId, shortlinkId } = address;
    this.#waiting.push({ address: { onelinkId, shortlinkId }, resolve, reject });
    if (!this.#runs) void this.#run();
    return promise;
  }

  /** Calls that the account has left this UTC month, by one GET. It throws the same errors. */
  async quota(accountId: string): Promise<ApiAnswer<number>> {
    const { quota } = await this.#turn({ links: [], quotaOf: accountId });
    if (quota !== undefined) return quota;
    throw readerFailed('an answer without the quota');
  }

  /** Takes turns while links wait. An error ends all waiting reads. */
  async #run(): Promise<void> {
    const { clock, random } = this.#ports;
    this.#runs = true;
    let empty = 0;
    try {
      await clock.sleep(gatherMilliseconds);
      while (this.#waiting.length > 0) {
        const links = this.#waiting.slice(0, this.#settings.batchSize).map(({ address }) => address);
        const { links: answers } = await this.#turn({ links });
        for (const answer of answers) this.#waiting.shift()?.resolve(answer);
        empty = answers.length === 0 ? empty + 1 : 0;
        if (empty === mostEmptyTurns) throw readerFailed('no answer in three turns');
        await clock.sleep(gatherMilliseconds + random() * pauseMilliseconds);
      }
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    } finally {
      this.#runs = false;
    }
  }

  /** One turn. It waits while other tools have theirs. */
  async #turn(request: ReadRequest): Promise<ReadAnswer> {
    const { clock, random } = this.#ports;
    const from = clock.monotonicMilliseconds();
    for (;;) {
      const answer = await this.#invoke(request);
      if (answer !== 'busy') return answer;
      if (clock.monotonicMilliseconds() - from > mostWaitMilliseconds) {
        throw new OperatorError(
          'The reader has been busy for five minutes. See whether its reserved concurrency is 0: ' +
            `aws lambda get-function-concurrency --function-name ${this.#settings.functionName}`,
        );
      }
      await clock.sleep(50 + random() * retryMilliseconds);
    }
  }

  async #invoke(request: ReadRequest): Promise<ReadAnswer | 'busy'> {
    const { functionName, interrupted } = this.#settings;
    if (interrupted.aborted) throw new ReadingInterrupted();
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
    try {
      const { FunctionError, Payload } = await this.#ports.lambda.send(command, { abortSignal: interrupted });
      const answer: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
      if (FunctionError !== undefined) throw errorOf(String(Reflect.get(Object(answer), 'errorType')));
      return answer as ReadAnswer;
    } catch (error) {
      if (interrupted.aborted) throw new ReadingInterrupted();
      if (error instanceof Error && error.name === 'TooManyRequestsException') return 'busy';
      throw error;
    }
  }
}

/** The message for an error of the function, by its name. Its own message is not shown. */
function errorOf(name: string): OperatorError {
  if (name === readerError.badRequest) {
    return new OperatorError(
      'The reader does not understand this release of the command line. Use the checkout from which the stack was deployed.',
    );
  }
  if (name === readerError.tokenUnreadable) {
    return new OperatorError('The reader cannot read the secret of the API token. Run: onelink doctor');
  }
  return readerFailed(name);
}

function readerFailed(what: string): OperatorError {
  return new OperatorError(`The reader failed (${what}). See the log group that the output ReaderLogGroupName names.`);
}

/** How fast the reader works in the long run, by the configuration. All tools share this rate. */
export function readingPace(configured: Pick<ConfiguredPipeline, 'account' | 'settings'>) {
  const { reader } = plansOf(configured);
  if (reader === undefined) throw new OperatorError('readRateShare leaves the reader less than one call per second.');
  const { callsPerSecond, batchSize, utilisation } = reader;
  return { batchSize, sustainedPerSecond: callsPerSecond * utilisation };
}

/** The reader of a deployed pipeline, or of the local run. */
export function openReader(
  configured: ConfiguredPipeline,
  deployed: DeployedPipeline,
  interrupted: AbortSignal,
): Reader {
  const { batchSize } = readingPace(configured);
  const settings = { functionName: deployed.output('ReaderFunctionName'), batchSize, interrupted };
  return new Reader(settings, { lambda: deployed.lambda, clock: systemClock, random: Math.random });
}
