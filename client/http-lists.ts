import type { RequestAnswer } from '../lambdas/domain/http/answers.ts';
import { CommandError, type CommandFault, withDetails } from './command-error.ts';
import { type Create, commandText, faultOfCommand, isRecord, requestIdOf } from './commands.ts';
import type { SendCall } from './http.ts';
import { callHttp, type HttpAnswer, isRequestAnswer, readProblem, unreadable } from './http-call.ts';
import type { HttpCaller } from './http-caller.ts';
import type { ManyResult } from './many.ts';
import { backOff } from './waiting.ts';

/** The HTTP API takes at most 100 commands and 1 MiB in a list. */
const [mostCommands, mostBytes] = [100, 1_048_576];

interface Listed {
  place: number;
  requestId: string;
  text: string;
}

type Results = ManyResult<RequestAnswer>[];

/** Sends creates in lists, one after the other, because the HTTP API counts each command of a list. */
export async function sendLists(
  caller: HttpCaller,
  commands: Iterable<Create> | AsyncIterable<Create>,
  call: SendCall,
): Promise<Results> {
  const results: Results = [];
  let list: Listed[] = [];
  let bytes = 2;
  let failure: { error: unknown } | undefined;
  const flush = async () => {
    const full = list;
    [list, bytes] = [[], 2];
    if (full.length > 0) await sendList(caller, full, call, results);
  };
  let place = 0;
  try {
    for await (const command of commands) {
      const listed = written(command, place++, caller, results);
      if (listed === undefined) continue;
      const size = Buffer.byteLength(listed.text) + 1;
      if (list.length === mostCommands || bytes + size > mostBytes) await flush();
      list.push(listed);
      bytes += size;
    }
  } catch (error) {
    failure = { error };
  }
  // The commands that were read before an error are sent.
  await flush();
  if (failure !== undefined) throw failure.error;
  return results;
}

function written(command: Create, place: number, caller: HttpCaller, results: Results): Listed | undefined {
  const requestId = requestIdOf(command);
  const fault = faultOfCommand(command);
  if (fault !== undefined) {
    const error = new CommandError({
      requestId: requestId || undefined,
      reason: 'not-a-command',
      detail: fault,
      mayBeSent: false,
    });
    results[place] = { requestId, error };
    return undefined;
  }
  try {
    const text = commandText('create', command, { source: caller.source, nowMilliseconds: caller.time.now() });
    if (Buffer.byteLength(text) + 2 <= mostBytes) return { place, requestId, text };
    const detail = `a command may have ${mostBytes} bytes at most`;
    results[place] = {
      requestId,
      error: new CommandError({ requestId, reason: 'too-large', detail, mayBeSent: false }),
    };
  } catch {
    const detail = 'JSON cannot hold a value of the command: use texts, numbers, true and false';
    results[place] = {
      requestId,
      error: new CommandError({ requestId, reason: 'not-json', detail, mayBeSent: false }),
    };
  }
  return undefined;
}

/** Problems of one command after which the same command may succeed. */
const passing: ReadonlySet<string> = new Set([
  'in-progress',
  'too-many-requests',
  'lane-paused',
  'internal-error',
  'unavailable',
  'timed-out',
]);

/** Sends a list, and then those of its commands again that may succeed. Writes a result for each. */
async function sendList(caller: HttpCaller, list: readonly Listed[], call: SendCall, results: Results) {
  const { time, patienceSeconds } = caller;
  const { lane, signal } = call;
  const until = time.now() + patienceSeconds * 1_000;
  const fail = ({ place, requestId }: Listed, error: CommandError) => {
    results[place] = { requestId, error: withDetails(error, { requestId }) };
  };
  let waiting = list;
  for (let attempt = 1; waiting.length > 0; attempt++) {
    const body = `[${waiting.map(({ text }) => text).join(',')}]`;
    let entries: readonly unknown[];
    try {
      const answer = await callHttp(caller, {
        method: 'POST',
        path: '/commands',
        query: { lane, partial: 'true' },
        body,
        until,
        signal,
      });
      entries = entriesIn(answer, waiting.length);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const why = error;
      for (const [index, one] of waiting.entries())
        fail(one, withDetails(why, { faults: faultsOfEntry(why.faults, index) }));
      return;
    }
    const again: Listed[] = [];
    const mayTryAgain = time.now() + backOff(attempt, undefined, () => 1) <= until && !signal?.aborted;
    for (const [index, one] of waiting.entries()) {
      const entry = entries[index];
      if (isRequestAnswer(entry) && entry.requestId === one.requestId) {
        const failure = failureIn(entry);
        if (failure === undefined) results[one.place] = entry;
        else fail(one, failure);
        continue;
      }
      const problem = isRecord(entry) && isRecord(entry.problem) ? entry.problem : undefined;
      if (problem === undefined) {
        fail(one, unreadable(undefined, true));
        continue;
      }
      const { name = 'unknown', detail, faults } = readProblem(problem);
      if (passing.has(name) && mayTryAgain) again.push(one);
      const mayBeSent = ['in-progress', 'internal-error', 'unavailable', 'timed-out'].includes(name);
      const own = faultsOfEntry(faults ?? [], index);
      fail(one, new CommandError({ reason: name, detail, status: statusIn(problem), faults: own, mayBeSent }));
    }
    waiting = again;
    if (again.length > 0) await time.sleep(backOff(attempt, undefined, time.random), signal).catch(() => {});
    if (signal?.aborted) return;
  }
}

/** Outcomes of commands that made nothing, and the problems with which a call of one such command ends. */
const madeNothing: Readonly<Record<string, string>> = {
  conflict: 'id-taken',
  rejected: 'refused',
  'qr-failed': 'refused',
  stale: 'not-applied',
  superseded: 'not-applied',
};

/** A command of a list that made nothing is an error here, as it is alone. */
function failureIn({ status, outcome, reason: cause, errors = [] }: RequestAnswer): CommandError | undefined {
  const ended = status === 'rejected' ? status : (outcome?.outcome ?? '');
  const reason = madeNothing[ended];
  if (reason === undefined) return undefined;
  const detail = `the command ended as ${ended}${cause === undefined ? '' : `: ${cause}`}`;
  return new CommandError({ reason, detail, faults: errors, mayBeSent: false });
}

/** The faults of one command of a list, with places in the command. */
function faultsOfEntry(faults: readonly CommandFault[], index: number): CommandFault[] {
  const place = `#/${index}`;
  return faults.flatMap((fault) => {
    if (fault.pointer !== place && !fault.pointer.startsWith(`${place}/`)) return [];
    return [{ ...fault, pointer: `#${fault.pointer.slice(place.length)}` }];
  });
}

const statusIn = ({ status }: Record<string, unknown>) => (typeof status === 'number' ? status : undefined);

/** @throws CommandError if the answer does not have an entry for each command */
function entriesIn({ json, status }: HttpAnswer, count: number): readonly unknown[] {
  const commands = isRecord(json) ? json.commands : undefined;
  if (!Array.isArray(commands) || commands.length !== count) throw unreadable(undefined, true, status);
  return commands;
}
