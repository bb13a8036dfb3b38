import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import { isLater, type LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { Run } from '../steps/perform.ts';
import { isOutside, keyOf } from '../world/one-link.ts';
import { excusedKeys } from './excused.ts';

/** The pipeline applies a link's changes in the order of their requests, and the outcomes match the link's final state. */
export function orderFaults(run: Run): string[] {
  const { history, outcomes, swept, oneLink } = run.pipeline;
  const excused = excusedKeys(run);
  const records = Map.groupBy(history, ({ address }) => keyOf(address));
  const outcomesOf = Map.groupBy(outcomes, ({ link }) => (link === undefined ? '' : keyOf(link)));
  return [...records].flatMap(([key, states]) => {
    if (excused.has(key)) return [];
    const about = outcomesOf.get(key) ?? [];
    const made = oneLink.writes.filter((write) => write.operation === 'create' && write.key === key);
    // A link that was made after the TTL deleted its predecessor's record has version 1 again. So has a link that a create
    // with equal data has adopted. Then the outcomes do not show which link they mean.
    const firsts = new Set(
      states.flatMap(({ version, source, requestId }) => (version === 1 ? [`${source}/${requestId}`] : [])),
    );
    const isMadeOnce = made.filter(({ meaning }) => meaning === 'ok').length <= 1 && firsts.size <= 1;
    const isDistinct = !swept.has(key) || isMadeOnce;
    const faults = [
      ...appliedOutOfOrder(states),
      ...about.flatMap((outcome) => wrongOutcome(outcome, states, run)),
      ...(isDistinct ? wrongFinalState(key, about, run) : []),
    ];
    return faults.map((fault) => `${key}: ${fault}`);
  });
}

function appliedOutOfOrder(states: LinkRecord[]): string[] {
  return states.flatMap((record, index) => {
    const before = states[index - 1];
    const isSameLink = before?.requestId === record.requestId && before.source === record.source;
    // After the TTL deletes a record, the intake puts the same record back, or a create makes a new one.
    if (before === undefined || !isSameLink || record.version !== before.version + 1) return [];
    if (isLater(record.applied, before.applied)) return [];
    // A copy of the create compensates a link that contradicts the recorded outcome. This is not a separate change.
    const isCreates = [before, record].every(({ applied }) => applied.requestId === record.requestId);
    if (isCreates && before.state === 'live' && record.state === 'deleted') return [];
    return [`${record.applied.requestId} was applied after ${before.applied.requestId}, but is no later`];
  });
}

/** Finds an outcome whose version of the link never was in the state that the outcome names. */
function wrongOutcome({ outcome, source, requestId, link }: Outcome, states: LinkRecord[], run: Run): string[] {
  if (requestId === null || link === undefined) return [];
  const at = states.filter(({ version }) => version === link.version);
  const stamps = run.producers.stampsOf(`${source}/${requestId}`);
  const wasSo = {
    updated: at.some((record) => record.applied.requestId === requestId && record.source === source),
    deleted: at.some(({ state }) => state === 'deleted'),
    adopted: at.some((record) => record.state === 'live' && record.source === source),
    migrated: at.some((record) => record.applied.requestId === requestId && record.source === source),
    // A repeat may have a new requestedAt. Then any of its times may have been too early.
    superseded: at.some(({ applied }) => stamps.some((requestedAt) => !isLater({ requestedAt, requestId }, applied))),
  };
  if (!isChecked(outcome)) return [];
  return wasSo[outcome] ? [] : [`${requestId} ended as ${outcome}, but the link was never in that state`];
}

const checked = ['updated', 'deleted', 'adopted', 'migrated', 'superseded'] as const;
const isChecked = (outcome: string): outcome is (typeof checked)[number] => checked.some((one) => one === outcome);

/** A producer concludes from the outcomes alone that the link is as the highest version states. Finds a link that is not. */
function wrongFinalState(key: string, about: Outcome[], { pipeline, producers }: Run): string[] {
  const kinds = new Set<string>(['created', 'updated', 'deleted']);
  const sentAs = ({ source, requestId }: Outcome) =>
    producers.sent.find((sent) => sent.source === source && sent.requestId === requestId);
  const setsData = (change: Outcome) => change.outcome === 'migrated' && sentAs(change)?.body.data !== undefined;
  /**
   * A takeover of a link from outside, with that link's data. An adopt or a migrate of an own link leaves its data. After a crash,
   * the outcome of an adopt names a later version, as that of a create does.
   */
  const isTakeover = ({ outcome, reason, requestId, source, link }: Outcome) => {
    const own = pipeline.history.filter((record) => record.requestId === requestId && record.source === source);
    const isFirst = outcome === 'adopted' ? reason === undefined : own.some(({ applied }) => applied.requestId === '');
    const isTaking = outcome === 'adopted' || outcome === 'migrated';
    return (
      isTaking &&
      isFirst &&
      own.some(({ version, applied }) => version === link?.version && applied.requestId === requestId)
    );
  };
  const changes = about.filter((one) => kinds.has(one.outcome) || setsData(one) || isTakeover(one));
  const highest = Math.max(...changes.map(({ link }) => link?.version ?? 0));
  const last = changes.filter(({ link }) => link?.version === highest);
  const held = pipeline.oneLink.links.get(key);
  if (held === undefined || held.expiresAt <= pipeline.nowSeconds || last.length === 0) return [];
  // It was made after the pipeline's link had ended. `isOwned` checks whether a command has taken it over (links.ts).
  if (isOutside(held.data) && pipeline.ledger.links.get(key)?.state !== 'live') return [];
  if (last.some(({ outcome }) => outcome === 'deleted')) return ['has deleted as its final outcome, but is live'];
  // The outcome of a create names the link's version at the time of the outcome.
  const [update] = last.filter((one) => one.outcome === 'updated' || setsData(one));
  const decisive = update ?? last.find(isTakeover) ?? (highest === 1 ? last[0] : undefined);
  if (decisive === undefined) return [];
  if (decisive !== update && isTakeover(decisive)) {
    return isOutside(held.data) ? [] : [`holds the data of ${held.data.af_sub1}, but was taken over last`];
  }
  const request = `${decisive.source}/${decisive.requestId}`;
  const isItsData = producers.sent.some((sent) => sent.request === request && sent.mark === held.data.af_sub1);
  return isItsData ? [] : [`holds the data of ${held.data.af_sub1}, but its final outcome is that of ${request}`];
}
