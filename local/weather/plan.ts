import { type SeededRandom, seededRandom } from '../../examples/campaign/seeded-random.ts';
import { allKinds, kinds, type WeatherKind } from './kinds.ts';

/** `mild` lets every retry of an SDK succeed, so no call fails permanently. A `storm` does not. */
export type Strength = 'mild' | 'storm';

export interface WeatherOptions {
  readonly seed: number;
  /** Default: all. */
  readonly kinds?: readonly WeatherKind[] | undefined;
  /** Default: mild. */
  readonly strength?: Strength;
  /** Probabilities from 0 to 1 that override those of the strength. */
  readonly chances?: Readonly<Partial<Record<WeatherKind, number>>>;
}

/**
 * Decides when each kind occurs. Each kind draws from a random sequence of its own: its n-th decision depends on the
 * seed alone, whatever other kinds are on.
 */
export class WeatherPlan {
  readonly seed: number;
  readonly strength: Strength;
  readonly #chances: WeatherOptions['chances'];
  readonly #random = new Map<WeatherKind, SeededRandom>();
  readonly #counts = new Map<WeatherKind, number>();

  constructor({ seed, kinds: on = allKinds, strength = 'mild', chances }: WeatherOptions) {
    this.seed = seed;
    this.strength = strength;
    this.#chances = chances;
    for (const kind of allKinds.filter((each) => on.includes(each))) {
      this.#random.set(kind, seededRandom(seed ^ hashOf(kind)));
      this.#counts.set(kind, 0);
    }
  }

  isOn(kind: WeatherKind): boolean {
    return this.#random.has(kind);
  }

  /** Decides whether the kind occurs this time, and counts it. */
  strikes(kind: WeatherKind): boolean {
    const random = this.#random.get(kind);
    const chance = this.#chances?.[kind] ?? kinds[kind][this.strength];
    if (random === undefined || random.fraction() >= chance) return false;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    return true;
  }

  /** A number from `least` up to `most`, from the kind's own sequence. */
  between(kind: WeatherKind, least: number, most: number): number {
    return least + (most - least) * (this.#random.get(kind)?.fraction() ?? 0);
  }

  /** Some of the items, sometimes all of them, and at least one. They keep their order. */
  some<Item>(kind: WeatherKind, items: readonly Item[]): Set<Item> {
    const certain = Math.floor(this.between(kind, 0, items.length));
    return new Set(items.filter((_, index) => index === certain || this.between(kind, 0, 1) < 0.3));
  }

  /** How often each enabled kind has occurred. */
  counts(): ReadonlyMap<WeatherKind, number> {
    return this.#counts;
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of Buffer.from(text)) hash = Math.imul(hash ^ character, 0x01000193);
  return hash;
}
