import { type Answer, ok } from '../answer.ts';
import { type Field, type Fields, plainText } from '../data/fields.ts';
import { checkedPayload } from '../data/payload.ts';
import { checkedRenewTtl, defaultTtlSeconds, ttlSeconds } from '../data/ttl.ts';
import type { Emulator } from '../emulator.ts';
import { invalidBody, invalidParameter, notFound, shortlinkIdTaken } from '../errors.ts';
import type { Call } from '../operations.ts';
import type { Settings } from '../settings.ts';
import { checkedBrandDomain, shortUrl } from '../short-url.ts';
import type { LinkRecord, LinkStore } from '../store.ts';

/**
 * POST /shortlinks/{onelink-id}: creates a link.
 *
 * It checks, in this order: template, body, `shortlink_id`, `ttl`, `renew_ttl`, `data`, `brand_domain`, and whether the
 * ID is free. A 409 therefore means that everything else was valid.
 */
export function createLink(emulator: Emulator, call: Call, body: Fields | undefined): Answer {
  const { settings, store } = emulator;
  const { onelinkId } = call;
  if (!Object.hasOwn(settings.templates, onelinkId)) throw notFound();
  if (body === undefined) throw invalidBody();
  const [id, ttl] = [body.get('shortlink_id'), body.get('ttl')];
  const chosenId = id && checkedShortlinkId(id, settings);
  const window = ttl === undefined ? defaultTtlSeconds : ttlSeconds(ttl, settings);
  const renewTtl = checkedRenewTtl(body.get('renew_ttl')) ?? true;
  const payload = checkedPayload(body.get('data'), settings);
  const brandDomain = checkedBrandDomain(settings, call, body.get('brand_domain'));
  if (chosenId !== undefined && store.get(onelinkId, chosenId) !== undefined) throw shortlinkIdTaken();
  const link = addLink(emulator, {
    onelinkId,
    chosenId,
    payload,
    ttlSeconds: window,
    renewTtl,
    brandDomain,
    api: 'v2.0',
  });
  return ok(JSON.stringify({ shortlink_url: shortUrl(settings, link) }));
}

type NewLink = Omit<LinkRecord, 'shortlinkId' | 'expiresAtSeconds' | 'clicks'> & { chosenId: string | undefined };

/** Stores a new link. Its TTL runs from now. */
export function addLink({ store, clock }: Emulator, { chosenId, ...asked }: NewLink): LinkRecord {
  const shortlinkId = chosenId ?? freeId(store, asked.onelinkId);
  const link = { ...asked, shortlinkId, expiresAtSeconds: clock.nowSeconds() + asked.ttlSeconds, clicks: 0 };
  store.put(link);
  store.counts.made += 1;
  return link;
}

const idForms = { seen: /^[A-Za-z0-9_-]{1,50}$/, guide: /^[A-Za-z0-9]{1,50}$/ } as const;

/**
 * The guide publishes at most 50 letters and digits. The reference's own examples have `_`, and links with `-` exist.
 */
export function hasIdForm(id: string, { shortlinkIdCharacters }: Settings): boolean {
  return idForms[shortlinkIdCharacters].test(id);
}

function checkedShortlinkId(id: Field, settings: Settings): string {
  if (typeof id.value === 'string' && hasIdForm(id.value, settings)) return id.value;
  throw invalidParameter('shortlink_id', plainText(id), 'value should be 1 to 50 letters and digits');
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Eight lower-case letters and digits, as the API generates them. */
function freeId(store: LinkStore, onelinkId: string): string {
  for (;;) {
    let id = '';
    while (id.length < 8) id += alphabet[Math.floor(Math.random() * alphabet.length)];
    if (store.get(onelinkId, id) === undefined) return id;
  }
}
