import { nameOfError } from '../domain/work/observer.ts';

/** The failed items by index, each with the service's reason. */
export type FailedItems = ReadonlyMap<number, string>;

interface BatchingOptions<Item> {
  maxItems: number;
  /** The bytes of a whole batch. A larger item is sent alone. */
  maxBytes: number;
  /** A batch that is not full is sent after so long without another item, so the end of the work does not wait. */
  quietMilliseconds: number;
  /** The longest that its first item waits, while others come. */
  mostMilliseconds: number;
  bytesOf: (item: Item) => number;
  send: (items: Item[]) => Promise<FailedItems>;
}

interface Waiting<Item> {
  item: Item;
  bytes: number;
  attempts: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * Gathers single items into the batch calls of an AWS service. Each item has its own result. The promise of `add`
 * resolves when the service has accepted the item. It rejects when the service has refused it in every attempt.
 */
export class Batching<Item> {
  readonly #options: BatchingOptions<Item>;
  #waiting: Waiting<Item>[] = [];
  #quiet: NodeJS.Timeout | undefined;
  #most: NodeJS.Timeout | undefined;

  constructor(options: BatchingOptions<Item>) {
    this.#options = options;
  }

  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#enter({ item, bytes: this.#options.bytesOf(item), attempts: 0, resolve, reject });
    });
  }

  #enter(entry: Waiting<Item>): void {
    const held = this.#waiting.reduce((sum, waiting) => sum + waiting.bytes, 0);
    if (held + entry.bytes > this.#options.maxBytes) this.#flush();
    this.#waiting.push(entry);
    if (this.#waiting.length >= this.#options.maxItems) this.#flush();
    else this.#wait();
  }

  #wait(): void {
    const { quietMilliseconds, mostMilliseconds } = this.#options;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#flush(), quietMilliseconds);
    this.#most ??= setTimeout(() => this.#flush(), mostMilliseconds);
  }

  #flush(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#most);
    this.#most = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length > 0) void this.#send(batch);
  }

  async #send(batch: Waiting<Item>[]): Promise<void> {
    let failed: FailedItems;
    try {
      failed = await this.#options.send(batch.map(({ item }) => item));
    } catch (error) {
      failed = new Map(batch.map((_, index) => [index, nameOfError(error)]));
    }
    for (const [index, entry] of batch.entries()) {
      const reason = failed.get(index);
      if (reason === undefined) entry.resolve();
      else if (++entry.attempts >= 3) entry.reject(new Error(`refused three times: ${reason}`));
      else this.#enter(entry);
    }
  }
}
