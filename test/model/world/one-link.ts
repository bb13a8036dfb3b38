import type { ApiAnswer, LinkAtApi } from '../../../lambdas/domain/api-answer.ts';
import type { LinkAddress } from '../../../lambdas/domain/link-id.ts';
import type { LinkSpec } from '../../../lambdas/domain/link-spec.ts';
import type { QrImage } from '../../../lambdas/domain/qr-image.ts';
import { defaultTtlSeconds, ttlSeconds } from '../../../lambdas/domain/ttl.ts';

/** A link as the API holds it. */
export interface HeldLink {
  data: Record<string, string>;
  ttlSeconds: number;
  renewTtl: boolean;
  /** Epoch seconds. */
  expiresAt: number;
  /** Since it was last written. */
  clicks: number;
}

/** A write that reached the API, whether or not its answer reached anybody. */
export interface Write {
  environment: number;
  operation: 'create' | 'update' | 'delete';
  key: string;
  /** Whose data it carried: the commands' own mark (commands.ts). */
  mark: string | undefined;
  meaning: 'ok' | 'exists' | 'absent' | 'permanent';
}

/** The API shows an expired link, which may be brought back by an update, for up to two days. */
const purgeDelaySeconds = 48 * 3_600;

/** The OneLink API in memory, its lives of links included; which calls fail is the scheduler's to say. */
export class OneLinkInMemory {
  readonly links = new Map<string, HeldLink>();
  readonly writes: Write[] = [];
  /** Links that were made in the user interface: their IDs are taken, and nobody may read or change them here. */
  readonly madeByHand = new Set<string>();
  /** Links that expired and are no longer known. */
  readonly purged = new Set<string>();
  readonly #nowSeconds: () => number;

  constructor(nowSeconds: () => number) {
    this.#nowSeconds = nowSeconds;
  }

  create(environment: number, address: LinkAddress, link: LinkSpec): ApiAnswer<{ shortUrl: string }> {
    const key = keyOf(address);
    const meaning = this.links.has(key) || this.madeByHand.has(key) ? 'exists' : 'ok';
    this.writes.push({ environment, operation: 'create', key, mark: markOf(link), meaning });
    if (meaning !== 'ok') return failed(meaning);
    const ttl = secondsOf(link.ttl) ?? defaultTtlSeconds;
    const renewTtl = link.renewTtl ?? true;
    const expiresAt = this.#nowSeconds() + ttl;
    this.links.set(key, { data: { ...link.data }, ttlSeconds: ttl, renewTtl, expiresAt, clicks: 0 });
    return { meaning, value: { shortUrl: urlOf(key, link) } };
  }

  read(address: LinkAddress): ApiAnswer<LinkAtApi> {
    const held = this.links.get(keyOf(address));
    return held === undefined
      ? failed(this.#meaningOfNone(keyOf(address)))
      : { meaning: 'ok', value: { data: { ...held.data }, expiresAt: held.expiresAt } };
  }

  update(environment: number, address: LinkAddress, link: LinkSpec): ApiAnswer<{ shortUrl: string }> {
    const key = keyOf(address);
    const held = this.links.get(key);
    const meaning = held === undefined ? this.#meaningOfNone(key) : 'ok';
    this.writes.push({ environment, operation: 'update', key, mark: markOf(link), meaning });
    if (held === undefined) return failed(this.#meaningOfNone(key));
    const ttl = secondsOf(link.ttl);
    held.data = { ...link.data };
    held.ttlSeconds = ttl ?? held.ttlSeconds;
    held.renewTtl = link.renewTtl ?? held.renewTtl;
    if (ttl !== undefined || held.renewTtl) held.expiresAt = this.#nowSeconds() + held.ttlSeconds;
    held.clicks = 0;
    return { meaning: 'ok', value: { shortUrl: urlOf(key, link) } };
  }

  delete(environment: number, address: LinkAddress): ApiAnswer<null> {
    const key = keyOf(address);
    const meaning = this.links.delete(key) ? 'ok' : this.#meaningOfNone(key);
    this.writes.push({ environment, operation: 'delete', key, mark: undefined, meaning });
    return meaning === 'ok' ? { meaning, value: null } : failed(meaning);
  }

  qr(address: LinkAddress, format: QrImage['format']): ApiAnswer<QrImage> {
    if (!this.links.has(keyOf(address))) return failed(this.#meaningOfNone(keyOf(address)));
    return { meaning: 'ok', value: { format, bytes: Buffer.from('an image') } };
  }

  /** Somebody makes a link in the user interface, if the ID is free. */
  makeByHand(key: string): void {
    if (!this.links.has(key)) this.madeByHand.add(key);
  }

  #meaningOfNone(key: string): 'permanent' | 'absent' {
    return this.madeByHand.has(key) ? 'permanent' : 'absent';
  }

  /** A click extends a living link that renews itself. */
  click(key: string): void {
    const held = this.links.get(key);
    if (held === undefined || !held.renewTtl || held.expiresAt <= this.#nowSeconds()) return;
    held.expiresAt = this.#nowSeconds() + held.ttlSeconds;
    held.clicks++;
  }

  /** Expired links go: at last after two days, and sooner when the generated order says so. */
  purge(delaySeconds = purgeDelaySeconds): void {
    for (const [key, { expiresAt }] of this.links) {
      if (expiresAt + delaySeconds > this.#nowSeconds()) continue;
      this.links.delete(key);
      this.purged.add(key);
    }
  }
}

export function failed<Meaning extends string>(meaning: Meaning) {
  return { meaning, fault: { path: '', rule: `model-${meaning}`, message: 'as the model says' } };
}

export function keyOf({ onelinkId, shortlinkId }: LinkAddress): string {
  return `${onelinkId}/${shortlinkId}`;
}

function urlOf(key: string, { brandDomain }: LinkSpec): string {
  return `https://${brandDomain ?? 'acme.onelink.me'}/${key}`;
}

function secondsOf(ttl: LinkSpec['ttl']): number | undefined {
  return ttl === undefined ? undefined : ttlSeconds(ttl, 365);
}

function markOf({ data }: LinkSpec): string | undefined {
  return data.af_sub1;
}
