import type { Answer } from './answer.ts';
import { authenticationFailure, errorAnswer, rateLimitExceeded } from './errors.ts';
import type { Fault } from './faults.ts';
import type { Line, Seen } from './line.ts';
import type { Call, Operation } from './operations.ts';
import type { Settings } from './settings.ts';
import { usualWords, v1Refusal } from './v1/refusal.ts';

/**
 * Applies a fault to a call and returns what the client saw.
 *
 * @param perform Performs the call and returns the true answer. Kinds of fault without an effect never call it.
 */
export async function play(
  fault: Fault,
  call: Call,
  settings: Settings,
  line: Line,
  perform: () => Answer | Promise<Answer>,
): Promise<Seen> {
  switch (fault.kind) {
    case 'latency': {
      const milliseconds = fault.milliseconds + Math.random() * fault.jitterMilliseconds;
      if (fault.when === 'before') await line.wait(milliseconds);
      const answer = await perform();
      if (fault.when === 'after') await line.wait(milliseconds);
      return line.send(answer);
    }
    case 'status':
      return line.send(scripted(fault, call, settings));
    case 'error-after':
      await perform();
      return line.send(scripted(fault, call, settings));
    case 'reset-before':
      return line.reset();
    case 'reset-after':
      await perform();
      return line.reset();
    case 'hang':
      if (fault.when === 'after') await perform();
      return line.hang();
    case 'slow-body':
      return line.sendSlowly(await perform(), fault.milliseconds);
    case 'truncated':
      return line.sendHalf(await perform());
    case 'not-json':
      return line.send({ ...(await perform()), body: fault.body });
    case 'wrong-content-type':
      return line.send({ ...(await perform()), contentType: fault.contentType });
  }
}

type Scripted = Extract<Fault, { kind: 'status' | 'error-after' }>;

function scripted(fault: Scripted, { api, operation }: Call, settings: Settings): Answer {
  const usual = usualError(fault.status, operation, settings);
  const answer =
    api === 'v1.0'
      ? v1Refusal(fault.status, fault.message ?? usualWords(fault.status))
      : errorAnswer(
          fault.status,
          fault.errorType ?? usual.errorType,
          fault.message ?? usual.message,
          settings.errorKey,
        );
  return { ...answer, body: fault.body ?? answer.body, contentType: fault.contentType ?? answer.contentType };
}

/** The API's own words for a status, if the fault gives none. */
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
