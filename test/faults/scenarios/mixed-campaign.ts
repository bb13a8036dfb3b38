import { type SeededRandom, seededRandom } from '../../../examples/campaign/seeded-random.ts';
import { dataOf } from '../wire/api-writes.ts';
import type { TestCommand } from '../world/correspondence.ts';

const onelinkId = 'A1b3';
const source = 'crm';
const qr = { format: 'png', size: 120 } as const;
/** All commands have a requestedAt in the past, each a second after the one before. */
const keptUntil = '2026-12-31T00:00:00Z';
const begins = Date.parse('2026-03-01T10:00:00Z');

/** The kinds of creates in a wave, by frequency. */
const kinds = ['derived', 'derived', 'derived', 'chosen', 'chosen', 'with code', 'with code', 'conflict'] as const;

/** The same kinds with links that end: some live for a day, some for a day after each click, and some are kept. */
const kindsThatEnd = [...kinds, 'of a day', 'of a day', 'clicked', 'kept'] as const;

/**
 * Waves of commands in random order: new links of every kind, and changes and QR codes of links of this wave or an earlier one.
 * A tenth of the commands is sent twice. The same seed makes the same waves.
 */
export class MixedCampaign {
  readonly #random: SeededRandom;
  readonly #chosen: string[] = [];
  readonly #kinds: readonly (typeof kindsThatEnd)[number][];
  /** Chosen IDs of links that end, and whether clicks renew them. No other create chooses these IDs, so each has one end. */
  readonly #ending = new Map<string, { renews: boolean }>();
  #count = 0;

  constructor(seed: number, { linksEnd = false } = {}) {
    this.#random = seededRandom(seed);
    this.#kinds = linksEnd ? kindsThatEnd : kinds;
  }

  /** Half of the links that live for a day after each click: users click these links. */
  clicked(): { onelinkId: string; shortlinkId: string }[] {
    const renewing = [...this.#ending].filter(([, { renews }]) => renews);
    return renewing.filter(() => this.#random.fraction() < 0.5).map(([shortlinkId]) => ({ onelinkId, shortlinkId }));
  }

  wave(size: number): TestCommand[] {
    const commands: TestCommand[] = [];
    while (commands.length < size) {
      const made = this.#random.fraction() < 0.5 || this.#chosen.length < 5 ? [this.#create()] : this.#changes();
      commands.push(...made);
    }
    const copies = commands.filter(() => this.#random.fraction() < 0.1);
    return this.#shuffled([...commands, ...copies]);
  }

  #create(): TestCommand {
    const kind = this.#random.pick(this.#kinds);
    const { requestId, ...rest } = this.#next();
    const create = { ...rest, requestId, action: 'create', data: dataOf(requestId) } as const;
    if (kind === 'derived') return create;
    if (kind === 'with code') return { ...create, qr };
    if (kind === 'conflict' && this.#chosen.length > 0)
      return { ...create, shortlinkId: this.#random.pick(this.#chosen) };
    const shortlinkId = `c-${requestId}`;
    if (kind === 'of a day' || kind === 'clicked') {
      const renews = kind === 'clicked';
      this.#ending.set(shortlinkId, { renews });
      const withCode = this.#random.fraction() < 0.3;
      return { ...create, shortlinkId, ttl: '1d', renewTtl: renews, ...(withCode && { qr }) };
    }
    // With a term of two weeks. The expiry worker renews the link in the second week.
    if (kind === 'kept') return { ...create, shortlinkId, ttl: '14d', renewTtl: true, keepUntil: keptUntil };
    this.#chosen.push(shortlinkId);
    return { ...create, shortlinkId, ...(this.#random.fraction() < 0.3 && { qr }) };
  }

  /** One to three changes or QR codes of one link. */
  #changes(): TestCommand[] {
    // One of the latest links, whose create may still be running.
    const recent = [...this.#chosen.slice(-12), ...[...this.#ending.keys()].slice(-3)];
    const shortlinkId = this.#random.pick(recent);
    return Array.from({ length: 1 + this.#random.integer(3) }, (): TestCommand => {
      const { requestId, ...rest } = this.#next();
      const command = { ...rest, requestId, shortlinkId };
      const chance = this.#random.fraction();
      if (chance < 0.6) return { ...command, action: 'update', data: dataOf(requestId) };
      if (chance < 0.75) {
        this.#retire(shortlinkId);
        return { ...command, action: 'delete' };
      }
      return { ...command, action: 'qr', qr };
    });
  }

  /** Most deleted links get no more commands. */
  #retire(shortlinkId: string): void {
    const at = this.#chosen.indexOf(shortlinkId);
    if (at >= 0 && this.#random.fraction() < 0.8) this.#chosen.splice(at, 1);
  }

  #next() {
    this.#count += 1;
    const requestId = `m-${this.#count}`;
    const requestedAt = new Date(begins + this.#count * 1000).toISOString();
    return { specVersion: '1.0', source, onelinkId, requestId, requestedAt } as const;
  }

  #shuffled<Item>(items: Item[]): Item[] {
    const order = items.map((item) => ({ item, at: this.#random.fraction() }));
    return order.sort((one, other) => one.at - other.at).map(({ item }) => item);
  }
}
