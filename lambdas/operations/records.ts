import type { Facts } from '../domain/acts/act.ts';
import { type AuditRecord, auditKey, type Caller } from '../domain/acts/record.ts';
import type { ActPorts } from './ports.ts';

/** A part of an act, as its records name it. */
export interface RecordedPart {
  actId: string;
  part: number;
  permission: string;
  act: string;
  target: Facts;
  reason?: string | undefined;
  by?: Caller | undefined;
  /** The SSM document that the caller started, if any. */
  document?: string;
  /** The day of the records' keys: when the caller signed, or started the document. Epoch milliseconds. */
  provedAtMilliseconds: number;
}

type Phase = Pick<AuditRecord, 'phase' | 'result' | 'error'> & { effect?: Facts };

function recordOf({ provedAtMilliseconds: _, ...part }: RecordedPart, phase: Phase, nowMilliseconds: number) {
  return JSON.stringify({ v: 1, ...part, ...phase, at: new Date(nowMilliseconds).toISOString() });
}

/**
 * Records that a part begins: in the bucket first, because a taken key shows that it has begun before.
 *
 * @returns false if it has begun before
 * @throws what the bucket and the log group throw
 */
export async function recordBegin(part: RecordedPart, { bucket, log, clock }: ActPorts): Promise<boolean> {
  const now = clock.wallMilliseconds();
  const json = recordOf(part, { phase: 'begun' }, now);
  if (!(await bucket.add(auditKey({ ...part, phase: 'begun' }, part.provedAtMilliseconds), json))) return false;
  await log.add(json, now);
  return true;
}

/** Records the end or the refusal of a part. It tries both places. @throws the first error */
export async function recordEnd(part: RecordedPart, phase: Phase, ports: ActPorts): Promise<void> {
  const { bucket, log, clock, unique } = ports;
  const now = clock.wallMilliseconds();
  const json = recordOf(part, phase, now);
  const name = phase.phase === 'refused' ? unique() : undefined;
  const key = auditKey({ ...part, phase: phase.phase }, part.provedAtMilliseconds, name);
  // The key of an end may be taken by this same end, if the answer to an earlier attempt was lost.
  const ended = await Promise.allSettled([bucket.add(key, json), log.add(json, now)]);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
