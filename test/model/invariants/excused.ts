import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { SentCommand } from '../steps/commands.ts';
import type { Run } from '../steps/perform.ts';
import { keyOf } from '../world/one-link.ts';

/**
 * Requests whose links the promises do not speak of: the producer can avoid it, or it is a known limit.
 *
 * - Two different commands under one requestId, both under way at once: which of them it stands for is not defined. The contract
 *   forbids it, and neither command shows which of them the producer meant.
 * - Copies of one update or delete under way at once, of which one is told `stale` by its own validUntil, or `superseded` by its
 *   own requestedAt, in the moment in which another has read the link's record and has yet to take its lease. One write covers
 *   one record: the answer lies in the request's, the lease in the link's. The change cannot be taken back, since what was there
 *   before is not kept.
 * - A copy of a create that comes after the link has expired and the API and the ledger have forgotten it: it makes the link anew.
 *   Nothing is left anywhere that tells whether the first copy's POST was applied.
 */
export function excusedRequests({ pipeline, producers }: Run): Set<string> {
  const { outcomes, oneLink } = pipeline;
  const isTold = (request: string, ...kinds: Outcome['outcome'][]) =>
    outcomes.some((told) => kinds.includes(told.outcome) && `${told.source}/${told.requestId}` === request);
  const excused = producers.sent.filter(({ request, keys, action, mark }) => {
    if (producers.ambiguous.has(request)) return true;
    if (!producers.copied.has(request)) return false;
    const applied = oneLink.writes.filter((write) => write.mark === mark && write.meaning === 'ok');
    if (action === 'create') {
      return applied.length > 1 && keys.some((key) => oneLink.purged.has(key));
    }
    if (action === 'update' && applied.length === 0) return false;
    return isTold(request, 'stale') || (isTold(request, 'superseded') && producers.stampsOf(request).length > 1);
  });
  return new Set(excused.map(({ request }) => request));
}

/** The links that those requests have touched. */
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
