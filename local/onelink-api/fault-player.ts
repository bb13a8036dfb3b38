import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { authenticationFailure, errorAnswer, rateLimitExceeded } from './errors.ts';
import type { Fault } from './faults.ts';
import type { Operation } from './operations.ts';
import type { Settings } from './settings.ts';

/** The status that the client saw, or why it saw none. */
export type Seen = number | 'reset' | 'hung';

/** Sends an answer in one piece. */
export function send(res: ServerResponse, answer: Answer): number {
  res.writeHead(answer.status, heading(answer)).end(answer.body);
  return answer.status;
}

function heading(answer: Answer): Record<string, string | number> {
  const length = Buffer.byteLength(answer.body);
  const head = { 'content-type': answer.contentType, 'content-length': length };
  return answer.location === undefined ? head : { ...head, location: answer.location };
}

/**
 * Plays a fault on a call and says what the client saw.
 *
 * @param perform Lets the call take effect and gives the true answer. Kinds that strike before the effect never call it.
 * @param signal Ends delays when the emulator closes.
 */
export async function play(
  fault: Fault,
  operation: Operation,
  settings: Settings,
  res: ServerResponse,
  perform: () => Answer | Promise<Answer>,
  signal: AbortSignal,
): Promise<Seen> {
  switch (fault.kind) {
    case 'latency': {
      const milliseconds = fault.milliseconds + Math.random() * fault.jitterMilliseconds;
      if (fault.when === 'before') await delay(milliseconds, undefined, { signal });
      const answer = await perform();
      if (fault.when === 'after') await delay(milliseconds, undefined, { signal });
      return send(res, answer);
    }
    case 'status':
      return send(res, scripted(fault, operation, settings));
    case 'error-after':
      await perform();
      return send(res, scripted(fault, operation, settings));
    case 'reset-before':
      return reset(res);
    case 'reset-after':
      await perform();
      return reset(res);
    case 'hang':
      if (fault.when === 'after') await perform();
      return 'hung';
    case 'slow-body':
      return sendSlowly(res, await perform(), fault.milliseconds, signal);
    case 'truncated':
      return sendHalf(res, await perform());
    case 'not-json':
      return send(res, { ...(await perform()), body: fault.body });
    case 'wrong-content-type':
      return send(res, { ...(await perform()), contentType: fault.contentType });
  }
}

function reset(res: ServerResponse): Seen {
  res.socket?.resetAndDestroy();
  return 'reset';
}

async function sendSlowly(res: ServerResponse, answer: Answer, milliseconds: number, signal: AbortSignal) {
  const body = Buffer.from(answer.body);
  const pieces = Math.min(10, body.length);
  res.writeHead(answer.status, heading(answer)).flushHeaders();
  for (let piece = 0; piece < pieces; piece++) {
    await delay(milliseconds / pieces, undefined, { signal });
    res.write(body.subarray((body.length * piece) / pieces, (body.length * (piece + 1)) / pieces));
  }
  res.end();
  return answer.status;
}

/** Half of the body goes out, then the connection ends in order: the client learns it from the length alone. */
function sendHalf(res: ServerResponse, answer: Answer): Seen {
  const body = Buffer.from(answer.body);
  res.writeHead(answer.status, heading(answer));
  res.write(body.subarray(0, Math.floor(body.length / 2)), () => res.socket?.end());
  return answer.status;
}

type Scripted = Extract<Fault, { kind: 'status' | 'error-after' }>;

function scripted(fault: Scripted, operation: Operation, settings: Settings): Answer {
  const usual = usualError(fault.status, operation, settings);
  const answer = errorAnswer(
    fault.status,
    fault.errorType ?? usual.errorType,
    fault.message ?? usual.message,
    settings.errorKey,
  );
  return { ...answer, body: fault.body ?? answer.body, contentType: fault.contentType ?? answer.contentType };
}

/** What the API says with a status that a fault gave no words to. */
function usualError(status: number, operation: Operation, settings: Settings): { errorType: string; message: string } {
  if (status === 401) return authenticationFailure();
  if (status === 429) return rateLimitExceeded(settings.limitMessages);
  if (status >= 500) return { errorType: 'internal_error', message: 'Internal server error' };
  if (operation === 'qr') {
    return { errorType: 'qr_error', message: 'Unexpected error occurred while generating QR code' };
  }
  const message = operation === 'delete' ? 'Failed to delete shortlink' : 'Failed to create shortlink.';
  return { errorType: 'internal_error', message };
}
