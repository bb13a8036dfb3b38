import { setTimeout as sleep } from 'node:timers/promises';

/** A call of the HTTP API. */
export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT';
  /** After the URL of the HTTP API. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

/** The last answer to a call. */
export interface HttpAnswer {
  /** 0 if nobody answered. */
  status: number;
  type: string | undefined;
  /** Whether the call has waited, as `Preference-Applied` states. */
  hasWaited: boolean;
  retryAfterSeconds: number | undefined;
  text: string;
}

/** After these, a client sends the same call again, by docs/http.md. 202 and 0 mean the same here. */
const repeated: ReadonlySet<number> = new Set([0, 202, 429, 500, 502, 503, 504]);
const repeatedProblems: ReadonlySet<string> = new Set(['in-progress', 'code-not-ready']);
/** Without `Retry-After`. */
const firstPauseMilliseconds = 250;
const longestPauseMilliseconds = 2_000;

/** A client that keeps to docs/http.md: it sends the same call again until the answer is final. */
export class HttpCaller {
  readonly #url: string;
  readonly #key: string;
  readonly #patienceMilliseconds: number;
  #calls = 0;

  constructor({ url, key }: { url: string; key: string }, patienceSeconds: number) {
    this.#url = url;
    this.#key = key;
    this.#patienceMilliseconds = patienceSeconds * 1000;
  }

  /** Calls so far, repeats included. */
  get calls(): number {
    return this.#calls;
  }

  /** Sends a call again until its answer is final. @returns the last answer, also if the time is up before */
  async untilAnswered(call: HttpCall): Promise<HttpAnswer> {
    const until = performance.now() + this.#patienceMilliseconds;
    let pause = firstPauseMilliseconds;
    for (;;) {
      const answer = await this.once(call);
      if (!mustRepeat(answer) || performance.now() > until) return answer;
      const { retryAfterSeconds } = answer;
      await sleep(retryAfterSeconds === undefined ? pause : retryAfterSeconds * 1000);
      if (retryAfterSeconds === undefined) pause = Math.min(longestPauseMilliseconds, pause * 2);
    }
  }

  async once({ method, path, headers, body }: HttpCall): Promise<HttpAnswer> {
    this.#calls += 1;
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
      const retryAfter = response.headers.get('retry-after');
      return {
        status: response.status,
        type: /"type":"[^"]*#([a-z-]+)"/.exec(text)?.[1],
        hasWaited: response.headers.has('preference-applied'),
        retryAfterSeconds: retryAfter === null ? undefined : Number(retryAfter),
        text,
      };
    } catch {
      return { status: 0, type: undefined, hasWaited: false, retryAfterSeconds: undefined, text: '' };
    }
  }
}

const mustRepeat = ({ status, type = '' }: HttpAnswer) =>
  repeated.has(status) || (status >= 400 && repeatedProblems.has(type));
