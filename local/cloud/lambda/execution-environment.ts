import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { FunctionConfiguration } from './function-configuration.ts';

const bootstrap = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));

/** How one invocation ended in its environment. */
export type Ending =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'failed'; readonly payload: string; readonly errorType: string; readonly errorMessage: string }
  /** The environment ended before it took the invocation. Another environment may take it. */
  | { readonly kind: 'not-taken' };

export interface Invocation {
  readonly requestId: string;
  /** JSON */
  readonly payload: string;
  /** The function's ARN, with the qualifier that the invocation names. */
  readonly invokedArn: string;
}

export interface EnvironmentSettings {
  /** `host:port` of the service with the Runtime API. */
  readonly runtimeApi: string;
  /** The environment variables of the process, without those that differ for each environment. */
  variables(configuration: FunctionConfiguration): Record<string, string>;
  readonly compileCacheDirectory: string;
  /** The lead of the function's `Date` over the wall clock. Undefined: `Date` is not shifted. */
  clockOffsetMilliseconds(): number | undefined;
  /** Called when the environment waits for work: whether to freeze its process until then. Default: never. */
  readonly freezes?: (() => boolean) | undefined;
  onOutput(functionName: string, environmentId: string, chunk: string): void;
}

/**
 * The time limit for loading the handler. AWS allows 10 seconds, then starts over within the function's time-out. A
 * laptop that starts many environments at once gets longer.
 */
const initLimitMilliseconds = 30_000;

/** One execution environment of a function: a process that runs one invocation at a time. */
export class ExecutionEnvironment {
  readonly id = randomUUID();
  readonly startedAtMilliseconds = performance.now();
  lastUsedAtMilliseconds = performance.now();
  invocations = 0;
  alive = true;
  /** Resolves when the process has ended. */
  readonly exited: Promise<void>;
  readonly #configuration: FunctionConfiguration;
  readonly #settings: EnvironmentSettings;
  readonly #onExit: () => void;
  readonly #process: ChildProcess;
  #waitingForWork: ServerResponse | undefined;
  #given: { invocation: Invocation; end: (ending: Ending) => void; taken: boolean } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #frozen = false;
  #killedBecause: { errorType: string; errorMessage: string } | undefined;

  constructor(configuration: FunctionConfiguration, settings: EnvironmentSettings, onExit: () => void) {
    this.#configuration = configuration;
    this.#settings = settings;
    this.#onExit = onExit;
    // The heap has the bound of AWS's runtime: a function that exceeds its memory crashes here too.
    const offset = settings.clockOffsetMilliseconds();
    const heapMegabytes = Math.floor(configuration.memoryMegabytes * 0.9);
    this.#process = spawn(
      process.execPath,
      [
        `--max-old-space-size=${heapMegabytes}`,
        bootstrap,
        settings.compileCacheDirectory,
        ...(offset === undefined ? [] : [String(offset)]),
      ],
      {
        cwd: configuration.codeDirectory,
        env: {
          ...settings.variables(configuration),
          AWS_LAMBDA_RUNTIME_API: `${settings.runtimeApi}/environments/${this.id}`,
          AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${this.id.replaceAll('-', '')}`,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    const print = (text: string) => settings.onOutput(configuration.name, this.id, text);
    // A killed process closes its end of stdin first. That is not an error.
    this.#process.stdin?.on('error', () => {});
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', print);
    }
    this.#process.on('error', (error) => print(`cannot start: ${error.message}\n`));
    this.exited = new Promise((resolve) => {
      this.#process.on('close', (code, signal) => {
        this.#ended(code, signal);
        resolve();
      });
    });
    this.#limitTo(initLimitMilliseconds, 'Runtime.InitTimeout', 'the handler was not loaded in time');
  }

  get busy(): boolean {
    return this.#given !== undefined;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Runs one invocation. The environment must be alive and not busy. */
  run(invocation: Invocation): Promise<Ending> {
    return new Promise((end) => {
      this.#given = { invocation, end, taken: false };
      this.#hand();
    });
  }

  /** Kills the process at once. A running invocation fails with this error. */
  kill(errorType: string, errorMessage: string): void {
    this.#killedBecause ??= { errorType, errorMessage };
    this.#process.kill('SIGKILL');
  }

  /** Reports a leap of `Date` to the process, even during an invocation. */
  shiftClock(offsetMilliseconds: number): void {
    this.#process.stdin?.write(`${offsetMilliseconds}\n`);
  }

  /** Runtime API: the process requests work. */
  next(response: ServerResponse): void {
    clearTimeout(this.#timer);
    this.#waitingForWork = response;
    this.#hand();
    if (this.#waitingForWork && this.#settings.freezes?.()) this.#frozen = this.#process.kill('SIGSTOP');
  }

  /** Runtime API: the process answers its invocation. False if the ID is not that of its invocation. */
  answer(requestId: string, payload: string): boolean {
    return this.#finish(requestId, { kind: 'answered', payload });
  }

  /** Runtime API: the handler threw. False as in `answer`. */
  fail(requestId: string, payload: string): boolean {
    return this.#finish(requestId, { kind: 'failed', payload, ...describedBy(payload) });
  }

  /** Runtime API: the handler could not be loaded. */
  failInit(payload: string): void {
    this.#killedBecause ??= describedBy(payload);
  }

  #hand(): void {
    const response = this.#waitingForWork;
    if (!response || !this.#given) return;
    this.#waitingForWork = undefined;
    this.#given.taken = true;
    if (this.#frozen) this.#process.kill('SIGCONT');
    this.#frozen = false;
    const { requestId, payload, invokedArn } = this.#given.invocation;
    const { timeoutSeconds } = this.#configuration;
    this.#limitTo(
      timeoutSeconds * 1000,
      'Sandbox.Timedout',
      `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
    );
    const offset = this.#settings.clockOffsetMilliseconds();
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': String(Date.now() + (offset ?? 0) + timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': invokedArn,
      'lambda-runtime-trace-id': traceId(),
      ...(offset !== undefined && { 'local-cloud-clock-offset-ms': String(offset) }),
    });
    response.end(payload);
  }

  #finish(requestId: string, ending: Ending): boolean {
    if (this.#given?.invocation.requestId !== requestId) return false;
    clearTimeout(this.#timer);
    const { end } = this.#given;
    this.#given = undefined;
    this.invocations++;
    this.lastUsedAtMilliseconds = performance.now();
    end(ending);
    return true;
  }

  #limitTo(milliseconds: number, errorType: string, errorMessage: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.kill(errorType, errorMessage), milliseconds);
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.alive = false;
    clearTimeout(this.#timer);
    this.#onExit();
    if (!this.#given) return;
    // A warm environment that ended between two invocations never received the second.
    if (!this.#given.taken && this.invocations > 0) {
      this.#given.end({ kind: 'not-taken' });
      return;
    }
    const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
    const { errorType, errorMessage } = this.#killedBecause ?? {
      errorType: 'Runtime.ExitError',
      errorMessage: `Runtime exited with error: ${how}`,
    };
    const { requestId } = this.#given.invocation;
    const payload = JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${errorMessage}` });
    this.#given.end({ kind: 'failed', payload, errorType, errorMessage });
  }
}

function describedBy(payload: string): { errorType: string; errorMessage: string } {
  const { errorType, errorMessage } = JSON.parse(payload) as { errorType?: string; errorMessage?: string };
  return { errorType: errorType ?? 'Error', errorMessage: errorMessage ?? '' };
}

function traceId(): string {
  const hex = randomUUID().replaceAll('-', '');
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${hex.slice(0, 24)};Parent=${hex.slice(0, 16)};Sampled=0`;
}
