import { actIn, definitionOf } from '../domain/acts/registry.ts';
import { actHeader, invocationSchema, proofMilliseconds } from '../domain/acts/request.ts';
import { nameOfError } from '../domain/work/observer.ts';
import { type Invoked, isLate, type NotProved, nothingKnown, type Proved } from './asked.ts';
import type { ActPorts } from './ports.ts';

/** What the command line asks for. STS names the caller by the caller's signature. A record does not repeat what has not the right form. */
export async function signedCall(event: unknown, invoked: Invoked, ports: ActPorts): Promise<Proved | NotProved> {
  const { clock, identity, observer, unique } = ports;
  const nothing = nothingKnown(invoked);
  const invocation = invocationSchema.safeParse(event).data;
  if (invocation === undefined) {
    return { part: { ...nothing, actId: unique(), part: 1 }, refusal: 'not-understood' };
  }
  const { actId, reason, proof } = invocation;
  const act = actIn(invocation.act);
  if (act === undefined) return { part: { ...nothing, actId, part: invocation.part }, refusal: 'not-understood' };
  const provedAtMilliseconds = proofMilliseconds(proof.date);
  const named = { act: act.name, target: definitionOf(act).target(act), reason, provedAtMilliseconds };
  const part = { ...nothing, actId, part: invocation.part, ...named };
  if (isLate(provedAtMilliseconds, clock.wallMilliseconds())) return { part, refusal: 'proof-late' };

  const { functionArn, alias = '' } = invoked;
  try {
    const by = await identity.caller(proof, actHeader({ functionArn, alias }, invocation));
    return by === undefined ? { part, refusal: 'not-proved' } : { part: { ...part, by }, act, reason };
  } catch (error) {
    observer.warn('STS could not be asked for a caller', { error: nameOfError(error) });
    return { part, refusal: 'proof-unchecked' };
  }
}
