import { isDeepStrictEqual } from 'node:util';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { Settings } from '../../../local/onelink-api/settings.ts';
import { isMadeByApi } from '../../../local/onelink-api/store.ts';
import { type CarriedOut, EmulatedApi } from '../../world/emulated-api.ts';
import type { HeldLink } from '../../world/held-links.ts';

/** A write that reached the API, even if its answer was lost. */
export interface Write extends Pick<CarriedOut, 'key' | 'meaning'> {
  environment: number;
  operation: 'create' | 'update' | 'delete';
  /** The mark in its data, which identifies the command (commands.ts). */
  mark: string | undefined;
  /** The request to which its environment had leased the link last, as `source/requestId`. */
  leasedTo: string | undefined;
  /** Whether a GET shows other data than before. */
  isVisible: boolean;
}

/** Which links a version of the API may touch: its own, or those of version 1.0 as well (local/onelink-api/README.md). */
export type CrossVersion = Settings['crossVersion'];

/** The start of the mark of a link from outside the pipeline. */
const outside = 'outside-';
export const isOutside = ({ af_sub1: mark }: { af_sub1?: string }) => mark?.startsWith(outside) === true;
/** Version 1.0 keeps its data percent-encoded. */
const outsideData = (number: number, api: 'v2.0' | 'v1.0') => ({
  pid: 'script',
  af_sub1: `${outside}${number}`,
  deep_link_value: api === 'v1.0' ? 'offers%2F1184' : 'offers/1184',
});

/** The API shows an expired link for up to two days. In that time an update can make the link live again. */
const purgeDelaySeconds = 48 * 3_600;

const image = Buffer.from('89504e470d0a1a0a', 'hex');

/** The emulated OneLink API, with the observations that the invariants need. The scheduler decides which calls fail. */
export class ObservedOneLink {
  readonly api: EmulatedApi;
  readonly writes: Write[] = [];
  /** Links that expired and that the API has removed. */
  readonly purged = new Set<string>();
  /** Links with clicks since their last write. */
  readonly clicked = new Set<string>();
  /** The environment of the present call, and the data of its link before. The scheduler runs one call at a time. */
  #caller = { environment: -1, before: '' };
  readonly #leases = new Map<string, string>();
  #outsideLinks = 0;
  readonly #crossVersion: CrossVersion;
  /** Links that were made, and neither deleted nor recorded as purged. */
  readonly #made = new Set<string>();
  readonly #nowSeconds: () => number;

  constructor(nowMilliseconds: () => number, crossVersion: CrossVersion) {
    this.#crossVersion = crossVersion;
    this.#nowSeconds = () => Math.floor(nowMilliseconds() / 1000);
    this.api = new EmulatedApi({
      now: nowMilliseconds,
      sleep: async () => {},
      // The model has no pace. Rendering a QR code would take longer than a run of the model.
      settings: { requestsPerSecond: 2_000, qrRequestsPerSecond: 2_000, crossVersion },
      drawQr: async () => image,
      onCarriedOut: (call) => this.#note(call),
    });
  }

  /** The pipeline's links, by key. */
  get links(): Map<string, HeldLink> {
    return new Map([...this.api.links].filter(([, link]) => isMadeByApi(link)));
  }

  /** An environment sends a call for a link. */
  begin(environment: number, key: string): void {
    this.#caller = { environment, before: JSON.stringify(this.api.links.get(key)?.data) };
  }

  /** An environment leases a link to a request, `source/requestId`. */
  lease(environment: number, key: string, request: string): void {
    this.#leases.set(`${environment} ${key}`, request);
  }

  /** A script makes a link, if the ID is free and the pipeline never had a link there: nothing would tell the two apart. */
  makeOutside(key: string, api: 'v2.0' | 'v1.0'): void {
    if (this.api.links.has(key) || this.writes.some((write) => write.key === key)) return;
    const data = outsideData(++this.#outsideLinks, api);
    this.api.links.set(key, { data, expiresAt: this.#nowSeconds() + 31 * 86_400, api });
    this.#made.add(key);
  }

  /** Whether the data is that of a link from outside, as it was or as a migrate leaves it. */
  isOutsideData(data: Record<string, string>): boolean {
    const number = Number(data.af_sub1?.slice(outside.length));
    return (
      isOutside(data) && (['v2.0', 'v1.0'] as const).some((api) => isDeepStrictEqual(data, outsideData(number, api)))
    );
  }

  /** A user makes a link in the user interface, if the ID is free. The API must refuse to show it. */
  makeByHand(key: string): void {
    if (this.api.links.has(key) || this.#crossVersion === 'newer') return;
    this.api.links.set(key, {
      data: { pid: 'by hand' },
      expiresAt: this.#nowSeconds() + 3_650 * 86_400,
      api: 'dashboard',
    });
  }

  deleteByHand(key: string): void {
    if (this.api.links.get(key)?.api === 'dashboard') this.api.links.delete(key);
  }

  click(key: string): void {
    const before = this.api.links.get(key);
    this.api.click(key);
    if (before?.renewTtl && before.expiresAt > this.#nowSeconds()) this.clicked.add(key);
  }

  /** Removes expired links: after two days, or earlier in the generated order. */
  purge(delaySeconds = purgeDelaySeconds): void {
    for (const key of this.#made) {
      const link = this.api.links.get(key);
      if (link !== undefined && link.expiresAt + delaySeconds > this.#nowSeconds()) continue;
      this.api.links.delete(key);
      this.#made.delete(key);
      this.purged.add(key);
    }
  }

  #note({ operation, key, data, meaning }: CarriedOut): void {
    if (operation !== 'create' && operation !== 'update' && operation !== 'delete') return;
    const mark = typeof data?.af_sub1 === 'string' ? data.af_sub1 : undefined;
    const { environment, before } = this.#caller;
    const isVisible = JSON.stringify(this.api.links.get(key)?.data) !== before;
    const leasedTo = this.#leases.get(`${environment} ${key}`);
    this.writes.push({ environment, operation, key, mark, meaning, leasedTo, isVisible });
    if (meaning !== 'ok') return;
    this.clicked.delete(key);
    if (operation === 'delete') this.#made.delete(key);
    // The API accepts a second create without a delete only after it has removed the first link.
    if (operation === 'create' && this.#made.has(key)) this.purged.add(key);
    if (operation === 'create') this.#made.add(key);
  }
}

export function keyOf({ onelinkId, shortlinkId }: LinkAddress): string {
  return `${onelinkId}/${shortlinkId}`;
}
