/** How long each part of the run took. */
export class Phases {
  readonly #took = new Map<string, number>();

  /** Measures a part by the monotonic clock. Parts may overlap. */
  async time<Value>(name: string, work: Promise<Value>): Promise<Value> {
    const begun = performance.now();
    try {
      return await work;
    } finally {
      this.#took.set(name, (performance.now() - begun) / 1000);
    }
  }

  /** `synthesis 5.1 s, emulator 0.3 s, …` */
  words(): string {
    return [...this.#took].map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`).join(', ');
  }
}
