import type { OpenedMessage } from '../domain/contract/envelope.ts';
import type { RequestKey } from '../domain/contract/request-key.ts';
import type { PointedFault } from '../domain/http/answers.ts';
import { idempotencyKeyOf, waitSecondsOf } from '../domain/http/headers.ts';
import { pointed } from '../domain/http/pointers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import type { HttpProducer, HttpRules } from '../domain/http/rules.ts';
import { commandDigest, subjectOf } from '../domain/link/digest.ts';
import type { Admission } from './admission.ts';
import type { Answer } from './answer.ts';
import { type Added, type Asked, completed, laneOf, laneReaders, otherSource } from './asked.ts';
import { readBody } from './body.ts';
import type { Call } from './call.ts';
import { withImage } from './codes.ts';
import type { HttpApiEnvironment } from './env.ts';
import { postList } from './list.ts';
import { httpApiMetric } from './names.ts';
import { appliedWait, askAgainAfter, askLaterAfter, outcomeAnswer } from './outcome-answer.ts';
import type { HttpApiPorts, WaitingPlace } from './ports.ts';
import { flagOf, oneOf, onlyThese } from './query.ts';
import { isReused, type LaneOfCall, lost, type Progress, Sending, type Stands, unsent } from './sending.ts';
import type { Entered, Trip } from './trip.ts';
import { isOver, Waiting } from './waiting.ts';

/** Reads, sends and awaits commands, for calls with commands and for links by their keys. */
export interface CommandApi {
  /** `POST /commands` */
  post(call: Call, own: readonly HttpProducer[], trip: Trip): Promise<Answer>;
  /** A raw command, checked by its lane's rules. */
  check(opened: OpenedMessage, lane: string, index?: number): Promise<Asked | { errors: PointedFault[] }>;
  /** Sends commands that nobody has sent, and waits for their outcomes if the call wants it. */
  carryOut(all: readonly Progress[], lane: LaneOfCall, call: Call, trip: Trip): Promise<Progress[]>;
  /** Waits for the end of another call's request, if the call wants to wait. @returns whether it has ended */
  awaitEnd(request: RequestKey, call: Call, trip: Trip): Promise<boolean>;
  /** The answer to a call with one command. */
  answer(progress: Progress, call: Call, trip: Trip): Promise<Answer>;
  sending: Sending;
}

