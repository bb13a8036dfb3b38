import { isLater } from '../../../lambdas/domain/ledger-record.ts';
import type { Run } from '../steps/perform.ts';
import { keyOf } from '../world/one-link.ts';
import { excusedKeys } from './excused.ts';

/** Changes of one link apply in the order in which they were asked for, and what producers heard says how it ended. */
export function orderFaults(run: Run): string[] {
  const { pipeline, producers } = run;
  const excused = excusedKeys(run);
  const faults: string[] = [];
  const { history, outcomes, oneLink, nowSeconds } = pipeline;

  for (const [key, records] of Map.groupBy(history, ({ address }) => keyOf(address))) {
    if (excused.has(key)) continue;
    for (const [index, record] of records.entries()) {
      const before = records[index - 1];
      if (before === undefined || before.requestId !== record.requestId || before.source !== record.source) continue;
      if (!isLater(record.applied, before.applied)) {
        faults.push(
          `${key}: ${record.applied.requestId} was applied after ${before.applied.requestId}, but is no later`,
        );
      }
    }
    for (const { outcome, source, requestId, link } of outcomes) {
      if (link === undefined || keyOf(link) !== key || requestId === null) continue;
      const own = records.find((record) => record.applied.requestId === requestId && record.source === source);
      const at = records.findIndex(({ version }) => version === link.version);
      if (outcome === 'updated' && own?.version !== link.version)
        faults.push(`${key}: ${requestId} is told updated, but is not in the history`);
      if (outcome === 'deleted' && records[at]?.state !== 'deleted')
        faults.push(`${key}: ${requestId} is told deleted, but is not in the history`);
      const by = records[at];
      // A repeat may be stamped anew; then it was any of its stamps that came too late.
      const isLate = producers
        .stampsOf(`${source}/${requestId}`)
        .some((requestedAt) => by === undefined || !isLater({ requestedAt, requestId }, by.applied));
      if (outcome === 'superseded' && !isLate)
        faults.push(`${key}: ${requestId} is told superseded by what is no later`);
    }
  }

  // What the producer concludes from outcomes alone: the highest version is how the link is.
  const aboutLinks = outcomes.filter(
    ({ outcome }) => outcome === 'created' || outcome === 'updated' || outcome === 'deleted',
  );
  for (const [key, told] of Map.groupBy(aboutLinks, ({ link }) => (link === undefined ? '' : keyOf(link)))) {
    if (excused.has(key)) continue;
    const highest = Math.max(...told.map(({ link }) => link?.version ?? 0));
    const last = told.filter(({ link }) => link?.version === highest);
    const held = oneLink.links.get(key);
    const isAlive = held !== undefined && held.expiresAt > nowSeconds;
    if (last.some(({ outcome }) => outcome === 'deleted')) {
      if (isAlive) faults.push(`${key} was told deleted last, but is alive`);
      continue;
    }
    // A create is told with the version that the link had come to by then.
    const updates = last.filter(({ outcome }) => outcome === 'updated');
    const [told1 = last[0]] = updates;
    const marks = producers.sent
      .filter(({ request }) => request === `${told1?.source}/${told1?.requestId}`)
      .map(({ mark }) => mark);
    const isKnown = updates.length > 0 || highest === 1;
    if (isAlive && isKnown && !marks.includes(held.data.af_sub1 ?? '')) {
      faults.push(`${key} holds the data of ${held.data.af_sub1}, but ${told1?.requestId} was told last`);
    }
  }
  return faults;
}
