import { randomUUID } from 'node:crypto';
import {
  type Ending,
  type EnvironmentSettings,
  ExecutionEnvironment,
  type Invocation,
} from './execution-environment.ts';
import type { FunctionConfiguration } from './function-configuration.ts';

/** The largest payload of a synchronous invocation, request and response alike: 6 MB (Lambda's quota). */
export const invokePayloadLimitBytes = 6 * 1024 * 1024;

export type InvocationOutcome = 'succeeded' | 'failed' | 'throttled';

export interface InvocationResult {
  readonly requestId: string;
  readonly outcome: InvocationOutcome;
  /** JSON: the result of the handler, or Lambda's description of the error. Empty if throttled. */
  readonly payload: string;
  /** As in Lambda's answers: `Sandbox.Timedout`, `Runtime.ExitError`, or the name of the thrown error. */
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
  readonly durationMilliseconds: number;
}

export interface FunctionSettings extends EnvironmentSettings {
  /** When warm environments end. */
  readonly recycling: { readonly idleSeconds: number; readonly maximumAgeSeconds: number };
  onInvoked(functionName: string, result: InvocationResult, running: number): void;
}

/** A Lambda function with its execution environments. */
export class LambdaFunction {
  readonly configuration: FunctionConfiguration;
  readonly #settings: FunctionSettings;
  readonly #environments = new Set<ExecutionEnvironment>();
  #running = 0;
  #invocations = 0;
  #started = 0;
  #killed = 0;
  #onIdle: (() => void)[] = [];

  constructor(configuration: FunctionConfiguration, settings: FunctionSettings) {
    this.configuration = configuration;
    this.#settings = settings;
  }

  /**
   * Invokes the function and waits for its end. It never rejects: the result has the error. Above the reserved
   * concurrency nothing runs, and the outcome is `throttled`.
   * @param payload JSON
   * @param invokedArn with the qualifier that the caller names
   */
  async invoke(payload: string, invokedArn = this.configuration.arn): Promise<InvocationResult> {
    const requestId = randomUUID();
    const { reservedConcurrency } = this.configuration;
    if (reservedConcurrency !== undefined && this.#running >= reservedConcurrency) {
      return this.#recorded({
        requestId,
        outcome: 'throttled',
        payload: '',
        errorType: 'TooManyRequestsException',
        errorMessage: 'Rate Exceeded.',
        durationMilliseconds: 0,
      });
    }
    this.#running++;
    this.#invocations++;
    const startedAt = performance.now();
    try {
      const ending = await this.#run({ requestId, payload, invokedArn });
      const durationMilliseconds = performance.now() - startedAt;
      const error = failureOf(ending);
      return this.#recorded({
        requestId,
        outcome: error ? 'failed' : 'succeeded',
        payload: error?.payload ?? ending.payload,
        errorType: error?.errorType,
        errorMessage: error?.errorMessage,
        durationMilliseconds,
      });
    } finally {
      this.#running--;
      if (this.#running === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  environments(): readonly ExecutionEnvironment[] {
    return [...this.#environments];
  }

  state() {
    return {
      function: this.configuration.name,
      logicalId: this.configuration.resource.logicalId,
      environments: this.environments().map(({ id, pid, busy, invocations }) => ({ id, pid, busy, invocations })),
      /** Since the start, recycled and killed environments included. */
      invocations: this.#invocations,
      started: this.#started,
      /** Environments that ended by a time-out, a crash or `killEnvironment`, but not by recycling. */
      killed: this.#killed,
    };
  }

  /** Ends the warm environments that have been idle for too long or are too old. A busy one continues. */
  recycle(): void {
    const now = performance.now();
    for (const environment of this.#environments) {
      if (environment.busy) continue;
      const idle = now - environment.lastUsedAtMilliseconds > this.#settings.recycling.idleSeconds * 1000;
      if (!idle && !this.#tooOld(environment)) continue;
      environment.alive = false;
      this.#environments.delete(environment);
      environment.kill('Sandbox.Recycled', 'recycled');
    }
  }

  /** Resolves when no invocation is running. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  async #run(invocation: Invocation): Promise<Exclude<Ending, { kind: 'not-taken' }>> {
    for (;;) {
      // The last one in use is the warmest. As on AWS, an environment that is too old gets no more invocations.
      const warm = this.environments()
        .filter((environment) => environment.alive && !environment.busy && !this.#tooOld(environment))
        .sort((left, right) => right.lastUsedAtMilliseconds - left.lastUsedAtMilliseconds)[0];
      const ending = await (warm ?? this.#start()).run(invocation);
      if (ending.kind !== 'not-taken') return ending;
    }
  }

  #tooOld(environment: ExecutionEnvironment): boolean {
    return performance.now() - environment.startedAtMilliseconds > this.#settings.recycling.maximumAgeSeconds * 1000;
  }

  #start(): ExecutionEnvironment {
    const environment: ExecutionEnvironment = new ExecutionEnvironment(this.configuration, this.#settings, () => {
      // Recycled environments have left the set before.
      if (this.#environments.delete(environment)) this.#killed++;
    });
    this.#started++;
    this.#environments.add(environment);
    return environment;
  }

  #recorded(result: InvocationResult): InvocationResult {
    this.#settings.onInvoked(this.configuration.name, result, this.#running);
    return result;
  }
}

function failureOf(ending: Exclude<Ending, { kind: 'not-taken' }>) {
  if (ending.kind === 'failed') return ending;
  if (Buffer.byteLength(ending.payload) <= invokePayloadLimitBytes) return undefined;
  const errorType = 'Function.ResponseSizeTooLarge';
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${invokePayloadLimitBytes} bytes).`;
  return { errorType, errorMessage, payload: JSON.stringify({ errorType, errorMessage }) };
}
