import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import { released } from './release-record.ts';
import type { LeftState } from './running-pipeline.ts';

/** The link-ID secret of the recorded state, and of nothing else. */
export const releasedSecret = 'a secret of the test, long enough to derive link IDs with';

/** The commands whose requests the recorded state has. */
const command = {
  specVersion: '1.0',
  source: 'product',
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'print', c: 'posters' },
  requestedAt: '2026-03-01T10:00:00Z',
};
const { data: _, ...change } = command;
export const releasedCommands = {
  command,
  creates: [
    { ...command, requestId: 'derived' },
    { ...command, requestId: 'chosen', shortlinkId: 'poster', qr: {} },
    { ...command, requestId: 'deleted', shortlinkId: 'flyer' },
  ],
  removal: {
    ...change,
    requestId: 'removal',
    action: 'delete',
    shortlinkId: 'flyer',
    requestedAt: '2026-03-01T11:00:00Z',
  },
  parked: ['parked-1', 'parked-2'].map((requestId) => ({ ...command, source: 'crm', requestId })),
};

export interface ReleasedState extends LeftState {
  /** Epoch milliseconds at which it was recorded. */
  readonly at: number;
  readonly links: readonly {
    onelinkId: string;
    shortlinkId: string;
    data: Record<string, string>;
    ttl: string;
    expiry: string;
  }[];
  readonly outcomes: readonly Outcome[];
}

/** The state of the release before, as if it had been written now: times that end something move on, or all would have ended. */
export function releasedState(): ReleasedState {
  const { at, items, ...left } = released<ReleasedState>('state');
  const later = Math.round((Date.now() - at) / 1000);
  const moved = (value: unknown, name = ''): unknown => {
    if (typeof value === 'number' && /^(?:linkE|e)xpiresAt$|^until$/.test(name)) return value + later;
    if (Array.isArray(value)) return value.map((one) => moved(one));
    if (typeof value !== 'object' || value === null || value instanceof Set) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, moved(one, key)]));
  };
  const links = left.links.map((link) => ({
    ...link,
    expiry: new Date(Date.parse(link.expiry) + later * 1000).toISOString(),
  }));
  // A command that is older than the deduplication window would count as new.
  const parkedLater = (lot: string) =>
    lot.replaceAll(/"(sentAtMilliseconds|parkedAtMilliseconds)":(\d+)/g, (_, name: string, milliseconds: string) =>
      JSON.stringify({ [name]: Number(milliseconds) + later * 1000 }).slice(1, -1),
    );
  const { ArchiveBucketName: archive, CampaignBucketName } = left.objects;
  const ArchiveBucketName = Object.fromEntries(Object.entries(archive).map(([key, lot]) => [key, parkedLater(lot)]));
  return {
    ...left,
    at,
    links,
    items: items.map((item) => moved(item) as Record<string, unknown>),
    objects: { ArchiveBucketName, CampaignBucketName },
  };
}

/** What a repeat must have in common with the recorded outcome. */
export const knownPart = (outcome: Outcome | undefined) => [
  outcome?.requestId,
  outcome?.outcome,
  outcome?.outcomeId,
  outcome?.link,
];
