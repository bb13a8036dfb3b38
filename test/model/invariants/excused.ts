import type { Outcome } from '../../../lambdas/domain/outcome.ts';
import type { SentCommand } from '../steps/commands.ts';
import type { Run } from '../steps/perform.ts';
import { keyOf } from '../world/one-link.ts';

/**
 * Requests whose links the promises do not speak of: the producer can avoid it, or it is a known limit.
 *
 * - Two different commands under one requestId, both under way at once: which of them it stands for is not defined.
 * - Copies of one request under way at once, of which one is told that nothing came of it, and another makes or changes the
 *   link all the same: the first word counts. `stale` is told by a copy's own validUntil, without a look if it is its first
 *   delivery; `superseded` by its own requestedAt; `conflict` when the address was another's just then.
 * - A copy that comes as a first delivery, without a look, after the link has expired: it makes the link anew.
 * - A copy that finds the chosen address free while another, which found it taken, makes the link under the derived one.
 */
export function excusedRequests({ pipeline, producers }: Run): Set<string> {
  const { outcomes, oneLink } = pipeline;
  const isTold = (request: string, outcome: Outcome['outcome']) =>
    outcomes.some((told) => told.outcome === outcome && `${told.source}/${told.requestId}` === request);
  const excused = producers.sent.filter(({ request, keys, action }) => {
    if (producers.ambiguous.has(request)) return true;
    if (!producers.copied.has(request)) return false;
    if (action === 'create') return keys.some((key) => oneLink.purged.has(key));
    return isTold(request, 'stale') || (isTold(request, 'superseded') && producers.stampsOf(request).length > 1);
  });
  return new Set(excused.map(({ request }) => request));
}

/**
 * The links that those requests have touched; and where a record was deleted by its TTL and another request has made a link since: the
 * expiry worker cannot tell whose link it finds alive, and may put the old record back before the new one is written.
 */
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
  return new Set([
    ...run.producers.sent.flatMap((sent) =>
      excused.has(sent.request) ? sent.keys.filter((key) => isTouched(key, sent)) : [],
    ),
  ]);
}
