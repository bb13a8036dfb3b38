/** Ends what was started, in the opposite order and once, even if the start failed half-way. */
export class Shutdown {
  readonly #steps: (() => void | Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Adds a step. The other steps wait no longer than this for it. */
  addWithin(milliseconds: number, step: () => Promise<void>): void {
    this.add(async () => {
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
      });
      await Promise.race([step(), over]);
      clearTimeout(timer);
    });
  }

  /** Waits for the start of something that has to be stopped. */
  async whenStarted<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    // Even if another start fails, this waits for the result. Otherwise it could start after the shutdown.
    this.add(async () => (await starting.catch(() => undefined))?.stop());
    return starting;
  }

  /** Calls repeatedly until the shutdown, never twice at once. 0 milliseconds: never. */
  every(milliseconds: number, call: () => void | Promise<void>): void {
    if (milliseconds === 0) return;
    let under = false;
    const timer = setInterval(async () => {
      if (under) return;
      under = true;
      await call();
      under = false;
    }, milliseconds);
    this.add(() => clearInterval(timer));
  }

  run(): Promise<void> {
    this.#running ??= (async () => {
      for (const step of this.#steps.reverse()) await step();
    })();
    return this.#running;
  }
}
