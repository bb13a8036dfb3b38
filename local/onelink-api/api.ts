import { createLink } from './actions/create.ts';
import { deleteLink } from './actions/delete.ts';
import { drawQrCode } from './actions/qr.ts';
import { showQuota } from './actions/quota.ts';
import { readLink } from './actions/read.ts';
import { updateLink } from './actions/update.ts';
import type { Answer } from './answer.ts';
import { type Fields, valuesOf } from './data/fields.ts';
import { knownFields } from './data/payload.ts';
import { countsToRate, passDoor } from './door.ts';
import type { Emulator } from './emulator.ts';
import { ApiError, errorAnswer, quotaExceeded } from './errors.ts';
import { play } from './fault-player.ts';
import type { Line, Seen } from './line.ts';
import { type Call, type Operation, route, versionOf } from './operations.ts';
import type { Settings } from './settings.ts';
import { createV1Link, deleteV1Link, readV1Link, updateV1Link } from './v1/actions.ts';
import { inV1Words, v1Refusal } from './v1/refusal.ts';

/** Performs a call. `body` is undefined if the call has none, or if it is not a JSON object. */
export type Action = (emulator: Emulator, call: Call, body: Fields | undefined) => Answer | Promise<Answer>;

const actions: Readonly<Record<Operation, Action>> = {
  create: createLink,
  read: readLink,
  update: updateLink,
  delete: deleteLink,
  qr: drawQrCode,
  quota: showQuota,
};

const v1Actions: Readonly<Partial<Record<Operation, Action>>> = {
  create: createV1Link,
  read: readV1Link,
  update: updateV1Link,
  delete: deleteV1Link,
};

function actionOf({ api, operation }: Call): Action {
  return (api === 'v1.0' ? v1Actions[operation] : undefined) ?? actions[operation];
}

const isJson = /^application\/json\s*(?:;|$)/i;

/** A request, over a socket or within the process. */
export interface ApiRequest {
  method: string;
  path: string;
  /** Without its question mark. */
  query: string;
  authorization: string | undefined;
  contentType: string | undefined;
  /** The body's text. Undefined if it exceeds the limit or is not UTF-8. */
  body(maxBytes: number): Promise<string | undefined>;
  /** Reads nothing more of the body. */
  discardBody(): void;
}

/** Serves one call of the API: admission, body, fault, quota, action. */
export async function serveApi(emulator: Emulator, request: ApiRequest, line: Line): Promise<void> {
  const receivedMilliseconds = emulator.clock.monotonic();
  const found = route(request.method, request.path, request.query);
  if (found === undefined || 'allow' in found) {
    request.discardBody();
    const [status, message]: [number, string] =
      found === undefined ? [404, 'No such endpoint'] : [405, 'Method not allowed'];
    const isV1 = versionOf(request.path) === 'v1.0';
    const answer = isV1 ? v1Refusal(status, message) : errorAnswer(status, 'invalid_parameter', message);
    line.send({ ...answer, ...found });
    return;
  }
  const { call } = found;
  const { statistics } = emulator;
  statistics.received(call, receivedMilliseconds, countsToRate(call, emulator.settings));
  const seen = await answer(emulator, call, request, line, receivedMilliseconds);
  statistics.answered(call, seen);
}

async function answer(
  emulator: Emulator,
  call: Call,
  request: ApiRequest,
  line: Line,
  receivedMilliseconds: number,
): Promise<Seen> {
  try {
    passDoor(emulator, call, request.authorization, receivedMilliseconds);
  } catch (error) {
    request.discardBody();
    return line.send(asAnswer(error, call, emulator));
  }
  const hasBody = call.operation === 'create' || call.operation === 'update';
  const body = hasBody ? await bodyOf(request, emulator.settings) : undefined;
  const { latencyMilliseconds, latencyJitterMilliseconds } = emulator.settings;
  const latency = latencyMilliseconds + Math.random() * latencyJitterMilliseconds;
  if (latency > 0) await line.wait(latency);
  const fault = emulator.faults.take(call, shortlinkIdOf(call, body));
  const perform = () => performed(emulator, call, body);
  if (fault === undefined) return line.send(await perform());
  emulator.statistics.played(fault.kind);
  return play(fault, call, emulator.settings, line, perform);
}

/** Performs the call and charges it to the quota. */
async function performed(emulator: Emulator, call: Call, body: Fields | undefined): Promise<Answer> {
  const isWrite = call.operation === 'create' || call.operation === 'update' || call.operation === 'delete';
  if (isWrite && emulator.quota.remaining === 0) {
    emulator.statistics.refused.quota += 1;
    return asAnswer(quotaExceeded(emulator.settings.limitMessages), call, emulator);
  }
  let result: Answer;
  let counts = true;
  try {
    const answered = actionOf(call)(emulator, call, body);
    // A write and its charge must run in one turn of the event loop: only one call gets the last of the quota.
    // Therefore only an operation that returns a promise is awaited.
    result = answered instanceof Promise ? await answered : answered;
  } catch (error) {
    result = asAnswer(error, call, emulator);
    counts = emulator.settings.quotaCounts === 'every-call' || (error instanceof ApiError && error.costsQuota);
  }
  if (isWrite && counts) emulator.quota.take();
  emulator.onPerformed?.(call, body && valuesOf(body), result);
  return result;
}

function asAnswer(error: unknown, { api }: Call, { settings }: Emulator): Answer {
  if (!(error instanceof ApiError)) throw error;
  return (api === 'v1.0' ? inV1Words(error) : error).toAnswer(settings);
}

async function bodyOf(request: ApiRequest, settings: Settings): Promise<Fields | undefined> {
  const text = await request.body(settings.maxBodyBytes);
  const isWelcome = settings.contentTypes === 'any' || isJson.test(request.contentType ?? '');
  return isWelcome && text !== undefined ? knownFields(text, settings) : undefined;
}

function shortlinkIdOf(call: Call, body: Fields | undefined): string {
  if (call.operation !== 'create' || call.api === 'v1.0') return call.shortlinkId;
  const id = body?.get('shortlink_id')?.value;
  return typeof id === 'string' ? id : '';
}
