import { type Answer, ok } from '../answer.ts';
import { isoSeconds } from '../clock.ts';
import type { Emulator } from '../emulator.ts';
import { invalidSource, notFound } from '../errors.ts';
import type { Call } from '../operations.ts';
import type { LinkRecord } from '../store.ts';

/**
 * GET /shortlinks/{onelink-id}/{shortlink-id}: the link's parameters, expiry and TTL.
 *
 * Until the purge, GET returns an expired link with its past expiry. After the purge it returns 404.
 */
export function readLink(emulator: Emulator, call: Call): Answer {
  const link = existingLink(emulator, call);
  if (link.foreign && !emulator.settings.foreignReads) throw invalidSource();
  const left = Math.max(0, link.expiresAtSeconds - emulator.clock.nowSeconds());
  const ttl = emulator.settings.shownTtl === 'window' ? link.ttlSeconds : left;
  return ok(`{"payload":${link.payload},"expiry":"${isoSeconds(link.expiresAtSeconds)}","ttl":${ttl}}`);
}

/** @throws ApiError 404 if the template or the link is unknown */
function existingLink(emulator: Emulator, call: Call): LinkRecord {
  const link = emulator.store.get(call.onelinkId, call.shortlinkId);
  if (link === undefined || !Object.hasOwn(emulator.settings.templates, call.onelinkId)) throw notFound();
  return link;
}

/**
 * Finds a link that this version of the API may change or render as a QR code.
 * @throws ApiError 404, or 400 `invalid_source` for a link made elsewhere
 */
export function ownLink(emulator: Emulator, call: Call): LinkRecord {
  const link = existingLink(emulator, call);
  if (link.foreign) throw invalidSource();
  return link;
}
