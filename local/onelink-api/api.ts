import { createLink } from './actions/create.ts';
import { deleteLink } from './actions/delete.ts';
import { drawQrCode } from './actions/qr.ts';
import { showQuota } from './actions/quota.ts';
import { readLink } from './actions/read.ts';
import { updateLink } from './actions/update.ts';
import type { Answer } from './answer.ts';
import { isFields } from './data/payload.ts';
import { passDoor } from './door.ts';
import type { Emulator } from './emulator.ts';
import { ApiError, errorAnswer, quotaExceeded } from './errors.ts';
import { play } from './fault-player.ts';
import type { Line, Seen } from './line.ts';
import type { Call, Operation } from './operations.ts';
import { route } from './operations.ts';

/** Does what a call asks. `body` is the parsed JSON of its body, undefined when there is none or it is no JSON. */
export type Action = (emulator: Emulator, call: Call, body: unknown) => Answer | Promise<Answer>;

const actions: Readonly<Record<Operation, Action>> = {
  create: createLink,
  read: readLink,
  update: updateLink,
  delete: deleteLink,
  qr: drawQrCode,
  quota: showQuota,
};

/** A request, however it came. */
export interface ApiRequest {
  method: string;
  path: string;
  /** Without its question mark. */
  query: string;
  authorization: string | undefined;
  /** The body's text; undefined when it is too long. */
  body(): Promise<string | undefined>;
  /** Nobody will read the body. */
  discardBody(): void;
}

/** Serves one call of the API: door, body, fault, quota, action. */
export async function serveApi(emulator: Emulator, request: ApiRequest, line: Line): Promise<void> {
  const arrived = emulator.clock.monotonic();
  const found = route(request.method, request.path, request.query);
  if (found === undefined || 'allow' in found) {
    request.discardBody();
    const status = found === undefined ? 404 : 405;
    const refusal = errorAnswer(
      status,
      'invalid_parameter',
      found === undefined ? 'No such endpoint' : 'Method not allowed',
    );
    line.send({ ...refusal, ...found });
    return;
  }
  const { call } = found;
  const { statistics } = emulator;
  statistics.arrived(call.operation, arrived, emulator.settings.qrCountsToRate);
  const seen = await answer(emulator, call, request, line, arrived);
  statistics.answered(call.operation, seen);
}

async function answer(emulator: Emulator, call: Call, request: ApiRequest, line: Line, arrived: number): Promise<Seen> {
  try {
    passDoor(emulator, call.operation, request.authorization, arrived);
  } catch (error) {
    request.discardBody();
    return line.send(asAnswer(error, emulator));
  }
  const hasBody = call.operation === 'create' || call.operation === 'update';
  const body = hasBody ? parsed(await request.body()) : undefined;
  const { latencyMilliseconds, latencyJitterMilliseconds } = emulator.settings;
  const latency = latencyMilliseconds + Math.random() * latencyJitterMilliseconds;
  if (latency > 0) await line.wait(latency);
  const fault = emulator.faults.take(call, shortlinkIdOf(call, body));
  const perform = () => performed(emulator, call, body);
  if (fault === undefined) return line.send(await perform());
  emulator.statistics.played(fault.kind);
  return play(fault, call.operation, emulator.settings, line, perform);
}

/** Carries the call out and settles its quota. */
async function performed(emulator: Emulator, call: Call, body: unknown): Promise<Answer> {
  const isWrite = call.operation === 'create' || call.operation === 'update' || call.operation === 'delete';
  if (isWrite && emulator.quota.remaining === 0) {
    emulator.statistics.refused.quota += 1;
    return quotaExceeded(emulator.settings.limitMessages).toAnswer(emulator.settings);
  }
  let result: Answer;
  try {
    const answered = actions[call.operation](emulator, call, body);
    // Awaiting only what needs it keeps a write and its quota in one turn: the last call of a month is sold once.
    result = answered instanceof Promise ? await answered : answered;
  } catch (error) {
    result = asAnswer(error, emulator);
  }
  const counts = emulator.settings.quotaCounts === 'every-call' || result.status === 200 || result.status === 409;
  if (isWrite && counts) emulator.quota.take();
  emulator.onPerformed?.(call, body, result);
  return result;
}

function asAnswer(error: unknown, emulator: Emulator): Answer {
  if (error instanceof ApiError) return error.toAnswer(emulator.settings);
  throw error;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shortlinkIdOf(call: Call, body: unknown): string {
  if (call.operation !== 'create') return call.shortlinkId;
  return isFields(body) && typeof body.shortlink_id === 'string' ? body.shortlink_id : '';
}
