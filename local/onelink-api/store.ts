import type { EmulatorClock } from './clock.ts';
import { apiVersions } from './operations.ts';

/** The makers of links: the versions of the API, the dashboard, its bulk tool, and an SDK. */
export const linkMakers = [...apiVersions, 'dashboard', 'bulk', 'sdk'] as const;
export type LinkMaker = (typeof linkMakers)[number];

/** Whether a version of the API made the link, not a person or another tool. */
export function isMadeByApi({ api }: { api: LinkMaker }): boolean {
  return api === 'v2.0' || api === 'v1.0';
}

/** A link as the API stores it. */
export interface LinkRecord {
  readonly onelinkId: string;
  readonly shortlinkId: string;
  /** The parameters as compact JSON: a string takes a third of the object's memory, and GET sends it unchanged. */
  payload: string;
  /** The configured TTL, not the time left of it. */
  ttlSeconds: number;
  /** Whether a click or an update restarts the TTL. */
  renewTtl: boolean;
  expiresAtSeconds: number;
  brandDomain: string | undefined;
  /** Who made the link. A PUT of v2.0 may move a link of v1.0 to v2.0, so this can change. */
  api: LinkMaker;
  clicks: number;
}

/**
 * Since the start: links made by POST, preloaded, updated and deleted, and records removed by a purge. `migrated` counts
 * the updates that moved a link from v1.0 to v2.0.
 */
const noCounts = () => ({ made: 0, preloaded: 0, updated: 0, migrated: 0, deleted: 0, purged: 0 });

/** The links of the account, by template and ID. IDs are case-sensitive. */
export class LinkStore {
  readonly #links = new Map<string, LinkRecord>();
  readonly #clock: EmulatorClock;
  readonly #purgeDelaySeconds: () => number;
  counts = noCounts();

  constructor(clock: EmulatorClock, purgeDelaySeconds: () => number) {
    this.#clock = clock;
    this.#purgeDelaySeconds = purgeDelaySeconds;
  }

  /** The link, live or expired. After its purge, undefined. */
  get(onelinkId: string, shortlinkId: string): LinkRecord | undefined {
    const key = `${onelinkId}/${shortlinkId}`;
    const link = this.#links.get(key);
    if (link === undefined || !this.#isPurgeDue(link)) return link;
    this.#links.delete(key);
    this.counts.purged += 1;
    return undefined;
  }

  put(link: LinkRecord): void {
    this.#links.set(`${link.onelinkId}/${link.shortlinkId}`, link);
  }

  delete(link: LinkRecord): void {
    this.#links.delete(`${link.onelinkId}/${link.shortlinkId}`);
    this.counts.deleted += 1;
  }

  isExpired(link: LinkRecord): boolean {
    return this.#clock.nowSeconds() >= link.expiresAtSeconds;
  }

  /** Every link not yet purged, oldest first. */
  *all(): Generator<LinkRecord> {
    for (const link of this.#links.values()) {
      if (!this.#isPurgeDue(link)) yield link;
    }
  }

  /** The number of links stored, and the number of live ones. It visits each link: milliseconds for 100,000. */
  census() {
    const now = this.#clock.nowSeconds();
    const purgeBefore = now - this.#purgeDelaySeconds();
    let held = 0;
    let alive = 0;
    for (const [key, link] of this.#links) {
      if (link.expiresAtSeconds > now) alive += 1;
      if (link.expiresAtSeconds > purgeBefore) {
        held += 1;
      } else {
        this.#links.delete(key);
        this.counts.purged += 1;
      }
    }
    return { held, alive };
  }

  clear(): void {
    this.#links.clear();
    this.counts = noCounts();
  }

  #isPurgeDue(link: LinkRecord): boolean {
    return link.expiresAtSeconds + this.#purgeDelaySeconds() <= this.#clock.nowSeconds();
  }
}
