import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import { isLater, type LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { Run } from '../steps/perform.ts';
import { keyOf } from '../world/one-link.ts';
import { excusedKeys } from './excused.ts';

/** Changes of one link apply in the order in which they were asked for, and what producers heard says how it ended. */
export function orderFaults(run: Run): string[] {
  const { history, outcomes, swept, oneLink } = run.pipeline;
  const excused = excusedKeys(run);
  const records = Map.groupBy(history, ({ address }) => keyOf(address));
  const told = Map.groupBy(outcomes, ({ link }) => (link === undefined ? '' : keyOf(link)));
  return [...records].flatMap(([key, states]) => {
    if (excused.has(key)) return [];
    const about = told.get(key) ?? [];
    const made = oneLink.writes.filter((write) => write.operation === 'create' && write.key === key);
    // A link made after its predecessor's record was deleted begins with version 1 again: outcomes alone do not tell which.
    // So does one that a create with equal data has adopted meanwhile.
    const firsts = new Set(
      states.flatMap(({ version, source, requestId }) => (version === 1 ? [`${source}/${requestId}`] : [])),
    );
    const isMadeOnce = made.filter(({ meaning }) => meaning === 'ok').length <= 1 && firsts.size <= 1;
    const isTellable = !swept.has(key) || isMadeOnce;
    const faults = [
      ...appliedOutOfOrder(states),
      ...about.flatMap((outcome) => toldWrongly(outcome, states, run)),
      ...(isTellable ? toldLast(key, about, run) : []),
    ];
    return faults.map((fault) => `${key}: ${fault}`);
  });
}

function appliedOutOfOrder(states: LinkRecord[]): string[] {
  return states.flatMap((record, index) => {
    const before = states[index - 1];
    const isSameLink = before?.requestId === record.requestId && before.source === record.source;
    // A record that was deleted by its TTL comes back as it was, or as its create makes it.
    if (before === undefined || !isSameLink || record.version !== before.version + 1) return [];
    if (isLater(record.applied, before.applied)) return [];
    // A copy of the create takes back what it made against the first word: that is no change of its own.
    const isCreates = [before, record].every(({ applied }) => applied.requestId === record.requestId);
    if (isCreates && before.state === 'live' && record.state === 'deleted') return [];
    return [`${record.applied.requestId} was applied after ${before.applied.requestId}, but is no later`];
  });
}

/** An outcome that speaks of a version which the link never had so. */
function toldWrongly({ outcome, source, requestId, link }: Outcome, states: LinkRecord[], run: Run): string[] {
  if (requestId === null || link === undefined) return [];
  const at = states.filter(({ version }) => version === link.version);
  const stamps = run.producers.stampsOf(`${source}/${requestId}`);
  const wasSo = {
    updated: at.some((record) => record.applied.requestId === requestId && record.source === source),
    deleted: at.some(({ state }) => state === 'deleted'),
    // A repeat may be stamped anew; then any of its stamps may have come too late.
    superseded: at.some(({ applied }) => stamps.some((requestedAt) => !isLater({ requestedAt, requestId }, applied))),
  };
  if (outcome !== 'updated' && outcome !== 'deleted' && outcome !== 'superseded') return [];
  return wasSo[outcome] ? [] : [`${requestId} is told ${outcome}, but the link was never so`];
}

/** What a producer concludes from outcomes alone: a link is as the highest version says. */
function toldLast(key: string, about: Outcome[], { pipeline, producers }: Run): string[] {
  const kinds = new Set<string>(['created', 'updated', 'deleted']);
  const changes = about.filter(({ outcome }) => kinds.has(outcome));
  const highest = Math.max(...changes.map(({ link }) => link?.version ?? 0));
  const last = changes.filter(({ link }) => link?.version === highest);
  const held = pipeline.oneLink.links.get(key);
  if (held === undefined || held.expiresAt <= pipeline.nowSeconds || last.length === 0) return [];
  if (last.some(({ outcome }) => outcome === 'deleted')) return ['was told deleted last, but is alive'];
  // A create is told with the version that the link had come to by then.
  const [update] = last.filter(({ outcome }) => outcome === 'updated');
  const decisive = update ?? (highest === 1 ? last[0] : undefined);
  if (decisive === undefined) return [];
  const request = `${decisive.source}/${decisive.requestId}`;
  const isItsData = producers.sent.some((sent) => sent.request === request && sent.mark === held.data.af_sub1);
  return isItsData ? [] : [`holds the data of ${held.data.af_sub1}, but ${request} was told last`];
}
