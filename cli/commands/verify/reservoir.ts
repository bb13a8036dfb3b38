/**
 * A random sample of a stream whose length nobody knows beforehand (Vitter's algorithm R). No bias: whatever the order in
 * which they come, each item ends up in the sample with the same chance, and so does each combination of items.
 */
export class Reservoir<Item> {
  readonly #size: number;
  readonly #random: () => number;
  readonly #kept: Item[] = [];
  #seen = 0;

  /** @param random from 0 up to 1 */
  constructor(size: number, random: () => number = Math.random) {
    this.#size = size;
    this.#random = random;
  }

  add(item: Item): void {
    this.#seen += 1;
    if (this.#kept.length < this.#size) {
      this.#kept.push(item);
      return;
    }
    const place = Math.floor(this.#random() * this.#seen);
    if (place < this.#size) this.#kept[place] = item;
  }

  get seen(): number {
    return this.#seen;
  }

  get items(): readonly Item[] {
    return this.#kept;
  }
}
