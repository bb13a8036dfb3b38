import { addLink, hasIdForm } from '../actions/create.ts';
import { changeLink } from '../actions/update.ts';
import { type Answer, ok } from '../answer.ts';
import type { Fields } from '../data/fields.ts';
import { defaultTtlSeconds } from '../data/ttl.ts';
import type { Emulator } from '../emulator.ts';
import type { Call } from '../operations.ts';
import { shortUrl } from '../short-url.ts';
import type { LinkRecord } from '../store.ts';
import { shownPayload } from './encoding.ts';
import { absent, idTaken, invalidLink } from './refusal.ts';
import { checkedRequest } from './request.ts';

/**
 * POST /shortlink/v1/{onelink-id}?id={shortlink-id}: creates a link. Without an `id` the API chooses one.
 *
 * It checks the template, the ID, the body, and last whether the ID is free.
 */
export function createV1Link(emulator: Emulator, call: Call, body: Fields | undefined): Answer {
  const { settings, store } = emulator;
  const { onelinkId, shortlinkId } = call;
  if (!Object.hasOwn(settings.templates, onelinkId)) throw invalidLink();
  const isChosen = call.query.has('id');
  if (isChosen && !hasIdForm(shortlinkId, settings)) throw invalidLink();
  const {
    payload,
    ttlSeconds = defaultTtlSeconds,
    renewTtl = true,
    brandDomain,
  } = checkedRequest(settings, onelinkId, body);
  if (isChosen && store.get(onelinkId, shortlinkId) !== undefined) throw idTaken(settings);
  const chosenId = isChosen ? shortlinkId : undefined;
  const link = addLink(emulator, { onelinkId, chosenId, payload, ttlSeconds, renewTtl, brandDomain, api: 'v1.0' });
  return ok(JSON.stringify(shortUrl(settings, link)));
}

/** GET /shortlink/v1/{onelink-id}?id={shortlink-id}: the link's parameters, without its expiry and its TTL. */
export function readV1Link(emulator: Emulator, call: Call): Answer {
  const shown = shownPayload(v1Link(emulator, call), emulator.settings);
  return ok(emulator.settings.v1ReadAnswer === 'object' ? shown : JSON.stringify(shown));
}

/** PUT /shortlink/v1/{onelink-id}?id={shortlink-id}: replaces the parameters of a link, and its TTL if the body has one. */
export function updateV1Link(emulator: Emulator, call: Call, body: Fields | undefined): Answer {
  const link = v1Link(emulator, call);
  changeLink(emulator, link, checkedRequest(emulator.settings, call.onelinkId, body));
  return ok(JSON.stringify(shortUrl(emulator.settings, link)));
}

/** DELETE /shortlink/v1/{onelink-id}?id={shortlink-id}: removes the link at once and frees its ID. */
export function deleteV1Link(emulator: Emulator, call: Call): Answer {
  emulator.store.delete(v1Link(emulator, call));
  return ok('"ok"');
}

/** @throws V1Refusal 400 for an unknown template, an ID that cannot exist or a link of another maker; 404 without a link */
function v1Link({ settings, store }: Emulator, { onelinkId, shortlinkId }: Call): LinkRecord {
  if (!Object.hasOwn(settings.templates, onelinkId) || !hasIdForm(shortlinkId, settings)) throw invalidLink();
  const link = store.get(onelinkId, shortlinkId);
  if (link === undefined) throw absent();
  if (link.api !== 'v1.0') throw invalidLink();
  return link;
}
