import type { ActResult, RefusalCode } from '../domain/acts/answer.ts';
import { executionCallSchema } from '../domain/acts/execution.ts';
import { actMetric } from '../domain/acts/names.ts';
import { type Act, type ActName, definitionOf } from '../domain/acts/registry.ts';
import { accountOf } from '../domain/acts/request.ts';
import { nameOfError } from '../domain/work/observer.ts';
import type { Invoked } from './asked.ts';
import { type ActContext, ActFailed, type Performed, type Performer } from './performers.ts';
import type { ActPorts } from './ports.ts';
import { type RecordedPart, recordBegin, recordEnd } from './records.ts';
import { refusalWords } from './refusal-words.ts';
import { signedCall } from './signed-call.ts';
import { startedDocument } from './started-document.ts';

/**
 * Carries out one part of an act: it proves the caller, records the begin, acts, and records the end. Without a proved caller,
 * the one permission and a recorded begin, nothing is done.
 */
export async function perform(event: unknown, invoked: Invoked, ports: ActPorts): Promise<ActResult> {
  const { observer } = ports;
  const ofDocument = executionCallSchema.safeParse(event).data;
  const asked = ofDocument
    ? await startedDocument(ofDocument.execution, invoked, ports)
    : await signedCall(event, invoked, ports);
  const refuse = async (code: RefusalCode) => {
    const result = await refused(asked.part, code, ports);
    return ofDocument ? { ...result, words: refusalWords[code] } : result;
  };
  if ('refusal' in asked) return refuse(asked.refusal);
  const { act, part, reason } = asked;
  // Only principals of this account may invoke the function. A user of another account is not who invoked it.
  if (part.by.account !== accountOf(invoked.functionArn)) return refuse('not-proved');
  const { permission, needsReason } = definitionOf(act);
  if (permission(act) !== invoked.alias) return refuse('not-permitted');
  if (needsReason && reason === undefined) return refuse('reason-missing');

  try {
    if (!(await recordBegin(part, ports))) return refuse('begun-before');
  } catch (error) {
    observer.warn('an act could not be recorded, and was not carried out', {
      act: act.name,
      error: nameOfError(error),
    });
    observer.count(actMetric.auditFailed);
    return refuse('not-recorded');
  }
  return carryOut(act, { by: part.by, reason }, part, ports);
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

async function refused(part: RecordedPart, code: RefusalCode, ports: ActPorts) {
  ports.observer.count(actMetric.actRefused);
  ports.observer.warn('a call was refused', { act: part.act, reason: code });
  // The proof's date may be wrong, so the record is among those of today.
  const nowMilliseconds = ports.clock.wallMilliseconds();
  await ended({ ...part, provedAtMilliseconds: nowMilliseconds }, { phase: 'refused', error: code }, ports);
  return { v: 1, result: 'refused', code, nowMilliseconds } as const;
}

/** The work of an act. The registry ties each name to the one type of its act. */
function performerOf(
  act: Act,
  { performers }: ActPorts,
): (act: Act, context: ActContext) => Promise<Performed<unknown>> {
  return performers[act.name] as unknown as Performer<ActName>;
}
