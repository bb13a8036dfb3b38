import { type Answer, ok } from '../answer.ts';
import type { Fields } from '../data/fields.ts';
import { checkedPayload } from '../data/payload.ts';
import { checkedRenewTtl, ttlSeconds } from '../data/ttl.ts';
import type { Emulator } from '../emulator.ts';
import { invalidBody } from '../errors.ts';
import type { Call } from '../operations.ts';
import { checkedBrandDomain, shortUrl } from '../short-url.ts';
import type { LinkRecord } from '../store.ts';
import { linkFor } from './read.ts';

/**
 * PUT /shortlinks/{onelink-id}/{shortlink-id}: replaces the parameters of a link.
 *
 * A given `ttl` replaces the link's TTL and runs from now. Without a `ttl`, a link with `renew_ttl` restarts its TTL
 * and any other link keeps its expiry. PUT changes `renew_ttl` and `brand_domain` only if the body has them. A PUT with
 * a `ttl` revives an expired link that is not yet purged. If the settings let PUT change a link of v1.0, it becomes a
 * link of v2.0.
 */
export function updateLink(emulator: Emulator, call: Call, body: Fields | undefined): Answer {
  const { settings, store } = emulator;
  const link = linkFor(emulator, call);
  if (body === undefined) throw invalidBody();
  const ttl = body.get('ttl');
  changeLink(emulator, link, {
    ttlSeconds: ttl && ttlSeconds(ttl, settings),
    renewTtl: checkedRenewTtl(body.get('renew_ttl')),
    payload: checkedPayload(body.get('data'), settings),
    brandDomain: checkedBrandDomain(settings, call, body.get('brand_domain')),
  });
  if (link.api === 'v1.0') {
    link.api = 'v2.0';
    store.counts.migrated += 1;
  }
  return ok(JSON.stringify({ shortlink_url: shortUrl(settings, link) }));
}

/** What an update changes. A field that the request left out is undefined. */
interface LinkChange {
  payload: string;
  ttlSeconds: number | undefined;
  renewTtl: boolean | undefined;
  brandDomain: string | undefined;
}

/** Changes a link, and starts its TTL anew if the request has one or if the link renews itself. */
export function changeLink({ store, clock }: Emulator, link: LinkRecord, change: LinkChange): void {
  link.payload = change.payload;
  link.brandDomain = change.brandDomain ?? link.brandDomain;
  link.renewTtl = change.renewTtl ?? link.renewTtl;
  link.ttlSeconds = change.ttlSeconds ?? link.ttlSeconds;
  if (change.ttlSeconds !== undefined || link.renewTtl) link.expiresAtSeconds = clock.nowSeconds() + link.ttlSeconds;
  store.counts.updated += 1;
}
