import type { OpenedMessage } from '../domain/contract/envelope.ts';
import { isRequestId } from '../domain/contract/identity.ts';
import type { PointedFault, RequestAnswer } from '../domain/http/answers.ts';
import { HttpProblem, type ProblemPlace, problemBody } from '../domain/http/problem.ts';
import type { ProblemName } from '../domain/http/problems.ts';
import { isSettled } from '../domain/http/request-answer.ts';
import type { Answer } from './answer.ts';
import { type Added, type Asked, completed } from './asked.ts';
import type { Call } from './call.ts';
import type { CommandApi } from './commands.ts';
import { appliedWait, askAgainAfter, askLaterAfter, bodyOf } from './outcome-answer.ts';
import { isReused } from './sending.ts';
import type { Entered, Trip } from './trip.ts';

/** Faults in one answer. More of them would repeat what is wrong. */
const mostErrors = 100;

/** Of an entry. Other commands of its list were sent. */
export const notSent =
  'This command breaks the contract, its producer’s rights or a link policy. It was not sent. Correct every fault in errors, and send it again. The same key may be used.';

/** A command of a list that is not sent. */
interface Refused {
  problem: ProblemName;
  requestId?: string | undefined;
  errors: PointedFault[];
}

/**
 * Answers a list: nothing is sent unless all of it is valid, or the call has `partial=true`.
 *
 * @throws HttpProblem with the faults of all commands
 */
export async function postList(
  commands: readonly OpenedMessage[],
  added: Added,
  lane: string,
  isPartial: boolean,
  call: Call,
  { admission }: Entered,
  trip: Trip,
  api: CommandApi,
): Promise<Answer> {
  const checked = commands.map((opened, index) => checkedEntry(opened, index, added, lane, api));
  const entries = withoutCopies(await Promise.all(checked));
  if (!isPartial || entries.every(isRefused)) refuseAny(entries.filter(isRefused));
  const asked = entries.filter((one): one is Asked => !isRefused(one));
  const [state, found] = await Promise.all([
    api.sending.laneNow(lane),
    api.sending.look(asked),
    admission.checkList(asked.length),
  ]);
  const reused = new Map(found.flatMap((one) => (isReused(one) ? [[one.asked, reusedIn(one.asked)] as const] : [])));
  if (!isPartial || reused.size === found.length) refuseAny([...reused.values()]);
  const ended = await api.carryOut(
    found.filter(({ asked: one }) => !reused.has(one)),
    state,
    call,
    trip,
  );
  const progressOf = new Map(ended.map((one) => [one.asked, one]));
  const answers = entries.map((entry) => {
    if (isRefused(entry)) return refusedEntry(entry, call.place);
    const progress = progressOf.get(entry);
    if (progress === undefined || isReused(progress)) return refusedEntry(reusedIn(entry), call.place);
    return bodyOf(progress, call);
  });
  const open = ended.filter((one) => !isReused(one)).map((one) => bodyOf(one, call));
  const unended = open.filter((body) => isWaiting(body) || !isSettled(body));
  const applied = appliedWait(call, trip);
  if (unended.length === 0) return { status: 200, headers: applied, body: { commands: answers } };
  const seconds = unended.every(isWaiting) ? askLaterAfter : askAgainAfter;
  return { status: 202, headers: { ...applied, 'Retry-After': String(seconds) }, body: { commands: answers } };
}

/** A command with what it lacks, checked. Its problems are its own, and not those of the call. */
async function checkedEntry(
  opened: OpenedMessage,
  index: number,
  added: Added,
  lane: string,
  { check }: CommandApi,
): Promise<Asked | Refused> {
  const raw = opened.command?.requestId;
  const requestId = typeof raw === 'string' && isRequestId(raw) ? raw : undefined;
  try {
    const one = await check(completed(opened, added, index), lane, index);
    return 'errors' in one ? { problem: 'invalid-command', requestId, ...one } : one;
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    return { problem: error.problem, requestId, errors: error.parts.errors ?? [] };
  }
}

const isRefused = (entry: Asked | Refused): entry is Refused => 'problem' in entry;
/** Whether it waits for quota or for an operator. Its outcome follows. */
const isWaiting = ({ status }: RequestAnswer) => status === 'parked' || status === 'held';

/** @throws HttpProblem if there is any */
function refuseAny(refused: readonly Refused[]): void {
  const [first] = refused;
  if (first === undefined) return;
  const errors = refused.flatMap((one) => one.errors);
  const more = errors.length - mostErrors;
  const shown = errors.slice(0, mostErrors);
  throw new HttpProblem(first.problem, {
    errors: more > 0 ? [...shown, { pointer: '#', rule: 'more', detail: `and ${more} more faults` }] : shown,
  });
}

/** Two commands of one list are two requests. The second of a request ID would never be carried out. */
function withoutCopies(checked: readonly (Asked | Refused)[]): (Asked | Refused)[] {
  const seen = new Set<string>();
  return checked.map((one, index) => {
    if (isRefused(one)) return one;
    const { requestId } = one.command;
    if (!seen.has(requestId)) {
      seen.add(requestId);
      return one;
    }
    const detail = 'is that of an earlier command in the list';
    const errors = [{ pointer: `#/${index}/requestId`, rule: 'unique', detail }];
    return { problem: 'invalid-command', requestId, errors };
  });
}

function reusedIn({ command: { requestId }, index }: Asked): Refused {
  const detail = 'was used for another command before';
  return { problem: 'key-reused', requestId, errors: [{ pointer: `#/${index}/requestId`, rule: 'unique', detail }] };
}

const refusedEntry = ({ problem, requestId, errors }: Refused, place: ProblemPlace) => ({
  ...(requestId !== undefined && { requestId }),
  problem: problemBody(problem, { errors, ...(problem === 'invalid-command' && { detail: notSent }) }, place),
});
