import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { SentCommand } from '../steps/commands.ts';
import type { Run } from '../steps/perform.ts';
import { keyOf } from '../world/one-link.ts';

/**
 * Requests that the promises do not cover. Either the producer can avoid the case, or it is a known limit.
 *
 * - Two different commands under one requestId at the same time. The contract forbids this, and neither command shows which of
 *   them the producer meant.
 * - Copies of one update or delete at the same time. One copy ends as `stale` by its validUntil, or as `superseded` by its
 *   requestedAt. At that moment another copy has read the link's record and has not taken its lease. A conditional write
 *   covers one record: the request record holds the outcome, and the link's record holds the lease. The pipeline cannot
 *   compensate the change, because it does not keep the earlier data.
 *
 * - A copy of a create, after the link has expired and neither the API nor the ledger knows the link. The copy makes the link
 *   again, because no record shows whether the API applied the first copy's POST.
 */
export function excusedRequests({ pipeline, producers }: Run): Set<string> {
  const { outcomes, oneLink } = pipeline;
  const hasOutcome = (request: string, ...kinds: Outcome['outcome'][]) =>
    outcomes.some((one) => kinds.includes(one.outcome) && `${one.source}/${one.requestId}` === request);
  const excused = producers.sent.filter(({ request, keys, action, mark }) => {
    if (producers.ambiguous.has(request)) return true;
    if (!producers.copied.has(request)) return false;
    const applied = oneLink.writes.filter((write) => write.mark === mark && write.meaning === 'ok');
    if (action === 'create') {
      return applied.length > 1 && keys.some((key) => oneLink.purged.has(key));
    }
    if (action === 'update' && applied.length === 0) return false;
    return (
      hasOutcome(request, 'stale') || (hasOutcome(request, 'superseded') && producers.stampsOf(request).length > 1)
    );
  });
  return new Set(excused.map(({ request }) => request));
}

/** The links that the excused requests have changed. */
export function excusedKeys(run: Run): Set<string> {
  const { oneLink, history } = run.pipeline;
  const excused = excusedRequests(run);
  const isTouched = (key: string, { mark, request, requestId, source }: SentCommand) =>
    run.producers.ambiguous.has(request) ||
    oneLink.writes.some((write) => write.key === key && write.mark === mark) ||
    history.some((record) => {
      const isBy = record.applied.requestId === requestId || record.requestId === requestId;
      return keyOf(record.address) === key && record.source === source && isBy;
    });
  const touched = run.producers.sent.flatMap((sent) =>
    excused.has(sent.request) ? sent.keys.filter((key) => isTouched(key, sent)) : [],
  );
  return new Set(touched);
}
