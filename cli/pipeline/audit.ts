import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { pagesOf } from '../../lambdas/adapters/s3-objects.ts';
import type { Facts } from '../../lambdas/domain/acts/act.ts';
import { auditPrefix } from '../../lambdas/domain/acts/names.ts';
import { type AuditRecord, auditDay, auditRecordSchema, type Caller } from '../../lambdas/domain/acts/record.ts';
import { eachAtOnce } from '../../lambdas/domain/work/at-once.ts';
import { untilAborted } from './in-order.ts';

/** From when until when, in epoch milliseconds. The end is not included. */
export interface AuditPeriod {
  sinceMilliseconds: number;
  untilMilliseconds: number;
}

/**
 * How an act stands:
 *
 * - `done`     each of its parts has ended, and none has failed
 * - `failed`   a part has failed
 * - `no end`   a part has begun and has no end: it runs, or its end was not recorded
 * - `refused`  nothing was done
 */
export type ActState = 'done' | 'failed' | 'no end' | 'refused';

/** An act, with its parts added up. */
export interface AuditedAct {
  actId: string;
  /** ISO 8601, UTC: its first record and its last one. */
  at: string;
  lastAt: string;
  act: string;
  by: Caller | undefined;
  permission: string;
  /** The SSM document that the caller started in a browser, if any. `actId` is the ID of its execution. */
  document: string | undefined;
  target: Facts;
  reason: string | undefined;
  state: ActState;
  /** Parts that have begun. */
  parts: number;
  /** The sum of the parts' counts, and all of their names. */
  effect: Facts;
  /** The code of a refusal, or the words of the last failure. */
  error: string | undefined;
}

/** Records that are read at a time. */
const atOnce = 16;
const dayMilliseconds = 86_400_000;
/** No record is older, and the names of later days are longer. */
const [firstDay, lastDay] = [0, Date.parse('9999-12-31T00:00:00Z')];

/**
 * The records of a period, and how many objects are none. A part's end is among the records of the day of its signature.
 *
 * @param signal after an interruption, records are missing
 */
export async function auditRecords(
  s3: S3Client,
  bucket: string,
  { sinceMilliseconds, untilMilliseconds }: AuditPeriod,
  { onRead = () => {}, signal }: { onRead?: (records: number) => void; signal?: AbortSignal } = {},
): Promise<{ records: AuditRecord[]; unreadable: number }> {
  const from = auditDay(Math.max(firstDay, sinceMilliseconds - dayMilliseconds));
  const to = auditDay(Math.min(lastDay, untilMilliseconds + dayMilliseconds));
  const keys: string[] = [];
  // One list for all days. A period may have many more days than the bucket has.
  const pages = pagesOf(s3, { Bucket: bucket, Prefix: auditPrefix, StartAfter: from });
  for await (const { Contents = [] } of untilAborted(pages, signal)) {
    const page = Contents.flatMap(({ Key }) => Key ?? []);
    keys.push(...page.filter((key) => key < to));
    if (page.some((key) => key >= to)) break;
  }
  const records: AuditRecord[] = [];
  let unreadable = 0;
  await eachAtOnce(atOnce, keys, async (Key) => {
    if (signal?.aborted) return;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const record = recordIn((await Body?.transformToString()) ?? '');
    const at = Date.parse(record?.at ?? '');
    if (record === undefined) unreadable += 1;
    else if (at >= sinceMilliseconds && at < untilMilliseconds) records.push(record);
    onRead(records.length);
  });
  return { records, unreadable };
}

function recordIn(text: string): AuditRecord | undefined {
  try {
    return auditRecordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The acts in these records, the oldest first. A refusal is an act of its own, so nobody can hide it behind another's ID. */
export function actsIn(records: readonly AuditRecord[]): AuditedAct[] {
  const inOrder = records.toSorted((one, other) => one.at.localeCompare(other.at) || one.part - other.part);
  const refused = inOrder.filter(({ phase }) => phase === 'refused').map((record) => actOf([record]));
  const groups = Map.groupBy(
    inOrder.filter(({ phase }) => phase !== 'refused'),
    ({ actId }) => actId,
  );
  return [...[...groups.values()].map(actOf), ...refused].sort((one, other) => one.at.localeCompare(other.at));
}

function actOf(records: readonly AuditRecord[]): AuditedAct {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) throw new Error('an act has at least one record');
  const ends = records.filter(({ phase }) => phase === 'ended');
  const ended = new Set(ends.map(({ part }) => part));
  const begun = new Set(records.filter(({ phase }) => phase === 'begun').map(({ part }) => part));
  const { actId, at, act, by, permission, document, target, reason } = first;
  return {
    actId,
    at,
    lastAt: last.at,
    act,
    by,
    permission,
    document,
    target,
    reason,
    state: stateOf(
      records,
      [...begun].every((part) => ended.has(part)),
    ),
    parts: begun.size,
    effect: sumOf(ends.map(({ effect = {} }) => effect)),
    error: records.findLast(({ error }) => error !== undefined)?.error,
  };
}

function stateOf(records: readonly AuditRecord[], allEnded: boolean): ActState {
  if (records.some(({ phase }) => phase === 'refused')) return 'refused';
  if (!allEnded) return 'no end';
  return records.some(({ result }) => result === 'failed') ? 'failed' : 'done';
}

function sumOf(effects: readonly Facts[]): Facts {
  const sum: Facts = {};
  for (const [name, value] of effects.flatMap((effect) => Object.entries(effect))) {
    const before = sum[name];
    if (typeof value === 'number' && typeof before === 'number') sum[name] = before + value;
    else if (Array.isArray(value) && Array.isArray(before)) sum[name] = [...new Set([...before, ...value])];
    else sum[name] = value;
  }
  return sum;
}
