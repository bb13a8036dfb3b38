import type { OpenedMessage } from '../domain/contract/envelope.ts';
import type { PointedFault } from '../domain/http/answers.ts';
import { idempotencyKeyOf, waitSecondsOf } from '../domain/http/headers.ts';
import { pointed } from '../domain/http/pointers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import type { HttpProducer, HttpRules } from '../domain/http/rules.ts';
import { commandDigest } from '../domain/link/digest.ts';
import type { Answer } from './answer.ts';
import { type Added, type Asked, completed, laneOf, laneReaders } from './asked.ts';
import { readBody } from './body.ts';
import type { Call } from './call.ts';
import { withImage } from './codes.ts';
import type { HttpApiEnvironment } from './env.ts';
import { postList } from './list.ts';
import { httpApiMetric } from './names.ts';
import { outcomeAnswer } from './outcome-answer.ts';
import type { HttpApiPorts } from './ports.ts';
import { flagOf, oneOf, onlyThese } from './query.ts';
import { isReused, type Progress, Sending, unsent } from './sending.ts';
import type { Entered, Trip } from './trip.ts';
import { isOver, Waiting } from './waiting.ts';

/** Reads, sends and awaits commands, for calls with commands and for links by their keys. */
export interface CommandApi {
  /** `POST /commands` */
  post(call: Call, own: readonly HttpProducer[], trip: Trip): Promise<Answer>;
  /** A raw command, checked by its lane's rules. */
  check(opened: OpenedMessage, lane: string, index?: number): Promise<Asked | { errors: PointedFault[] }>;
  /** Sends commands that nobody has sent, and waits for their outcomes if the call wants it. */
  carryOut(
    all: readonly Progress[],
    lane: string,
    call: Call,
    trip: Trip,
    isEnough?: (one: Progress) => boolean,
  ): Promise<Progress[]>;
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
    const digest = commandDigest(await ports.linkIdSecret.value(), command);
    return { command, digest, warnings, ...(index !== undefined && { index }) };
  };

  const timeOf = (call: Call, trip: Trip) =>
    waiting.millisecondsFor(waitSecondsOf(call.header('prefer')) * 1_000 - trip.waitedMilliseconds, call.deadline);

  const carryOut: CommandApi['carryOut'] = async (all, lane, call, trip, isEnough = isOver) => {
    const found = await waiting.withLinks(all);
    const hasUnsent = found.some(({ stands }) => unsent.has(stands));
    if (!hasUnsent && found.every(isEnough)) return found;
    if (hasUnsent) await sending.checkLane(lane);
    const milliseconds = timeOf(call, trip);
    // The place is taken while the command is sent.
    const [sent, entered] = await Promise.allSettled([
      sending.send(found, lane, call.deadline),
      waiting.enter(milliseconds),
    ]);
    const place = entered.status === 'fulfilled' ? entered.value : undefined;
    try {
      if (sent.status === 'rejected') throw sent.reason;
      if (place === undefined) return sent.value;
      const from = clock.monotonicMilliseconds();
      const { deadline } = call;
      const ended = await waiting.wait(sent.value, { milliseconds: timeOf(call, trip), lane, deadline }, isEnough);
      const waited = clock.monotonicMilliseconds() - from;
      trip.hasWaited = true;
      trip.waitedMilliseconds += waited;
      observer.milliseconds(httpApiMetric.waitMilliseconds, waited);
      return ended;
    } finally {
      if (place !== undefined) await waiting.leave(place);
    }
  };

  const answer: CommandApi['answer'] = (progress, call, trip) => {
    if (isReused(progress)) throw new HttpProblem('key-reused');
    if (progress.isRepeat) observer.count(httpApiMetric.requestReplayed);
    const seconds = waitSecondsOf(call.header('prefer'));
    const applied: Record<string, string> = trip.hasWaited ? { 'Preference-Applied': `wait=${seconds}` } : {};
    const made = outcomeAnswer(progress, call, applied);
    return seconds > 0 ? withImage(made, progress, ports) : Promise.resolve(made);
  };

  const api: CommandApi = { post, check, carryOut, answer, sending };
  return api;

  async function post(call: Call, own: readonly HttpProducer[], trip: Trip): Promise<Answer> {
    onlyThese(call, ['lane', 'partial', 'source']);
    const { isList, commands } = readBody(call);
    const entered = trip.enter(call, own, sourceIn(commands));
    const lane = laneOf(entered.producer, oneOf(call, 'lane'));
    const key = keyOf(call, isList);
    const added: Added = {
      source: entered.producer.source,
      requestedAt: new Date(clock.wallMilliseconds()).toISOString(),
      ...(key !== undefined && { requestId: key }),
    };
    const whole = commands.map((opened) => completed(opened, added));
    if (isList) return postList(whole, lane, flagOf(call, 'partial'), call, entered, trip, api);
    return postOne(whole[0] as OpenedMessage, lane, call, entered, trip);
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
    const [[found]] = await Promise.all([sending.look([asked]), admission.check()]);
    if (found === undefined) throw new Error('a command has no place in the ledger');
    if (isReused(found)) throw new HttpProblem('key-reused');
    const [progress = found] = await carryOut([found], lane, call, trip);
    if (progress.stands === 'running' && found.stands === 'running' && !trip.hasWaited)
      throw new HttpProblem('in-progress', { retryAfter: progress.known.http?.waiting === undefined ? 2 : 60 });
    return answer(progress, call, trip);
  }
}

/** The key of a call. @throws HttpProblem if it is malformed, or came with a list */
function keyOf(call: Call, isList: boolean): string | undefined {
  const found = idempotencyKeyOf(call.header('idempotency-key'));
  if (found === undefined) return undefined;
  if (found === 'malformed' || isList) throw new HttpProblem('idempotency-key-malformed');
  return found.key;
}

/** The source that the commands name. The first counts here, and the others are compared with it later. */
function sourceIn(commands: readonly OpenedMessage[]): string | undefined {
  const named = commands.map(({ command }) => command?.source).find((source) => source !== undefined);
  return typeof named === 'string' ? named : undefined;
}
