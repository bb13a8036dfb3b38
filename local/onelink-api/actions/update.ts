import { type Answer, ok } from '../answer.ts';
import type { Fields } from '../data/fields.ts';
import { checkedPayload } from '../data/payload.ts';
import { checkedRenewTtl, ttlSeconds } from '../data/ttl.ts';
import type { Emulator } from '../emulator.ts';
import { invalidBody } from '../errors.ts';
import type { Call } from '../operations.ts';
import { checkedBrandDomain, shortUrl } from '../short-url.ts';
import { ownLink } from './read.ts';

/**
 * PUT /shortlinks/{onelink-id}/{shortlink-id}: replaces the parameters of a link.
 *
 * A given `ttl` replaces the link's TTL and runs from now. Without a `ttl`, a link with `renew_ttl` restarts its TTL
 * and any other link keeps its expiry. PUT changes `renew_ttl` and `brand_domain` only if the body has them. A PUT with
 * a `ttl` revives an expired link that is not yet purged.
 */
export function updateLink(emulator: Emulator, call: Call, body: Fields | undefined): Answer {
  const { settings, store, clock } = emulator;
  const link = ownLink(emulator, call);
  if (body === undefined) throw invalidBody();
  const ttl = body.get('ttl');
  const window = ttl && ttlSeconds(ttl, settings);
  const renewTtl = checkedRenewTtl(body.get('renew_ttl')) ?? link.renewTtl;
  const payload = checkedPayload(body.get('data'), settings);
  const brandDomain = checkedBrandDomain(settings, call, body.get('brand_domain')) ?? link.brandDomain;

  link.payload = payload;
  link.brandDomain = brandDomain;
  link.renewTtl = renewTtl;
  if (window !== undefined) link.ttlSeconds = window;
  if (window !== undefined || renewTtl) link.expiresAtSeconds = clock.nowSeconds() + link.ttlSeconds;
  store.counts.updated += 1;
  return ok(JSON.stringify({ shortlink_url: shortUrl(settings, link) }));
}
