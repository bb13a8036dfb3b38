import type { KeyAnswer, LinkAnswer, RequestAnswer } from '../lambdas/domain/http/answers.ts';
import { CommandError, type ErrorSubject } from './command-error.ts';
import {
  type Action,
  type CommandOf,
  type Create,
  commandText,
  faultOfCommand,
  isRecord,
  type KeyedLink,
  requestIdOf,
} from './commands.ts';
import { callHttp, type HttpCall, isRequestAnswer, unreadable } from './http-call.ts';
import { type HttpOptions, httpCaller } from './http-caller.ts';
import { sendLists } from './http-lists.ts';
import type { ManyResult } from './many.ts';
import { checkSeconds, retryAfterSeconds } from './waiting.ts';

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
  /** Takes over a link that was made outside of the pipeline. */
  adopt(command: CommandOf['adopt'], call?: WaitingCall): Promise<RequestAnswer>;
  /** Moves a link of version 1.0 to version 2.0. */
  migrate(command: CommandOf['migrate'], call?: WaitingCall): Promise<RequestAnswer>;
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
    call: Pick<HttpCall, 'method' | 'path' | 'body' | 'subject'>,
    { lane, waitSeconds = 0, signal }: WaitingCall,
    isAnswer: (json: unknown) => json is Answer,
  ): Promise<Answer> => {
    checkSeconds('waitSeconds', waitSeconds);
    const waitUntil = time.now() + waitSeconds * 1_000;
    const until = waitUntil + patienceSeconds * 1_000;
    for (;;) {
      const left = Math.min(longestWaitSeconds, Math.ceil((waitUntil - time.now()) / 1_000));
      const wait = left > 0 ? { waitSeconds: left } : {};
      const answer = await callHttp(caller, { ...call, ...wait, query: { lane }, until, signal });
      const { json: state, status } = answer;
      if (!isAnswer(state)) throw unreadable(call.subject, true, status);
      if (state.status !== 'queued' && state.qr?.state !== 'pending') return state;
      const pause = 1_000 * (retryAfterSeconds(answer.headers.get('retry-after'), time.now()) ?? 1);
      if (time.now() + pause >= waitUntil) return state;
      try {
        await time.sleep(pause, signal);
      } catch {
        throw new CommandError({
          ...call.subject,
          reason: 'aborted',
          mayBeSent: true,
          cause: signal?.reason,
        });
      }
    }
  };
  const command = <Kind extends Action>(action: Kind, given: CommandOf[Kind], call: WaitingCall = {}) => {
    const fault = faultOfCommand(given);
    const subject = { requestId: requestIdOf(given) || undefined };
    if (fault !== undefined) throw notACommand(subject, fault);
    const body = bodyOf(subject, () =>
      commandText(action, given, { source: caller.source, nowMilliseconds: time.now() }),
    );
    const isAnswer = (json: unknown): json is RequestAnswer =>
      isRequestAnswer(json) && json.requestId === subject.requestId;
    return sendOne({ method: 'POST', path: '/commands', body, subject }, call, isAnswer);
  };
  const read = (path: string, { signal }: ReadCall, more: Partial<HttpCall> = {}) =>
    callHttp(caller, { method: 'GET', path, until: time.now() + patienceSeconds * 1_000, signal, ...more });

  return {
    create: async (given, call) => command('create', given, call),
    update: async (given, call) => command('update', given, call),
    delete: async (given, call) => command('delete', given, call),
    qr: async (given, call) => command('qr', given, call),
    adopt: async (given, call) => command('adopt', given, call),
    migrate: async (given, call) => command('migrate', given, call),
    createMany: (commands, call = {}) => sendLists(caller, commands, call),
    byKey: async (campaign, key, link, call = {}) => {
      const path = `/links/by-key/${segment('campaign', campaign)}/${segment('key', key)}`;
      const subject = { campaign, key };
      if (!isRecord(link)) throw notACommand(subject, 'the link must be an object');
      const body = bodyOf(subject, () => JSON.stringify(link));
      return sendOne({ method: 'PUT', path, body, subject }, call, isKeyAnswer);
    },
    request: async (requestId, call = {}) => {
      const subject = { requestId };
      const { json, status } = await read(`/requests/${segment('requestId', requestId)}`, call, { subject });
      if (isRequestAnswer(json)) return json;
      throw unreadable(subject, false, status);
    },
    link: async (onelinkId, shortlinkId, call = {}) => {
      const { json, status } = await read(linkPath(onelinkId, shortlinkId), call);
      if (isLinkAnswer(json)) return json;
      throw unreadable(undefined, false, status);
    },
    qrImage: async (onelinkId, shortlinkId, { waitSeconds = 0, signal } = {}) => {
      checkSeconds('waitSeconds', waitSeconds);
      const until = time.now() + Math.max(waitSeconds, patienceSeconds) * 1_000;
      const more =
        waitSeconds > 0 ? { awaits: ['code-not-ready'], until: time.now() + waitSeconds * 1_000 } : { until };
      const path = `${linkPath(onelinkId, shortlinkId)}/qr`;
      const { headers, bytes, status } = await read(path, signal === undefined ? {} : { signal }, more);
      const mediaType = headers.get('content-type') ?? '';
      if (!mediaType.startsWith('image/')) throw unreadable(undefined, false, status);
      return { mediaType, bytes };
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
  if (typeof text !== 'string' || text === '' || /^\.{1,2}$/.test(text) || !text.isWellFormed()) {
    throw new TypeError(`${name} must be text that is neither empty nor a dot or two: a URL cannot hold it`);
  }
  return encodeURIComponent(text);
}

const isKeyAnswer = (json: unknown): json is KeyAnswer =>
  isRequestAnswer(json) && typeof (json as { change?: unknown }).change === 'string';

const isLinkAnswer = (json: unknown): json is LinkAnswer =>
  isRecord(json) && ['onelinkId', 'shortlinkId', 'shortUrl'].every((name) => typeof json[name] === 'string');

const notACommand = (subject: ErrorSubject, detail: string) =>
  new CommandError({ ...subject, reason: 'not-a-command', detail, mayBeSent: false });

/** @throws CommandError if JSON cannot hold a value */
function bodyOf(subject: ErrorSubject, text: () => string): string {
  try {
    return text();
  } catch {
    const detail = 'JSON cannot hold a value of the command: use texts, numbers, true and false';
    throw new CommandError({ ...subject, reason: 'not-json', detail, mayBeSent: false });
  }
}
