/**
 * A random sample of a stream of unknown length (Vitter's algorithm R). It has no bias: in any order of the stream, each
 * item has the same chance to be in the sample. Each combination of items has the same chance, too.
 */
export class Reservoir<Item> {
  readonly #size: number;
  readonly #random: () => number;
  readonly items: Item[] = [];
  seen = 0;

  /** @param random from 0 up to 1 */
  constructor(size: number, random: () => number = Math.random) {
    this.#size = size;
    this.#random = random;
  }

  add(item: Item): void {
    this.seen += 1;
    if (this.items.length < this.#size) {
      this.items.push(item);
      return;
    }
    const place = Math.floor(this.#random() * this.seen);
    if (place < this.#size) this.items[place] = item;
  }
}
