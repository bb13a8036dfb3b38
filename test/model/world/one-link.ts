import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { type CarriedOut, EmulatedApi } from '../../world/emulated-api.ts';
import type { HeldLink } from '../../world/held-links.ts';

/** A write that reached the API, whether or not its answer reached anybody. */
export interface Write extends Pick<CarriedOut, 'key' | 'meaning'> {
  environment: number;
  operation: 'create' | 'update' | 'delete';
  /** Whose data it carried: the commands' own mark (commands.ts). */
  mark: string | undefined;
}

/** The API shows an expired link, which may be brought back by an update, for up to two days. */
const purgeDelaySeconds = 48 * 3_600;

const image = Buffer.from('89504e470d0a1a0a', 'hex');

/** The emulated OneLink API, and what the invariants have to know of it; which calls fail is the scheduler's to say. */
export class ObservedOneLink {
  readonly api: EmulatedApi;
  readonly writes: Write[] = [];
  /** Links that expired and are no longer known. */
  readonly purged = new Set<string>();
  /** Links that were clicked since they were last written. */
  readonly clicked = new Set<string>();
  /** Whose call is carried out at the moment: the scheduler carries out one at a time. */
  caller = -1;
  /** Links that were made, and neither deleted nor noted as purged. */
  readonly #made = new Set<string>();
  readonly #nowSeconds: () => number;

  constructor(nowMilliseconds: () => number) {
    this.#nowSeconds = () => Math.floor(nowMilliseconds() / 1000);
    this.api = new EmulatedApi({
      now: nowMilliseconds,
      sleep: async () => {},
      // The pace is not modelled, and a code that is drawn takes longer than a run of the model.
      settings: { requestsPerSecond: 2_000, qrRequestsPerSecond: 2_000 },
      drawQr: async () => image,
      onCarriedOut: (call) => this.#note(call),
    });
  }

  /** Those of the pipeline, by key. */
  get links(): Map<string, HeldLink> {
    return new Map([...this.api.links].filter(([, { foreign }]) => !foreign));
  }

  /** Somebody makes a link in the user interface, if the ID is free. */
  makeByHand(key: string): void {
    if (this.api.links.has(key)) return;
    this.api.links.set(key, {
      data: { pid: 'by hand' },
      expiresAt: this.#nowSeconds() + 3_650 * 86_400,
      foreign: true,
    });
  }

  deleteByHand(key: string): void {
    if (this.api.links.get(key)?.foreign) this.api.links.delete(key);
  }

  click(key: string): void {
    const before = this.api.links.get(key);
    this.api.click(key);
    if (before?.renewTtl && before.expiresAt > this.#nowSeconds()) this.clicked.add(key);
  }

  /** Expired links go: at last after two days, and sooner when the generated order says so. */
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
    this.writes.push({ environment: this.caller, operation, key, mark, meaning });
    if (meaning !== 'ok') return;
    this.clicked.delete(key);
    if (operation === 'delete') this.#made.delete(key);
    // Made anew without a delete: the link before it was purged in the meantime.
    if (operation === 'create' && this.#made.has(key)) this.purged.add(key);
    if (operation === 'create') this.#made.add(key);
  }
}

export function keyOf({ onelinkId, shortlinkId }: LinkAddress): string {
  return `${onelinkId}/${shortlinkId}`;
}
