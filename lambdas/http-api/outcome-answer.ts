import type { RequestAnswer } from '../domain/http/answers.ts';
import { waitSecondsOf } from '../domain/http/headers.ts';
import { pointed } from '../domain/http/pointers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import type { ProblemName } from '../domain/http/problems.ts';
import { endedDetail } from '../domain/http/reasons.ts';
import { isSettled, requestAnswer } from '../domain/http/request-answer.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import type { Progress } from './sending.ts';
import type { Trip } from './trip.ts';

/** Seconds after which a caller may ask again what became of a request. */
export const askAgainAfter = 2;
/** Seconds for a parked or held command. It waits for quota or for an operator. */
export const askLaterAfter = 60;

/** States which wait the HTTP API has applied (RFC 7240): it may be shorter than the caller asked. An answer that is there needs none. */
export function appliedWait(
  call: Call,
  { hasWaited }: Pick<Trip, 'hasWaited'>,
  isAnswered = false,
): Record<string, string> {
  const seconds = waitSecondsOf(call.header('prefer'));
  return hasWaited || (isAnswered && seconds > 0) ? { 'Preference-Applied': `wait=${seconds}` } : {};
}

/** The answer's body for one command. */
export function bodyOf({ asked, known }: Progress, call: Pick<Call, 'root'>): RequestAnswer {
  const { requestId } = asked.command;
  const answer = requestAnswer(requestId, known, call);
  if (answer === undefined) throw new Error('a command that was sent has no record');
  const warnings = pointed(asked.warnings, asked.index);
  return { ...answer, ...(warnings.length > 0 && { warnings }) };
}

/**
 * The answer to a call with one command: 200 with its outcome, or 202 if there is none yet. An outcome without effect is a
 * problem.
 *
 * @param applied headers of the answer
 * @param keepsKey whether the next try has the same key: a link by key
 * @throws HttpProblem
 */
export function outcomeAnswer(
  progress: Progress,
  call: Pick<Call, 'root'>,
  applied: Readonly<Record<string, string>>,
  keepsKey = false,
): Answer {
  const body = bodyOf(progress, call);
  const headers = { ...applied, ...(progress.isRepeat && { 'Idempotent-Replayed': 'true' }) };
  const problem = problemOf(body);
  if (problem !== undefined) {
    const { errors, reason } = body;
    const ended = body.outcome?.outcome ?? body.status;
    const why = reason !== undefined && { reason, detail: endedDetail(ended, reason, errors !== undefined, keepsKey) };
    throw new HttpProblem(problem, { ...why, ...(errors !== undefined && { errors }), headers });
  }
  if (isSettled(body) && body.status === 'done') return { status: 200, headers, body };
  return { status: 202, headers: { ...headers, ...laterHeaders(body) }, body };
}

/** Where and when to ask what became of a request. */
export function laterHeaders({ status, href }: RequestAnswer): Record<string, string> {
  const seconds = status === 'parked' || status === 'held' ? askLaterAfter : askAgainAfter;
  return { Location: href, 'Retry-After': String(seconds) };
}

/** The problem that an outcome without effect is. */
function problemOf({ status, reason, outcome }: RequestAnswer): ProblemName | undefined {
  // Another command of the same ID came another way at the same time, and was first.
  if (reason === 'request-id-reused') return 'key-reused';
  if (status === 'rejected') return 'refused';
  switch (outcome?.outcome) {
    case 'conflict':
      return 'id-taken';
    case 'rejected':
    case 'qr-failed':
      return 'refused';
    case 'stale':
    case 'superseded':
      return 'not-applied';
    default:
      return undefined;
  }
}
