import { type Awaited, isParked, isSettled, owesQr } from '../../../cli/pipeline/awaited-outcomes.ts';
import { type Outcome, type OutcomeKind, outcomeKinds } from '../../../lambdas/domain/contract/outcome.ts';
import type { CampaignMessage } from '../campaign-input.ts';

/** The result of a message, for its row and the sum. */
export type Fate = OutcomeKind | 'repeated' | 'unanswered';

export type Answered = Awaited<CampaignMessage>;

const fateOrder: ReadonlySet<Fate> = new Set<Fate>([
  'created',
  'repeated',
  'updated',
  'deleted',
  'qr-ready',
  'qr-failed',
  'superseded',
  'stale',
  'conflict',
  'rejected',
  // Any other kind, so that the sum is complete.
  ...outcomeKinds,
  'unanswered',
]);

/** The sum of all outcomes. */
export function reconcile(all: readonly Answered[]) {
  const fates = fatesOf(all);
  const counts = new Map<Fate, number>();
  for (const fate of fates.values()) counts.set(fate, (counts.get(fate) ?? 0) + 1);
  const published = all.flatMap(({ answer, qr }) => [answer, qr]).filter((outcome) => outcome !== undefined);
  const fresh = all.flatMap((one) => (one.answer && fates.get(one) !== 'repeated' ? [one.answer] : []));
  const codes = all.flatMap(({ qr }) => (qr === undefined ? [] : [qr]));
  const byKind = (kind: OutcomeKind) => [...fresh, ...codes].filter(({ outcome }) => outcome === kind).length;
  return {
    commands: all.length,
    /** Each message once, in the order of the sum, without empty kinds. They add up to `commands`. */
    fates: [...fateOrder].flatMap((fate): [Fate, number][] => {
      const count = counts.get(fate) ?? 0;
      return count === 0 ? [] : [[fate, count]];
    }),
    /** Outcomes by kind, with the QR codes of creates, and the number of repeats among all. */
    outcomes: {
      ...(Object.fromEntries(outcomeKinds.map((kind) => [kind, byKind(kind)])) as Record<OutcomeKind, number>),
      parked: counts.get('parked') ?? 0,
      repeated: counts.get('repeated') ?? 0,
    },
    /** Codes of creates. */
    qr: {
      owed: all.filter(owesQr).length,
      ready: codes.filter(({ outcome }) => outcome === 'qr-ready').length,
      failed: codes.filter(({ outcome }) => outcome === 'qr-failed').length,
    },
    /** Requests that created a link, each once. */
    distinctCreates: counts.get('created') ?? 0,
    /** `onelinkId/shortlinkId` of every link that must exist at the end. */
    links: linksOf(published),
    /** Keys in the QR bucket that outcomes name. */
    qrKeys: new Set(published.flatMap(({ qr }) => (qr === undefined ? [] : [qr.key]))),
    /** Messages without an outcome, or without the code that they asked for. Parked messages are not among them. */
    unaccounted: all.filter((one) => !isSettled(one) && !isParked(one)),
  };
}

/**
 * The fate of each message. Two copies of one create in flight at the same time both end as `created`, with the same
 * outcome. The second one counts as a repeat.
 */
export function fatesOf(all: readonly Answered[]): Map<Answered, Fate> {
  const made = new Set<string>();
  return new Map(
    all.map((one): [Answered, Fate] => {
      const { answer } = one;
      if (answer === undefined) return [one, isParked(one) ? 'parked' : 'unanswered'];
      if (answer.repeat) return [one, 'repeated'];
      if (answer.outcome === 'created') {
        if (made.has(answer.outcomeId)) return [one, 'repeated'];
        made.add(answer.outcomeId);
      }
      return [one, answer.outcome];
    }),
  );
}

/** The links that must exist according to the outcomes. The latest version of each address decides. */
function linksOf(outcomes: readonly Outcome[]): Set<string> {
  const latest = new Map<string, { version: number; alive: boolean }>();
  for (const { outcome, link } of outcomes) {
    if (link === undefined || !['created', 'updated', 'deleted', 'adopted', 'migrated'].includes(outcome)) continue;
    const address = `${link.onelinkId}/${link.shortlinkId}`;
    const version = link.version ?? 0;
    const known = latest.get(address)?.version ?? -1;
    // An interrupted create publishes its link's state at its return: deleted, with the version of the delete.
    const decides = version > known || (version === known && outcome === 'deleted');
    if (decides) latest.set(address, { version, alive: outcome !== 'deleted' });
  }
  return new Set([...latest].filter(([, { alive }]) => alive).map(([address]) => address));
}

export type Reconciliation = ReturnType<typeof reconcile>;
