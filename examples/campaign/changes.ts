import { type Create, type Line, late } from './line.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Links that the campaign creates and then changes, each in one way. */
export interface ToChange {
  updated: Create[];
  deleted: Create[];
  coded: Create[];
  outdated: Create[];
  seized: Create[];
}

/**
 * Changes of links that earlier lines create. Each link gets one change, so no change waits for another. If its link did not
 * exist yet, a change would return to the queue for some ten seconds.
 */
export function changes(random: SeededRandom, links: ToChange): Line[] {
  const of = (create: Create, verb: string) => ({
    source: create.source,
    requestId: `${verb}-${create.requestId}`,
    onelinkId: create.onelinkId,
    shortlinkId: create.shortlinkId ?? '',
  });
  const place = () => late(random);
  return [
    ...links.updated.map((link): Line => {
      const data = { ...link.data, c: 'autumn_again', deep_link_value: 'stores/new-address' };
      return { fate: 'updated', body: { ...of(link, 'update'), action: 'update', data, ttl: '180d' }, place: place() };
    }),
    ...links.deleted.map(
      (link): Line => ({ fate: 'deleted', body: { ...of(link, 'delete'), action: 'delete' }, place: place() }),
    ),
    ...links.coded.map((link, index): Line => {
      const qr = index % 2 === 0 ? { qr: { size: 480, format: 'jpg' as const } } : {};
      return { fate: 'qr-ready', body: { ...of(link, 'qr'), action: 'qr', ...qr }, place: place() };
    }),
    // Requested before the link's create, so the later request wins.
    ...links.outdated.map(
      (link): Line => ({
        fate: 'superseded',
        body: { ...of(link, 'outdated'), action: 'update', data: link.data },
        place: place(),
        requestedAt: '2025-11-03T07:00:00Z',
      }),
    ),
    // Only the source that made a link may change it.
    ...links.seized.map(
      (link): Line => ({
        fate: 'rejected',
        body: { ...of(link, 'seize'), source: 'studio', action: 'delete' },
        place: place(),
      }),
    ),
  ];
}