export function commandApi(settings: HttpApiEnvironment, rules: HttpRules, ports: HttpApiPorts): CommandApi {
  const { clock, observer } = ports;
  const readerOf = laneReaders(settings, rules, ports);
  const sending = new Sending(settings, ports);
  const waiting = new Waiting(settings, ports, sending);

  const check: CommandApi['check'] = async (opened, lane, index) => {
    const reading = readerOf(lane)(opened, clock.wallMilliseconds());
    if ('refused' in reading) return { errors: pointed(reading.refused.faults, index) };
    const { command, warnings = [] } = reading;
    const secret = await ports.linkIdSecret.value();
    return {
      command,
      digest: commandDigest(secret, command),
      ...subjectOf(secret, command),
      warnings,
      derivesIds: rules.derivingLanes.includes(lane),
      ...(index !== undefined && { index }),
    };
  };

  const timeOf = (call: Call, trip: Trip) =>
    waiting.millisecondsFor(waitSecondsOf(call.header('prefer')) * 1_000 - trip.waitedMilliseconds, call.deadline);

  const carryOut: CommandApi['carryOut'] = async (all, lane, call, trip) => {
    const found = await waiting.withLinks(all);
    const mustBeOpen = (commands: readonly Progress[], toSend: ReadonlySet<Stands>) => {
      if (lane.isPaused && commands.some(({ stands }) => toSend.has(stands)))
        throw new HttpProblem('lane-paused', { retryAfter: 60 });
    };
    mustBeOpen(found, unsent);
    if (found.every((one) => isOver(one) && !unsent.has(one.stands))) return found;
    // The place is taken while the command is sent.
    const place = waiting.enter(timeOf(call, trip));
    const [sent] = await Promise.allSettled([sending.send(found, lane.name, call.deadline), place]);
    return inPlace(await place, trip, async (isWaiting) => {
      if (sent.status === 'rejected') throw sent.reason;
      const { progress, booked } = sent.value;
      try {
        const ended = isWaiting ? await waiting.wait(progress, timeOf(call, trip), lane, call.deadline) : progress;
        mustBeOpen(ended, lost);
        return ended;
      } finally {
        // After its answer, an environment is frozen.
        await booked;
      }
    });
  };

  const awaitEnd: CommandApi['awaitEnd'] = async (request, call, trip) => {
    const place = await waiting.enter(timeOf(call, trip));
    return inPlace(place, trip, async (isWaiting) => isWaiting && waiting.waitForEnd(request, timeOf(call, trip)));
  };

  /** Does the work with a place among the waiting calls, if the call has one, and leaves it. */
  async function inPlace<Result>(
    place: WaitingPlace | undefined,
    trip: Trip,
    work: (isWaiting: boolean) => Promise<Result>,
  ): Promise<Result> {
    if (place === undefined) return work(false);
    const from = clock.monotonicMilliseconds();
    try {
      const result = await work(true);
      trip.hasWaited = true;
      return result;
    } finally {
      const waited = clock.monotonicMilliseconds() - from;
      trip.waitedMilliseconds += waited;
      observer.milliseconds(httpApiMetric.waitMilliseconds, waited);
      await waiting.leave(place);
    }
  }

  const answer: CommandApi['answer'] = (progress, call, trip) => {
    if (isReused(progress)) throw new HttpProblem('key-reused');
    if (progress.isRepeat) observer.count(httpApiMetric.requestReplayed);
    const seconds = waitSecondsOf(call.header('prefer'));
    const made = outcomeAnswer(
      progress,
      call,
      appliedWait(call, trip, isOver(progress)),
      trip.operation === 'link-by-key',
    );
    return seconds > 0 ? withImage(made, progress, ports) : Promise.resolve(made);
  };

  /**
   * Reads what a call with one command has to know, all at once. It claims the command's key at the same moment, and withdraws
   * the claim if the call may not send.
   */
  async function begun(asked: Asked, lane: string, admission: Admission) {
    const [looked, ...facts] = await Promise.allSettled([
      sending.lookAndClaim(asked, lane),
      sending.laneNow(lane),
      admission.check(),
    ]);
    const [state] = facts;
    const refused = facts.find(({ status }) => status === 'rejected');
    const found = looked.status === 'fulfilled' ? looked.value : undefined;
    const isPaused = state.status === 'fulfilled' && state.value.isPaused;
    if (found !== undefined && (refused !== undefined || isPaused)) await sending.withdraw(found);
    if (refused?.status === 'rejected') throw refused.reason;
    if (looked.status === 'rejected') throw looked.reason;
    if (state.status === 'rejected') throw state.reason;
    return { state: state.value, found: looked.value };
  }

  const api: CommandApi = { post, check, carryOut, awaitEnd, answer, sending };
  return api;

  async function post(call: Call, own: readonly HttpProducer[], trip: Trip): Promise<Answer> {
    onlyThese(call, ['lane', 'partial', 'source']);
    const { isList, commands } = readBody(call);
    const named = sourceIn(commands, own);
    if (named === undefined && own.length > 1 && oneOf(call, 'source') === undefined)
      throw new HttpProblem('other-source', {
        errors: commands.map((_, index) => ({ ...otherSource(isList ? index : undefined), detail: oneOfOwn })),
      });
    const entered = trip.enter(call, own, named);
    const lane = laneOf(entered.producer, oneOf(call, 'lane'));
    const key = keyOf(call, isList);
    const added: Added = {
      source: entered.producer.source,
      requestedAt: new Date(clock.wallMilliseconds()).toISOString(),
      ...(key !== undefined && { requestId: key }),
    };
    const isPartial = flagOf(call, 'partial');
    if (isList) return postList(commands, added, lane, isPartial, call, entered, trip, api);
    return postOne(completed(commands[0] as OpenedMessage, added), lane, call, entered, trip);
  }

  async function postOne(
    opened: OpenedMessage,
    lane: string,
    call: Call,
    { admission }: Entered,
    trip: Trip,
  ): Promise<Answer> {
    if (opened.command !== undefined && !Object.hasOwn(opened.command, 'requestId'))
      throw new HttpProblem('idempotency-key-missing');
    const asked = await check(opened, lane);
    if ('errors' in asked) throw new HttpProblem('invalid-command', { errors: asked.errors });
    trip.requestId = asked.command.requestId;
    const { state, found } = await begun(asked, lane, admission);
    if (isReused(found)) throw new HttpProblem('key-reused');
    const [progress = found] = await carryOut([found], state, call, trip);
    const isOthers = found.stands === 'running' && progress.stands === 'running';
    const { waiting: note, sentAt } = progress.known.http ?? {};
    const waits = note !== undefined;
    // A call that wants to wait learns at once that the command waits for quota or for an operator. Until the other call has
    // sent the command, it may still withdraw it, so this call does not promise an outcome.
    const isPromised = trip.hasWaited && sentAt !== undefined;
    if (isOthers && !isPromised && !(waits && waitSecondsOf(call.header('prefer')) > 0))
      throw new HttpProblem('in-progress', { retryAfter: waits ? askLaterAfter : askAgainAfter });
    return answer(progress, call, trip);
  }
}

const oneOfOwn = 'must be one of the caller’s sources';
const keyWithList = 'The Idempotency-Key came with a list. Leave it out, and give each command its requestId.';
const severalKeys = 'The Idempotency-Key came more than once. Send it once.';

/** The key of a call. @throws HttpProblem if it is malformed, or came with a list */
function keyOf(call: Call, isList: boolean): string | undefined {
  const found = idempotencyKeyOf(call.header('idempotency-key'));
  if (found === undefined) return undefined;
  if (isList) throw new HttpProblem('idempotency-key-malformed', { detail: keyWithList });
  if (found === 'several') throw new HttpProblem('idempotency-key-malformed', { detail: severalKeys });
  if (found === 'malformed') throw new HttpProblem('idempotency-key-malformed');
  return found.key;
}

/** The first of the caller's sources that the commands name. Each command is compared with it later. */
function sourceIn(commands: readonly OpenedMessage[], own: readonly HttpProducer[]): string | undefined {
  const named = commands.map(({ command }) => command?.source);
  return named
    .filter((source) => typeof source === 'string')
    .find((source) => own.some((one) => one.source === source));
}
