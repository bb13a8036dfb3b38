import { defaultTtlSeconds } from '../../local/onelink-api/data/ttl.ts';
import type { Emulator } from '../../local/onelink-api/emulator.ts';
import type { LinkMaker, LinkRecord } from '../../local/onelink-api/store.ts';

/** A link as the API holds it. */
export interface HeldLink {
  data: Record<string, string>;
  /** Epoch seconds. */
  expiresAt: number;
  ttlSeconds: number;
  renewTtl: boolean;
  brandDomain?: string;
  /** Who made it: a version of the API, a person in the dashboard, or another tool. */
  api: LinkMaker;
}

/** The emulator's links, by `A1b3/spring`. Tests read them, and add links that other systems have made. */
export class HeldLinks {
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  get(key: string): HeldLink | undefined {
    const link = this.#record(key);
    return link && heldLink(link);
  }

  has(key: string): boolean {
    return this.#record(key) !== undefined;
  }

  /** Adds a link. By default it has a TTL of 31 days and renews itself. */
  set(key: string, link: Pick<HeldLink, 'data' | 'expiresAt'> & Partial<HeldLink>): void {
    const [onelinkId = '', shortlinkId = ''] = key.split('/');
    this.#emulator.store.put({
      onelinkId,
      shortlinkId,
      payload: JSON.stringify(link.data),
      ttlSeconds: link.ttlSeconds ?? defaultTtlSeconds,
      renewTtl: link.renewTtl ?? true,
      expiresAtSeconds: link.expiresAt,
      brandDomain: link.brandDomain,
      api: link.api ?? 'v2.0',
      clicks: 0,
    });
  }

  delete(key: string): void {
    const link = this.#record(key);
    if (link !== undefined) this.#emulator.store.delete(link);
  }

  clear(): void {
    this.#emulator.store.clear();
  }

  get size(): number {
    return this.#emulator.store.census().held;
  }

  keys(): string[] {
    return [...this].map(([key]) => key);
  }

  *[Symbol.iterator](): Generator<[string, HeldLink]> {
    for (const link of this.#emulator.store.all()) yield [`${link.onelinkId}/${link.shortlinkId}`, heldLink(link)];
  }

  #record(key: string): LinkRecord | undefined {
    const [onelinkId = '', shortlinkId = ''] = key.split('/');
    return this.#emulator.store.get(onelinkId, shortlinkId);
  }
}

function heldLink(link: LinkRecord): HeldLink {
  return {
    data: JSON.parse(link.payload),
    expiresAt: link.expiresAtSeconds,
    ttlSeconds: link.ttlSeconds,
    renewTtl: link.renewTtl,
    ...(link.brandDomain !== undefined && { brandDomain: link.brandDomain }),
    api: link.api,
  };
}
