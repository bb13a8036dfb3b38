/** How a call of a port ends. */
export type Fate =
  /** It takes effect, and its caller hears so. */
  | 'answered'
  /** It takes effect, but its caller never hears of it. */
  | 'lost-applied'
  /** It takes no effect, and its caller hears nothing. */
  | 'lost'
  /** It takes effect, its answer is lost, and the SDK sends it again: the caller hears the second answer. */
  | 'repeated'
  /** It takes no effect: the month's quota is spent, or the API refuses the account. */
  | Refusal;
export type Refusal = 'quota-spent' | 'account-refused';

/** Whose call of which port about what, for those who read the trace. */
export interface CallName {
  environment: number;
  port: string;
  subject: string;
}

export interface TraceEntry extends CallName {
  atSeconds: number;
  fate: Fate;
  /** What the caller heard, or would have heard. */
  answer: unknown;
}

/** A call under way: neither carried out nor answered. */
interface PendingCall extends CallName {
  run(): Promise<unknown>;
  answer(value: unknown): void;
  lose(): void;
  /** Undefined for a call that is never refused so. */
  refuse: ((refusal: Refusal) => void) | undefined;
}

export interface Call<Value> extends CallName {
  /** What the call does outside; runs to its end without waiting for anything. */
  effect(): Promise<Value>;
  /** What its caller gets when the answer is lost; an error unless given. */
  whenLost?: Value;
  /** What its caller gets when the service refuses it. */
  whenRefused?: Record<Refusal, Value>;
}

/**
 * Every call of every port waits here until the generated order ends it. It takes effect and is answered in one step;
 * nothing is lost by that, since its caller's next call may in turn wait as long as it likes before it takes effect.
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

  /** Ends a pending call, and lets its caller run on until it waits again. */
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

  /** The environment is gone: some of its calls took effect, and none is ever answered. */
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

/** Resolves when every caller has run on until its next call: between two calls there are only microtasks. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
