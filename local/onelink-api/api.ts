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
import { type Call, type Operation, route } from './operations.ts';
import type { Settings } from './settings.ts';

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
    const [status, message] = found === undefined ? [404, 'No such endpoint'] : [405, 'Method not allowed'];
    line.send({ ...errorAnswer(status, 'invalid_parameter', message), ...found });
    return;
  }
  const { call } = found;
  const { statistics } = emulator;
  statistics.received(call.operation, receivedMilliseconds, countsToRate(call.operation, emulator.settings));
  const seen = await answer(emulator, call, request, line, receivedMilliseconds);
  statistics.answered(call.operation, seen);
}

async function answer(
  emulator: Emulator,
  call: Call,
  request: ApiRequest,
  line: Line,
  receivedMilliseconds: number,
): Promise<Seen> {
  try {
    passDoor(emulator, call.operation, request.authorization, receivedMilliseconds);
  } catch (error) {
    request.discardBody();
    return line.send(asAnswer(error, emulator));
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
  return play(fault, call.operation, emulator.settings, line, perform);
}

/** Performs the call and charges it to the quota. */
async function performed(emulator: Emulator, call: Call, body: Fields | undefined): Promise<Answer> {
  const isWrite = call.operation === 'create' || call.operation === 'update' || call.operation === 'delete';
  if (isWrite && emulator.quota.remaining === 0) {
    emulator.statistics.refused.quota += 1;
    return quotaExceeded(emulator.settings.limitMessages).toAnswer(emulator.settings);
  }
  let result: Answer;
  try {
    const answered = actions[call.operation](emulator, call, body);
    // A write and its charge must run in one turn of the event loop: only one call gets the last of the quota.
    // Therefore only an operation that returns a promise is awaited.
    result = answered instanceof Promise ? await answered : answered;
  } catch (error) {
    result = asAnswer(error, emulator);
  }
  const counts = emulator.settings.quotaCounts === 'every-call' || result.status === 200 || result.status === 409;
  if (isWrite && counts) emulator.quota.take();
  emulator.onPerformed?.(call, body && valuesOf(body), result);
  return result;
}

function asAnswer(error: unknown, emulator: Emulator): Answer {
  if (error instanceof ApiError) return error.toAnswer(emulator.settings);
  throw error;
}

async function bodyOf(request: ApiRequest, settings: Settings): Promise<Fields | undefined> {
  const text = await request.body(settings.maxBodyBytes);
  const isWelcome = settings.contentTypes === 'any' || isJson.test(request.contentType ?? '');
  return isWelcome && text !== undefined ? knownFields(text, settings) : undefined;
}

function shortlinkIdOf(call: Call, body: Fields | undefined): string {
  if (call.operation !== 'create') return call.shortlinkId;
  const id = body?.get('shortlink_id')?.value;
  return typeof id === 'string' ? id : '';
}
