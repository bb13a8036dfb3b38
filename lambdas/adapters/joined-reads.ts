import type { Item } from './document-table.ts';

interface Wanted {
  keys: readonly string[];
  resolve(items: Item[]): void;
  reject(error: unknown): void;
}

/**
 * Joins reads of one table that several adapters begin at the same moment, before any of them waits. They go out as one
 * request, because a request takes more of a function's CPU time than the items in it. DynamoDB bills the items, so the
 * price stays the same. If the request fails, each of the reads fails.
 */
export class JoinedReads {
  readonly #keyName: string;
  #next: Wanted[] = [];

  /** @param keyName the attribute that holds an item's key */
  constructor(keyName: string) {
    this.#keyName = keyName;
  }

  /**
   * The items under these keys, in any order.
   *
   * @param read reads distinct keys of the table
   */
  getAll(keys: readonly string[], read: (keys: string[]) => Promise<Item[]>): Promise<Item[]> {
    return new Promise((resolve, reject) => {
      this.#next.push({ keys, resolve, reject });
      if (this.#next.length === 1) queueMicrotask(() => this.#send(read));
    });
  }

  async #send(read: (keys: string[]) => Promise<Item[]>): Promise<void> {
    const all = this.#next;
    this.#next = [];
    try {
      const items = await read([...new Set(all.flatMap(({ keys }) => keys))]);
      for (const { keys, resolve } of all) {
        const wanted = new Set(keys);
        resolve(items.filter((item) => wanted.has(String(item[this.#keyName]))));
      }
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
}
