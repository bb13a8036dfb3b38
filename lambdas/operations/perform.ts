import type { ActResult, RefusalCode } from '../domain/acts/answer.ts';
import { actMetric } from '../domain/acts/names.ts';
import type { Caller } from '../domain/acts/record.ts';
import { type Act, type ActName, actIn, definitionOf } from '../domain/acts/registry.ts';
import { accountOf, actHeader, type Invocation, invocationSchema, proofMilliseconds } from '../domain/acts/request.ts';
import { nameOfError } from '../domain/work/observer.ts';
import { type ActContext, ActFailed, type Performed, type Performer } from './performers.ts';
import type { ActPorts } from './ports.ts';
import { type RecordedPart, recordBegin, recordEnd } from './records.ts';

/** How the function was invoked, by its own ARN. */
export interface Invoked {
  /** Without the alias. */
  functionArn: string;
  /** Undefined if the function was invoked without an alias. Then the caller has no permission that an act needs. */
  alias: string | undefined;
}

/** STS accepts a signature for fifteen minutes. A call takes seconds. */
const oldestProofMilliseconds = 5 * 60_000;

/**
 * Carries out one part of an act: it proves the caller, records the begin, acts, and records the end. Without a proved caller,
 * the one permission and a recorded begin, nothing is done.
 */
export async function perform(event: unknown, invoked: Invoked, ports: ActPorts): Promise<ActResult> {
  const { clock, observer } = ports;
  const asked = read(event, invoked, ports);
  const { invocation, act, part } = asked;
  const refuse = (code: RefusalCode, by?: Caller) => refused({ ...part, by }, code, ports);
  if (invocation === undefined || act === undefined) return refuse('not-understood');

  const age = clock.wallMilliseconds() - part.signedAtMilliseconds;
  // Not a number is no age.
  if (!(Math.abs(age) <= oldestProofMilliseconds)) return refuse('proof-late');
  const { alias = '' } = invoked;
  const signed = actHeader({ functionArn: invoked.functionArn, alias }, invocation);
  let by: Caller | undefined;
  try {
    by = await ports.identity.caller(invocation.proof, signed);
  } catch (error) {
    observer.warn('STS could not be asked for a caller', { error: nameOfError(error) });
    return refuse('proof-unchecked');
  }
  if (by === undefined) return refuse('not-proved');
  // Only principals of this account may invoke the function. A user of another account is not who invoked it.
  if (by.account !== accountOf(invoked.functionArn)) return refuse('not-proved', by);
  const { permission, needsReason } = definitionOf(act);
  if (permission(act) !== alias) return refuse('not-permitted', by);
  if (needsReason && invocation.reason === undefined) return refuse('reason-missing', by);

  const proved: RecordedPart = { ...part, by };
  try {
    if (!(await recordBegin(proved, ports))) return refuse('begun-before', by);
  } catch (error) {
    observer.warn('an act could not be recorded, and was not carried out', {
      act: act.name,
      error: nameOfError(error),
    });
    observer.count(actMetric.auditFailed);
    return refuse('not-recorded', by);
  }
  return carryOut(act, { by, reason: invocation.reason }, proved, ports);
}

async function carryOut(act: Act, context: ActContext, part: RecordedPart, ports: ActPorts): Promise<ActResult> {
  const { observer } = ports;
  observer.count(actMetric.actPerformed);
  try {
    const { answer, effect } = await performerOf(act, ports)(act, context);
    const recorded = await ended(part, { phase: 'ended', result: 'done', effect }, ports);
    observer.info('an act was carried out', { act: act.name });
    return { v: 1, result: 'done', recorded, answer };
  } catch (error) {
    // Only this function's own words are known to hold no value.
    const words = error instanceof ActFailed ? error.message : nameOfError(error);
    observer.warn('an act failed', { act: act.name, error: nameOfError(error) });
    const effect = error instanceof ActFailed ? { effect: error.effect } : {};
    const recorded = await ended(part, { phase: 'ended', result: 'failed', error: words, ...effect }, ports);
    return { v: 1, result: 'failed', recorded, words };
  }
}

/** @returns whether the end is recorded */
async function ended(part: RecordedPart, end: Parameters<typeof recordEnd>[1], ports: ActPorts): Promise<boolean> {
  try {
    await recordEnd(part, end, ports);
    return true;
  } catch (error) {
    ports.observer.warn('the end of an act could not be recorded', { act: part.act, error: nameOfError(error) });
    ports.observer.count(actMetric.auditFailed);
    return false;
  }
}

async function refused(part: RecordedPart, code: RefusalCode, ports: ActPorts): Promise<ActResult> {
  ports.observer.count(actMetric.actRefused);
  ports.observer.warn('a call was refused', { act: part.act, reason: code });
  // The signature's date is not proved, so the record is among those of today.
  const nowMilliseconds = ports.clock.wallMilliseconds();
  await ended({ ...part, signedAtMilliseconds: nowMilliseconds }, { phase: 'refused', error: code }, ports);
  return { v: 1, result: 'refused', code, nowMilliseconds };
}

interface Asked {
  part: RecordedPart;
  invocation?: Invocation;
  act?: Act;
}

/** What the call asks for. A record does not repeat what has not the right form. */
function read(event: unknown, { alias }: Invoked, { unique }: ActPorts): Asked {
  const nothing = { permission: alias ?? 'none', act: 'unknown', target: {}, signedAtMilliseconds: 0 };
  const invocation = invocationSchema.safeParse(event).data;
  if (invocation === undefined) return { part: { ...nothing, actId: unique(), part: 1 } };
  const { actId, part, reason, proof } = invocation;
  const act = actIn(invocation.act);
  if (act === undefined) return { part: { ...nothing, actId, part } };
  const target = definitionOf(act).target(act);
  const signedAtMilliseconds = proofMilliseconds(proof.date);
  return {
    part: { ...nothing, actId, part, act: act.name, target, reason, signedAtMilliseconds },
    invocation,
    act,
  };
}

/** The work of an act. The registry ties each name to the one type of its act. */
function performerOf(
  act: Act,
  { performers }: ActPorts,
): (act: Act, context: ActContext) => Promise<Performed<unknown>> {
  return performers[act.name] as unknown as Performer<ActName>;
}
