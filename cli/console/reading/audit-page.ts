import { type AuditRecord, callerName } from '../../../lambdas/domain/acts/record.ts';
import { type AuditedAct, actsIn } from '../../pipeline/audit.ts';
import type { AuditEntry, AuditPage } from '../contract/audit.ts';

const entriesOnPage = 100;

/** What a page of the audit asks for. */
export interface AuditQuery {
  by?: string | undefined;
  act?: string | undefined;
  /** From `next` of the page before: how many entries it and the pages before it had. */
  after?: string | undefined;
}

/** The acts of these records, the newest first. An act that runs is no-end until its last record is written. */
export function auditPage(records: readonly AuditRecord[], { by, act, after }: AuditQuery, at: number): AuditPage {
  const wanted = by?.toLowerCase();
  const found = actsIn(records)
    .reverse()
    .filter(
      (one) =>
        (act === undefined || one.act === act) &&
        (wanted === undefined || (one.by?.arn.toLowerCase().includes(wanted) ?? false)),
    );
  const from = Number(after ?? 0);
  const to = from + entriesOnPage;
  return { at, entries: found.slice(from, to).map(entryOf), next: to < found.length ? String(to) : null };
}

function entryOf({ actId, at, lastAt, act, by, target, reason, state, effect, error }: AuditedAct): AuditEntry {
  const isRefused = state === 'refused';
  return {
    actId,
    act,
    begunAt: isRefused ? null : Date.parse(at),
    endedAt: state === 'no end' ? null : Date.parse(lastAt),
    by: by === undefined ? null : { name: callerName(by), arn: by.arn, account: by.account },
    target: ownFacts(target),
    reason: reason ?? null,
    result: state === 'no end' ? 'no-end' : state,
    effect: ownFacts(effect),
    error: error ?? null,
  };
}

const ownFacts = (facts: AuditedAct['target']) =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]),
  ) as AuditEntry['target'];
