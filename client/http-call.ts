import type { RequestAnswer, RequestState } from '../lambdas/domain/http/answers.ts';
import { CommandError, type CommandFault, type ErrorSubject, withDetails } from './command-error.ts';
import { isRecord } from './commands.ts';
import type { HttpCaller } from './http-caller.ts';
import { withoutSecrets } from './http-secrets.ts';
import { backOff, retryAfterSeconds } from './waiting.ts';

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT';
  /** Below `/v1`, percent-encoded. */
  path: string;
  query?: Readonly<Record<string, string | undefined>>;
  body?: string;
  /** For errors. */
  subject?: ErrorSubject | undefined;
  /** Up to 25: the HTTP API waits no longer. */
  waitSeconds?: number | undefined;
  /** Epoch milliseconds, after which no further attempt begins. */
  until: number;
  /** Problem types that end this call's attempts only when time is up. */
  awaits?: readonly string[];
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
  /** The answer as JSON, without what proves the caller. Undefined if it is none. */
  json: unknown;
}

/** An attempt that failed. */
interface Failure {
  error: CommandError;
  again: boolean;
  retryAfterSeconds?: number | undefined;
}

const shortWaitSeconds = 5;

/** A wait of 25 seconds, 29 for API Gateway's own limit, and the way there and back. */
const attemptMilliseconds = 35_000;
/** An attempt without any time left would fail before an answer could come. */
const [leastFirstMilliseconds, leastMilliseconds] = [5_000, 1_000];

/**
 * Calls the HTTP API. After a failure that may pass, it sends the same request again: its key makes it safe. It waits as long as
 * `Retry-After` asks, and else longer with each attempt. An attempt ends when the time is up, but the first one has five
 * seconds at least.
 *
 * @throws CommandError if the answer is final, if time is up, or if the signal ends the call
 */
export async function callHttp(caller: HttpCaller, call: HttpCall): Promise<HttpAnswer> {
  const { time } = caller;
  const { subject, signal } = call;
  let mayBeSent = false;
  let waitSeconds = call.waitSeconds;
  for (let attempt = 1; ; attempt++) {
    const answer = await attemptOf(
      caller,
      { ...call, waitSeconds },
      limitOf(attempt, waitSeconds, call.until - time.now()),
    );
    if (!('error' in answer)) return answer;
    const { error, again } = answer;
    // A final answer is about all attempts, because they were the same request.
    mayBeSent = again && (mayBeSent || error.mayBeSent);
    const failed = error.mayBeSent === mayBeSent ? error : withDetails(error, { mayBeSent });
    if (!again) throw failed;
    // Only a call that waits gets an answer while an earlier attempt is under way.
    if (error.reason === 'in-progress') waitSeconds ??= shortWaitSeconds;
    const wait = backOff(attempt, answer.retryAfterSeconds, time.random);
    if (time.now() + wait > call.until) throw failed;
    try {
      await time.sleep(wait, signal);
    } catch {
      throw aborted(subject, mayBeSent, signal);
    }
  }
}

/** Milliseconds that an attempt may take. One that waits gets its wait in any case. */
function limitOf(attempt: number, waitSeconds: number | undefined, left: number): number {
  const least = (waitSeconds ?? 0) * 1_000 + (attempt === 1 ? leastFirstMilliseconds : leastMilliseconds);
  return Math.min(attemptMilliseconds, Math.max(left, least));
}

const aborted = (subject: ErrorSubject | undefined, mayBeSent: boolean, signal: AbortSignal | undefined) =>
  new CommandError({ ...subject, reason: 'aborted', mayBeSent, cause: signal?.reason });

