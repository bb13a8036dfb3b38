/** Remembers what was started, and ends it in the opposite order: once, also when the start stopped half-way. */
export class Shutdown {
  readonly #steps: (() => void | Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Adds a step for which the others wait no longer than this. */
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

  /** Waits for something to start that is to be stopped. */
  async whenStarted<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    // Whoever else fails meanwhile, this one is waited for, lest it start when all is over.
    this.add(async () => (await starting.catch(() => undefined))?.stop());
    return starting;
  }

  /** Calls again and again until the shutdown, not while the call before goes on; every 0 milliseconds is never. */
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
