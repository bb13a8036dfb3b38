import { longestPartSeconds } from '../domain/acts/act.ts';
import type { RefusalCode } from '../domain/acts/answer.ts';
import { type AskedAct, askedAct, callerOfArn, documentActOf, type Execution } from '../domain/acts/execution.ts';
import type { DocumentAct } from '../domain/acts/names.ts';
import { actIn, definitionOf } from '../domain/acts/registry.ts';
import { nameOfError } from '../domain/work/observer.ts';
import { type Invoked, isLate, type NotProved, nothingKnown, type Proved } from './asked.ts';
import type { ActPorts } from './ports.ts';

/**
 * What a person asks for who has started one of the pipeline's SSM documents. The call holds only the execution's ID. Systems Manager
 * names the document, its parameters, and who started it. The execution runs in that caller's own session, so IAM has decided about the
 * alias for the same caller.
 *
 * The execution's ID is the act's ID, and its start the day of the record. So an execution acts once: a repeat meets the record of
 * the begin.
 */
export async function startedDocument(
  executionId: string,
  invoked: Invoked,
  ports: ActPorts,
): Promise<Proved | NotProved> {
  const { documents, observer } = ports;
  const unknown = { ...nothingKnown(invoked), actId: executionId, part: 1 };
  if (documents === undefined) return { part: unknown, refusal: 'not-understood' };
  try {
    const execution = await documents.executions.find(executionId);
    const document = execution && documentActOf(execution.documentName, documents.serviceName);
    if (execution === undefined || document === undefined) return { part: unknown, refusal: 'not-proved' };
    return await provedBy(execution, document, { ...unknown, document: execution.documentName }, ports, documents);
  } catch (error) {
    observer.warn('AWS could not be asked for an execution', { error: nameOfError(error) });
    return { part: unknown, refusal: 'proof-unchecked' };
  }
}

async function provedBy(
  execution: Execution,
  document: DocumentAct,
  unknown: NotProved['part'],
  { clock }: ActPorts,
  documents: NonNullable<ActPorts['documents']>,
): Promise<Proved | NotProved> {
  const { executedBy, startedAtMilliseconds, isDirect, status, parameters } = execution;
  const refused = (refusal: RefusalCode, part = unknown) => ({ part, refusal });
  const by = callerOfArn(executedBy);
  if (by === undefined) return refused('not-proved');
  const part = { ...unknown, by, provedAtMilliseconds: startedAtMilliseconds };
  if (!isDirect || status !== 'InProgress') return refused('not-proved', part);
  if (isLate(startedAtMilliseconds, clock.wallMilliseconds())) return refused('proof-late', part);

  const asked = askedAct(document, parameters, documents.lanes);
  const act = asked && actIn(await completed(asked.act, documents));
  if (asked === undefined || act === undefined) return refused('not-understood', part);
  const { reason } = asked;
  return { part: { ...part, act: act.name, target: definitionOf(act).target(act), reason }, act, reason };
}

/** The act with what its document leaves out. */
async function completed(
  act: AskedAct['act'],
  { letters }: NonNullable<ActPorts['documents']>,
): Promise<Record<string, unknown>> {
  if (act.name === 'redrive-outcomes') return { ...act, seconds: longestPartSeconds };
  if (act.name !== 'redrive') return { ...act };
  return { ...act, deadLettersUrl: await letters.deadLettersOf(act.queueUrl), seconds: longestPartSeconds };
}