async function attemptOf(caller: HttpCaller, call: HttpCall, limitMilliseconds: number): Promise<HttpAnswer | Failure> {
  const { method, subject, signal, body } = call;
  if (signal?.aborted) throw aborted(subject, false, signal);
  const url = `${caller.base}${call.path}${queryOf(caller, call)}`;
  const headers = {
    accept: 'application/json, application/problem+json, image/*',
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(call.waitSeconds !== undefined && { prefer: `wait=${call.waitSeconds}` }),
  };
  const signed = await caller.headersOf({ method, url, headers, body });
  const limit = caller.time.timeout?.(limitMilliseconds) ?? AbortSignal.timeout(limitMilliseconds);
  try {
    const answer = await caller.fetch(url, {
      method,
      headers: signed,
      // The key must not follow a redirect to another host. The HTTP API sends none.
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      ...(body !== undefined && { body }),
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const { status, headers: answered } = answer;
    const json = jsonIn(bytes, withoutSecrets(signed));
    if (status >= 200 && status < 300) return { status, headers: answered, bytes, json };
    return problemIn(answer, json, call, caller.time.now());
  } catch (error) {
    if (signal?.aborted) throw aborted(subject, method !== 'GET', signal);
    return noAnswer(error, call);
  }
}

function queryOf({ source }: HttpCaller, { query = {} }: HttpCall): string {
  const given = Object.entries({ ...query, source }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** Failures before the request has left: the name was not found, or nobody listens. */
const notSent = /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|UND_ERR_CONNECT_TIMEOUT)$/;
/** A certificate that is not valid stays so. */
const hopeless = /CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO_/;

function noAnswer(error: unknown, { method, subject }: HttpCall): Failure {
  // Only the code: an error's text may quote a header.
  const { name, cause } = error instanceof Error ? error : { name: 'unknown', cause: undefined };
  const code = (cause as { code?: unknown } | undefined)?.code;
  const reason = name === 'TimeoutError' ? 'no-answer' : typeof code === 'string' ? code : 'network';
  const mayBeSent = method !== 'GET' && !notSent.test(reason);
  const detail = 'the HTTP API did not answer: check `url`, the network and any proxy';
  return { error: new CommandError({ ...subject, reason, detail, mayBeSent }), again: !hopeless.test(reason) };
}

const againStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
/** After these problems, nothing was sent. */
const unsent: ReadonlySet<string> = new Set(['too-many-requests', 'reads-busy', 'lane-paused']);

function problemIn(answer: Response, json: unknown, call: HttpCall, nowMilliseconds: number): Failure {
  const { status, headers } = answer;
  const problem = readProblem(json);
  const reason = problem.name ?? `http-${status}`;
  const again = againStatuses.has(status) || reason === 'in-progress' || (call.awaits ?? []).includes(reason);
  const isOpen = reason === 'in-progress' || (status >= 500 && !unsent.has(reason));
  const { faults } = problem;
  const detail = problem.name === undefined ? (adviceFor(status) ?? problem.detail) : problem.detail;
  return {
    error: new CommandError({
      ...call.subject,
      reason,
      detail,
      status,
      faults,
      mayBeSent: isOpen && call.method !== 'GET',
    }),
    again,
    retryAfterSeconds: retryAfterSeconds(headers.get('retry-after'), nowMilliseconds),
  };
}

interface ReadProblem {
  /** The problem type without its host: what follows the `#`. */
  name?: string | undefined;
  detail?: string | undefined;
  faults?: CommandFault[] | undefined;
}

/** What a program needs of a problem. Of anything else, nothing. */
export function readProblem(json: unknown): ReadProblem {
  if (typeof json !== 'object' || json === null) return {};
  const { type, title, detail, errors } = json as Record<string, unknown>;
  const name = typeof type === 'string' ? /#([a-z-]{1,60})$/.exec(type)?.[1] : undefined;
  const words = [detail, title].find((text) => typeof text === 'string');
  return { name, detail: words?.slice(0, 1_000), faults: Array.isArray(errors) ? errors.flatMap(faultIn) : undefined };
}

function faultIn(json: unknown): CommandFault[] {
  const { pointer, rule, detail } = (json ?? {}) as Record<string, unknown>;
  if (typeof pointer !== 'string' || typeof rule !== 'string' || typeof detail !== 'string') return [];
  return [{ pointer, rule, detail }];
}

/** What to fix if something else has answered in place of the HTTP API. */
function adviceFor(status: number): string | undefined {
  if (status >= 300 && status < 400)
    return 'the address redirects, and the key must not follow: give `url` the stack output HttpApiUrl, with https and the stage at its end';
  if (status === 401 || status === 403 || status === 404)
    return 'the answer is not one of the HTTP API: check that `url` is the stack output HttpApiUrl, with the stage at its end. A firewall or proxy may have answered';
  return undefined;
}

function jsonIn(bytes: Uint8Array, clean: (text: string) => string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes), (_, value) =>
      typeof value === 'string' ? clean(value) : value,
    );
  } catch {
    return undefined;
  }
}

/** The error for an answer that has a status of success and is none of the HTTP API's. */
export function unreadable(subject: ErrorSubject | undefined, mayBeSent: boolean, status?: number): CommandError {
  const detail = 'the answer is not one of the HTTP API: check `url`, and what answers in its place';
  return new CommandError({ ...subject, reason: 'unreadable-answer', detail, status, mayBeSent });
}

/** Whether it shows where a request stands. */
export const isRequestAnswer = (json: unknown): json is RequestAnswer =>
  isRecord(json) && typeof json.requestId === 'string' && states.has(json.status);

const states: ReadonlySet<unknown> = new Set<RequestState>(['queued', 'parked', 'held', 'rejected', 'done']);
