import { setTimeout as sleep } from 'node:timers/promises';

/** A schedule with shorter minutes. It runs each function again after the function's last run has ended. */
export class Schedule {
  readonly #run: (functionName: string) => Promise<boolean>;
  readonly #functions: readonly string[];
  readonly #minuteMilliseconds: number;
  #over = new AbortController();
  #runs: Promise<unknown> = Promise.resolve();

  constructor(
    run: (functionName: string) => Promise<boolean>,
    functions: readonly string[],
    minuteMilliseconds: number,
  ) {
    this.#run = run;
    this.#functions = functions;
    this.#minuteMilliseconds = minuteMilliseconds;
  }

  start(): void {
    this.#over = new AbortController();
    const { signal } = this.#over;
    this.#runs = Promise.all(
      this.#functions.map(async (name) => {
        while (!signal.aborted) {
          await this.#run(name);
          await sleep(this.#minuteMilliseconds, undefined, { signal }).catch(() => {});
        }
      }),
    );
  }

  /** Starts no more runs, and resolves when the last run has ended. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.#runs;
  }
}
