import * as z from 'zod';
import { isoSeconds, isRepresentable } from './clock.ts';
import { refused } from './control-error.ts';
import { type Field, fieldOf, jsonOf } from './data/fields.ts';
import { isParameterValue } from './data/parameters.ts';
import { defaultTtlSeconds, ttlSeconds } from './data/ttl.ts';
import type { Emulator } from './emulator.ts';
import type { Settings } from './settings.ts';
import { shortUrl } from './short-url.ts';
import { type LinkMaker, type LinkRecord, linkMakers } from './store.ts';
import { asStored } from './v1/encoding.ts';
import { v1TtlSeconds } from './v1/request.ts';

/** A link as the admin endpoints return it. */
export function linkView(emulator: Emulator, link: LinkRecord) {
  return {
    onelinkId: link.onelinkId,
    shortlinkId: link.shortlinkId,
    shortlinkUrl: shortUrl(emulator.settings, link),
    payload: JSON.parse(link.payload) as Record<string, unknown>,
    /** ISO 8601, whole seconds, UTC. */
    expiry: isoSeconds(link.expiresAtSeconds),
    /** The configured TTL in seconds. */
    ttl: link.ttlSeconds,
    renewTtl: link.renewTtl,
    /** Expired and not yet purged. */
    expired: emulator.store.isExpired(link),
    /** Who made the link: `v2.0`, `v1.0`, `dashboard`, `bulk` or `sdk`. */
    api: link.api,
    clicks: link.clicks,
  };
}

export type LinkView = ReturnType<typeof linkView>;

/** The same link as a line of JSON. The numbers of `payload` are as the client wrote them. */
export function linkLine(emulator: Emulator, link: LinkRecord): string {
  const { onelinkId, shortlinkId, shortlinkUrl, payload: _, ...others } = linkView(emulator, link);
  const before = JSON.stringify({ onelinkId, shortlinkId, shortlinkUrl });
  return `${before.slice(0, -1)},"payload":${link.payload},${JSON.stringify(others).slice(1)}`;
}

const ttlForm = /^[1-9]\d{0,8}[mhd]?$/;

/**
 * A link of a preload. Its parameters are not checked, because the dashboard's rules differ from the API's. Those of a
 * link of v1.0 must be encoded as in a request, or the characters become blanks.
 */
export const preloadSchema = z.strictObject({
  onelinkId: z.string().min(1),
  shortlinkId: z.string().regex(/^[A-Za-z0-9_-]{1,50}$/, '1 to 50 letters, digits, _ or -'),
  data: z.record(z.string(), z.custom<string | number | boolean>(isParameterValue, 'a string, a number or a boolean')),
  /** As in a request: `10m`, `20h`, `14d`, a bare number of days. Default: 31 days. */
  ttl: z.string().regex(ttlForm, 'minutes, hours or days, such as 10m, 20h or 14d').optional(),
  renewTtl: z.boolean().default(true),
  /** ISO 8601. Default: now + ttl. */
  expiry: z.iso
    .datetime({ offset: true })
    .refine((instant) => isRepresentable(Date.parse(instant)), 'must be from 1970 to 9999')
    .optional(),
  brandDomain: z.string().optional(),
  /** Who made the link. */
  api: z.enum(linkMakers).default('v2.0'),
});
export type PreloadedLink = z.input<typeof preloadSchema>;

/**
 * Adds links without POST: no quota, no rate limit, no checks of parameters. It adds all of them or none.
 * @throws ControlError for an unknown template or brand domain, or an ID that is taken
 */
export function preload(emulator: Emulator, links: readonly z.output<typeof preloadSchema>[]): void {
  const { settings, store } = emulator;
  const seen = new Set<string>();
  for (const [index, { onelinkId, shortlinkId, brandDomain }] of links.entries()) {
    const template = Object.hasOwn(settings.templates, onelinkId) ? settings.templates[onelinkId] : undefined;
    const key = `${onelinkId}/${shortlinkId}`;
    if (template === undefined) throw refused(`${index}.onelinkId`, 'must be a known template');
    if (seen.has(key) || store.get(onelinkId, shortlinkId) !== undefined) {
      throw refused(`${index}.shortlinkId`, 'must not be taken');
    }
    if (brandDomain !== undefined && !template.brandDomains.includes(brandDomain)) {
      throw refused(`${index}.brandDomain`, 'must be a brand domain of the template');
    }
    seen.add(key);
  }
  for (const link of links) {
    const window = link.ttl === undefined ? defaultTtlSeconds : ttlOf(link.api, fieldOf(link.ttl), settings);
    store.put({
      onelinkId: link.onelinkId,
      shortlinkId: link.shortlinkId,
      payload: storedPayload(link),
      ttlSeconds: window,
      renewTtl: link.renewTtl,
      expiresAtSeconds:
        link.expiry === undefined ? emulator.clock.nowSeconds() + window : Math.floor(Date.parse(link.expiry) / 1000),
      brandDomain: link.brandDomain,
      api: link.api,
      clicks: 0,
    });
    store.counts.preloaded += 1;
  }
}

function ttlOf(maker: LinkMaker, ttl: Field, settings: Settings): number {
  return maker === 'v1.0' ? v1TtlSeconds(ttl) : ttlSeconds(ttl, settings);
}

function storedPayload({ api, data }: z.output<typeof preloadSchema>): string {
  if (api !== 'v1.0') return JSON.stringify(data);
  return jsonOf(asStored(new Map(Object.entries(data).map(([name, value]) => [name, fieldOf(value)]))));
}
