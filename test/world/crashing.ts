/** Counts the calls of ports, and crashes the worker at one of them: before the call takes effect, or after. */
export class CrashPoint {
  calls = 0;
  #crash: { at: number; when: 'before' | 'after' } | undefined;

  /** @param at 1 for the first call. From then on, no port answers until `recover`. */
  arm(at: number, when: 'before' | 'after'): void {
    this.calls = 0;
    this.#crash = { at, when };
  }

  recover(): void {
    this.#crash = undefined;
  }

  /** The same port, whose methods pass this point. */
  around<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          const at = ++this.calls;
          if (
            this.#crash !== undefined &&
            (at > this.#crash.at || (at === this.#crash.at && this.#crash.when === 'before'))
          )
            throw new Error('the test crashes the worker here');
          const answer = await method.apply(target, args);
          if (at === this.#crash?.at) throw new Error('the test crashes the worker here');
          return answer;
        };
      },
    });
  }
}
