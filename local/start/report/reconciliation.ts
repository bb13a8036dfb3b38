import { type Awaited, isParked, isSettled, owesQr } from '../../../cli/pipeline/awaited-outcomes.ts';
import { type Outcome, type OutcomeKind, outcomeKinds } from '../../../lambdas/domain/contract/outcome.ts';
import type { CampaignMessage } from '../campaign-input.ts';

/** What became of a message, as its row and the sum have it. */
export type Fate = OutcomeKind | 'repeated' | 'unanswered';

export type Answered = Awaited<CampaignMessage>;

/** What the outcomes say, added up. */
export interface Reconciliation {
  commands: number;
  /** Each message once, in the order of the sum; what never happened is left out. They add up to `commands`. */
  fates: [fate: Fate, count: number][];
  /** Outcomes by kind, those of QR codes that came with a link included, and how many of all were repeats. */
  outcomes: Record<OutcomeKind | 'repeated', number>;
  /** Codes that creates asked for together with their link. */
  qr: { owed: number; ready: number; failed: number };
  /** Requests that made a link, each once. */
  distinctCreates: number;
  /** `onelinkId/shortlinkId` of every link that must be there now. */
  links: Set<string>;
  /** Keys in the QR bucket that outcomes name. */
  qrKeys: Set<string>;
  /** Messages without an outcome, or without the code that they are owed; what is parked is not lost. */
  unaccounted: Answered[];
}

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
  // Whatever else there may be: the sum must come out.
  ...outcomeKinds,
  'unanswered',
]);

export function reconcile(all: readonly Answered[]): Reconciliation {
  const fates = fatesOf(all);
  const counts = new Map<Fate, number>();
  for (const fate of fates.values()) counts.set(fate, (counts.get(fate) ?? 0) + 1);
  const told = all.flatMap(({ answer, qr }) => [answer, qr]).filter((outcome) => outcome !== undefined);
  const fresh = all.flatMap((one) => (one.answer && fates.get(one) !== 'repeated' ? [one.answer] : []));
  const codes = all.flatMap(({ qr }) => (qr === undefined ? [] : [qr]));
  const byKind = (kind: OutcomeKind) => [...fresh, ...codes].filter(({ outcome }) => outcome === kind).length;
  return {
    commands: all.length,
    fates: [...fateOrder].flatMap((fate): [Fate, number][] => {
      const count = counts.get(fate) ?? 0;
      return count === 0 ? [] : [[fate, count]];
    }),
    outcomes: {
      ...(Object.fromEntries(outcomeKinds.map((kind) => [kind, byKind(kind)])) as Record<OutcomeKind, number>),
      parked: counts.get('parked') ?? 0,
      repeated: counts.get('repeated') ?? 0,
    },
    qr: {
      owed: all.filter(owesQr).length,
      ready: codes.filter(({ outcome }) => outcome === 'qr-ready').length,
      failed: codes.filter(({ outcome }) => outcome === 'qr-failed').length,
    },
    distinctCreates: counts.get('created') ?? 0,
    links: linksOf(told),
    qrKeys: new Set(told.flatMap(({ qr }) => (qr === undefined ? [] : [qr.key]))),
    unaccounted: all.filter((one) => !isSettled(one) && !isParked(one)),
  };
}

/**
 * The fate of each message. Two copies of one create that were in flight in the same instant are both told `created`, in
 * the same words; the second one counts as the repeat that it is.
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

/** The links that are there, if all of it is true: of each address the latest version decides. */
function linksOf(told: readonly Outcome[]): Set<string> {
  const latest = new Map<string, { version: number; alive: boolean }>();
  for (const { outcome, link } of told) {
    if (link === undefined || !['created', 'updated', 'deleted'].includes(outcome)) continue;
    const address = `${link.onelinkId}/${link.shortlinkId}`;
    const version = link.version ?? 0;
    const known = latest.get(address)?.version ?? -1;
    // A create that was interrupted tells of its link as it is when it comes back: deleted since, at the delete's version.
    const decides = version > known || (version === known && outcome === 'deleted');
    if (decides) latest.set(address, { version, alive: outcome !== 'deleted' });
  }
  return new Set([...latest].filter(([, { alive }]) => alive).map(([address]) => address));
}
