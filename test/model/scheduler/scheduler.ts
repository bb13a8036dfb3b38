/** How a call of a port ends. */
export type Fate =
  /** It takes effect, and its caller gets the answer. */
  | 'answered'
  /** It takes effect, but its caller gets no answer. */
  | 'lost-applied'
  /** It takes no effect, and its caller gets no answer. */
  | 'lost'
  /** It takes effect, its answer is lost, and the SDK sends it again. The caller gets the second answer. */
  | 'repeated'
  /** It takes no effect, because the month's quota is spent or the API refuses the account. */
  | Refusal;
export type Refusal = 'quota-spent' | 'account-refused';

/** A call's environment, port and subject, for readers of the trace. */
export interface CallName {
  environment: number;
  port: string;
  subject: string;
}

export interface TraceEntry extends CallName {
  atSeconds: number;
  fate: Fate;
  /** The answer that the caller got, or would have got. */
  answer: unknown;
}

/** A call that has neither taken effect nor been answered. */
interface PendingCall extends CallName {
  run(): Promise<unknown>;
  answer(value: unknown): void;
  lose(): void;
  /** Undefined for a call that the service never refuses. */
  refuse: ((refusal: Refusal) => void) | undefined;
}

export interface Call<Value> extends CallName {
  /** The call's effect outside the environment. It must not wait for other calls. */
  effect(): Promise<Value>;
  /** What the caller gets if the answer is lost. By default, an error. */
  whenLost?: Value;
  /** What the caller gets if the service refuses the call. */
  whenRefused?: Record<Refusal, Value>;
}

/**
 * Holds every call of every port until the generated order ends it. The call takes effect and is answered in one step. This
 * loses no interleaving, because the caller's next call can wait for any time before it takes effect.
 */
export class Scheduler {
  readonly pending: PendingCall[] = [];
  readonly trace: TraceEntry[] = [];
  readonly #nowSeconds: () => number;

  constructor(nowSeconds: () => number) {
    this.#nowSeconds = nowSeconds;
  }

  submit<Value>({ environment, port, subject, effect, whenLost, whenRefused }: Call<Value>): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.pending.push({
        environment,
        port,
        subject,
        run: effect,
        answer: (value) => resolve(value as Value),
        lose: () => {
          if (whenLost === undefined) reject(new Error(`the answer of ${port} was lost`));
          else resolve(whenLost);
        },
        refuse: whenRefused && ((refusal) => resolve(whenRefused[refusal])),
      });
    });
  }

  callsOf(environment: number): PendingCall[] {
    return this.pending.filter((call) => call.environment === environment);
  }

  /** Ends a pending call, and lets its caller run until its next call. */
  async end(call: PendingCall, fate: Fate): Promise<void> {
    this.#remove(call);
    if ((fate === 'quota-spent' || fate === 'account-refused') && call.refuse !== undefined) {
      this.#note(call, fate, fate);
      call.refuse(fate);
      return quiet();
    }
    const applied = fate === 'lost' ? undefined : await call.run();
    const answer = fate === 'repeated' ? await call.run() : applied;
    this.#note(call, fate, answer);
    if (fate === 'lost' || fate === 'lost-applied') call.lose();
    else call.answer(answer);
    await quiet();
  }

  /** Ends the calls of a crashed environment: some take effect, and none is answered. */
  async abandon(environment: number, isApplied: (place: number) => boolean): Promise<void> {
    for (const [place, call] of this.callsOf(environment).entries()) {
      this.#remove(call);
      this.#note(call, isApplied(place) ? 'lost-applied' : 'lost', isApplied(place) ? await call.run() : undefined);
    }
  }

  #remove(call: PendingCall): void {
    this.pending.splice(this.pending.indexOf(call), 1);
  }

  #note({ environment, port, subject }: CallName, fate: Fate, answer: unknown): void {
    this.trace.push({ environment, port, subject, fate, answer, atSeconds: this.#nowSeconds() });
  }
}

/** Resolves when every caller has reached its next call. Between two calls there are only microtasks. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
