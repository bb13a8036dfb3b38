import { type Create, type Line, late } from './line.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Links that are there, each to be changed in one way. */
export interface ToChange {
  updated: Create[];
  deleted: Create[];
  coded: Create[];
  outdated: Create[];
  seized: Create[];
}

/**
 * Changes of links that were made earlier in the file. One to a link, so that none waits for another; a change whose link
 * is not there yet would wait some ten seconds and try again.
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
    // Asked for before the link itself was: it has been overtaken, and what came later stands.
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
