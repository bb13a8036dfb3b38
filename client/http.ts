import type { KeyAnswer, LinkAnswer, RequestAnswer } from '../lambdas/domain/http/answers.ts';
import { CommandError } from './command-error.ts';
import { type Action, type CommandOf, type Create, commandText, type KeyedLink } from './commands.ts';
import { callHttp, type HttpAnswer, type HttpCall } from './http-call.ts';
import { type HttpOptions, httpCaller } from './http-caller.ts';
import { sendLists } from './http-lists.ts';
import type { ManyResult } from './many.ts';
import { retryAfterSeconds } from './waiting.ts';

export interface ReadCall {
  /** Ends the call, with the reason `aborted`. */
  signal?: AbortSignal;
}

export interface SendCall extends ReadCall {
  /** One of the producer's lanes. Default: its first lane without a batch window. */
  lane?: string;
}

export interface WaitingCall extends SendCall {
  /** How long to wait for the outcome. Above 25, the client calls again with the same key. Default: 0. */
  waitSeconds?: number;
}

/** Sends commands to the HTTP API, and reads what became of them. */
export interface HttpLinks {
  /** @returns the outcome, if the call waited long enough for it; else where the request stands */
  create(command: Create, call?: WaitingCall): Promise<RequestAnswer>;
  update(command: CommandOf['update'], call?: WaitingCall): Promise<RequestAnswer>;
  delete(command: CommandOf['delete'], call?: WaitingCall): Promise<RequestAnswer>;
  qr(command: CommandOf['qr'], call?: WaitingCall): Promise<RequestAnswer>;
  /**
   * Sends creates in lists of up to 100. One failure does not stop the others.
   *
   * @returns a result for each command, in their order
   */
  createMany(commands: Iterable<Create> | AsyncIterable<Create>, call?: SendCall): Promise<ManyResult<RequestAnswer>[]>;
  /** Makes or changes the link of a key. The key space is that of campaign files. */
  byKey(campaign: string, key: string, link: KeyedLink, call?: WaitingCall): Promise<KeyAnswer>;
  /** What became of a request. */
  request(requestId: string, call?: ReadCall): Promise<RequestAnswer>;
  /** The link as the OneLink API has it, with its data and expiry. */
  link(onelinkId: string, shortlinkId: string, call?: ReadCall): Promise<LinkAnswer>;
  /** The image. With `waitSeconds`, the call waits until it is made. */
  qrImage(onelinkId: string, shortlinkId: string, call?: WaitingCall): Promise<QrImage>;
}

export interface QrImage {
  /** `image/png` or `image/jpeg`. */
  mediaType: string;
  bytes: Uint8Array;
}

/** The HTTP API waits no longer in one call. */
const longestWaitSeconds = 25;

/**
 * @throws TypeError if an option cannot be used
 * @throws CommandError from each method, except `createMany`, if the command made nothing or the call failed
 */
export function httpLinks(options: HttpOptions): HttpLinks {
  const caller = httpCaller(options);
  const { time, patienceSeconds } = caller;

  /** Calls until the request has left its queue, or the time is up. Each call is the same request. */
  const sendOne = async <Answer extends RequestAnswer>(
    call: Pick<HttpCall, 'method' | 'path' | 'body' | 'requestId'>,
    { lane, waitSeconds = 0, signal }: WaitingCall,
  ): Promise<Answer> => {
    const waitUntil = time.now() + waitSeconds * 1_000;
    const until = waitUntil + patienceSeconds * 1_000;
    for (;;) {
      const left = Math.min(longestWaitSeconds, Math.ceil((waitUntil - time.now()) / 1_000));
      const wait = left > 0 ? { waitSeconds: left } : {};
      const answer = await callHttp(caller, { ...call, ...wait, query: { lane }, until, signal });
      const state = jsonOf<Answer>(answer, call.requestId);
      if (state.status !== 'queued' && state.qr?.state !== 'pending') return state;
      const pause = 1_000 * (retryAfterSeconds(answer.headers.get('retry-after'), time.now()) ?? 1);
      if (time.now() + pause >= waitUntil) return state;
      try {
        await time.sleep(pause, signal);
      } catch {
        throw new CommandError({
          requestId: call.requestId,
          reason: 'aborted',
          mayBeSent: true,
          cause: signal?.reason,
        });
      }
    }
  };
  const command = <Kind extends Action>(action: Kind, given: CommandOf[Kind], call: WaitingCall = {}) => {
    const { requestId } = given;
    const body = bodyOf(requestId, () =>
      commandText(action, given, { source: caller.source, nowMilliseconds: time.now() }),
    );
    return sendOne<RequestAnswer>({ method: 'POST', path: '/commands', body, requestId }, call);
  };
  const read = (path: string, { signal }: ReadCall, more: Partial<HttpCall> = {}) =>
    callHttp(caller, { method: 'GET', path, until: time.now() + patienceSeconds * 1_000, signal, ...more });

  return {
    create: async (given, call) => command('create', given, call),
    update: async (given, call) => command('update', given, call),
    delete: async (given, call) => command('delete', given, call),
    qr: async (given, call) => command('qr', given, call),
    createMany: (commands, call = {}) => sendLists(caller, commands, call),
    byKey: async (campaign, key, link, call = {}) => {
      const path = `/links/by-key/${segment('campaign', campaign)}/${segment('key', key)}`;
      return sendOne<KeyAnswer>({ method: 'PUT', path, body: bodyOf(undefined, () => JSON.stringify(link)) }, call);
    },
    request: async (requestId, call = {}) =>
      jsonOf(await read(`/requests/${segment('requestId', requestId)}`, call, { requestId }), requestId),
    link: async (onelinkId, shortlinkId, call = {}) =>
      jsonOf(await read(linkPath(onelinkId, shortlinkId), call), undefined),
    qrImage: async (onelinkId, shortlinkId, { waitSeconds = 0, signal } = {}) => {
      const until = time.now() + Math.max(waitSeconds, patienceSeconds) * 1_000;
      const more =
        waitSeconds > 0 ? { awaits: ['code-not-ready'], until: time.now() + waitSeconds * 1_000 } : { until };
      const path = `${linkPath(onelinkId, shortlinkId)}/qr`;
      const { headers, bytes } = await read(path, signal === undefined ? {} : { signal }, more);
      return { mediaType: headers.get('content-type') ?? '', bytes };
    },
  };
}

const linkPath = (onelinkId: string, shortlinkId: string) =>
  `/links/${segment('onelinkId', onelinkId)}/${segment('shortlinkId', shortlinkId)}`;

/**
 * A segment of a path.
 *
 * @throws TypeError for a text that no URL can hold there: URLs resolve `.` and `..`, also encoded
 */
function segment(name: string, text: string): string {
  if (text === '' || /^\.{1,2}$/.test(text) || !text.isWellFormed()) {
    throw new TypeError(`${name} must be text that is neither empty nor a dot or two: a URL cannot hold it`);
  }
  return encodeURIComponent(text);
}

/** @throws CommandError if JSON cannot hold a value */
function bodyOf(requestId: string | undefined, text: () => string): string {
  try {
    return text();
  } catch {
    const detail = 'JSON cannot hold a value of the command: use texts, numbers, true and false';
    throw new CommandError({ requestId, reason: 'not-json', detail, mayBeSent: false });
  }
}

function jsonOf<Answer>({ bytes, status }: HttpAnswer, requestId: string | undefined): Answer {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Answer;
  } catch {
    const detail = 'the answer is not JSON: check `url`, and what answers in its place';
    throw new CommandError({ requestId, reason: 'unreadable-answer', detail, status, mayBeSent: true });
  }
}
