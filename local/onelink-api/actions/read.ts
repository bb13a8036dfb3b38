import { type Answer, ok } from '../answer.ts';
import { isoSeconds } from '../clock.ts';
import type { Emulator } from '../emulator.ts';
import { invalidSource, notFound } from '../errors.ts';
import type { Call, Operation } from '../operations.ts';
import type { Settings } from '../settings.ts';
import type { LinkMaker, LinkRecord } from '../store.ts';
import { shownPayload } from '../v1/encoding.ts';

/**
 * GET /shortlinks/{onelink-id}/{shortlink-id}: the link's parameters, expiry and TTL.
 *
 * Until the purge, GET returns an expired link with its past expiry. After the purge it returns 404.
 */
export function readLink(emulator: Emulator, call: Call): Answer {
  const link = linkFor(emulator, call);
  const left = Math.max(0, link.expiresAtSeconds - emulator.clock.nowSeconds());
  const ttl = emulator.settings.shownTtl === 'window' ? link.ttlSeconds : left;
  const payload = shownPayload(link, emulator.settings);
  return ok(`{"payload":${payload},"expiry":"${isoSeconds(link.expiresAtSeconds)}","ttl":${ttl}}`);
}

/**
 * Finds the link of a call of v2.0.
 * @throws ApiError 404 if the template or the link is unknown; 400 `invalid_source` for a link of a maker that this
 *   operation may not touch
 */
export function linkFor({ settings, store }: Emulator, { operation, onelinkId, shortlinkId }: Call): LinkRecord {
  const link = store.get(onelinkId, shortlinkId);
  if (link === undefined || !Object.hasOwn(settings.templates, onelinkId)) throw notFound();
  if (!mayTouch(operation, link.api, settings.crossVersion)) throw invalidSource();
  return link;
}

/** By the guide, v2.0 touches its own links only. By newer texts, it reads all, and changes and deletes those of v1.0. */
function mayTouch(operation: Operation, maker: LinkMaker, crossVersion: Settings['crossVersion']): boolean {
  if (maker === 'v2.0') return true;
  if (crossVersion === 'separate' || operation === 'qr') return false;
  return operation === 'read' || maker === 'v1.0';
}
