import type { OpenedMessage } from '../domain/contract/envelope.ts';
import type { PointedFault } from '../domain/http/answers.ts';
import { HttpProblem, type ProblemPlace, problemBody } from '../domain/http/problem.ts';
import type { ProblemName } from '../domain/http/problems.ts';
import { isSettled } from '../domain/http/request-answer.ts';
import type { Answer } from './answer.ts';
import type { Asked } from './asked.ts';
import type { Call } from './call.ts';
import type { CommandApi } from './commands.ts';
import { bodyOf } from './outcome-answer.ts';
import { isReused, type Progress } from './sending.ts';
import type { Entered, Trip } from './trip.ts';

/** Faults in one answer. More of them would repeat what is wrong. */
const mostErrors = 100;

/** A command of a list that is not sent. */
interface Refused {
  problem: ProblemName;
  requestId?: string;
  errors: PointedFault[];
}

/**
 * Answers a list: nothing is sent unless all of it is valid, or the call has `partial=true`.
 *
 * @throws HttpProblem with the faults of all commands
 */
export async function postList(
  commands: readonly OpenedMessage[],
  lane: string,
  isPartial: boolean,
  call: Call,
  { admission }: Entered,
  trip: Trip,
  api: CommandApi,
): Promise<Answer> {
  const checked = withoutCopies(await Promise.all(commands.map((opened, index) => api.check(opened, lane, index))));
  const entries = checked.map((one): Asked | Refused =>
    'errors' in one ? { problem: 'invalid-command', ...one } : one,
  );
  if (!isPartial || entries.every(isRefused)) refuseAny(entries.filter(isRefused));
  const asked = entries.filter((one): one is Asked => !isRefused(one));
  const [state, found] = await Promise.all([api.sending.laneNow(lane), api.sending.look(asked), admission.check()]);
  const reused = new Map(found.flatMap((one) => (isReused(one) ? [[one.asked, reusedIn(one.asked)] as const] : [])));
  if (!isPartial || reused.size === found.length) refuseAny([...reused.values()]);
  const [ended] = await Promise.all([
    api.carryOut(
      found.filter(({ asked: one }) => !reused.has(one)),
      state,
      call,
      trip,
    ),
    admission.countList(commands.length),
  ]);
  const progressOf = new Map(ended.map((one) => [one.asked, one]));
  const answers = entries.map((entry) => {
    if (isRefused(entry)) return refusedEntry(entry, call.place);
    const progress = progressOf.get(entry);
    if (progress === undefined || isReused(progress)) return refusedEntry(reusedIn(entry), call.place);
    return bodyOf(progress, call);
  });
  const isEnded = ended.every((one) => isOver(one, call));
  return { status: isEnded ? 200 : 202, headers: isEnded ? {} : { 'Retry-After': '2' }, body: { commands: answers } };
}

const isRefused = (entry: Asked | Refused): entry is Refused => 'problem' in entry;
const isOver = (progress: Progress, call: Call) => isReused(progress) || isSettled(bodyOf(progress, call));

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
function withoutCopies(
  checked: readonly (Asked | { errors: PointedFault[] })[],
): (Asked | { errors: PointedFault[] })[] {
  const seen = new Set<string>();
  return checked.map((one, index) => {
    if ('errors' in one) return one;
    const { requestId } = one.command;
    if (!seen.has(requestId)) {
      seen.add(requestId);
      return one;
    }
    const detail = 'is that of an earlier command in the list';
    return { errors: [{ pointer: `#/${index}/requestId`, rule: 'unique', detail }] };
  });
}

function reusedIn({ command: { requestId }, index }: Asked): Refused {
  const detail = 'was used for another command before';
  return { problem: 'key-reused', requestId, errors: [{ pointer: `#/${index}/requestId`, rule: 'unique', detail }] };
}

const refusedEntry = ({ problem, requestId, errors }: Refused, place: ProblemPlace) => ({
  ...(requestId !== undefined && { requestId }),
  problem: problemBody(problem, { errors }, place),
});
