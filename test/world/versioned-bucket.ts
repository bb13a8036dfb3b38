interface Stored {
  versionId: string;
  /** Undefined: a delete marker. */
  bytes: Buffer | undefined;
}

/** A bucket with versions, in memory. To delete the newest version makes the one before it the newest, as in S3. */
export class VersionedBucket {
  readonly #objects = new Map<string, Stored[]>();
  #written = 0;

  /** All versions with their text, delete markers left out. */
  get texts(): { key: string; text: string }[] {
    return [...this.#objects].flatMap(([key, versions]) =>
      versions.flatMap(({ bytes }) => (bytes === undefined ? [] : [{ key, text: bytes.toString('utf8') }])),
    );
  }

  /** The text of an object, or undefined if it is gone or hidden. */
  text(key: string): string | undefined {
    return this.#objects.get(key)?.[0]?.bytes?.toString('utf8');
  }

  bytes(key: string): Buffer {
    return this.#objects.get(key)?.[0]?.bytes ?? Buffer.alloc(0);
  }

  keys(prefix = ''): string[] {
    return [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && this.text(key) !== undefined).sort();
  }

  put(key: string, content: string | Uint8Array): void {
    this.#push(key, Buffer.from(content));
  }

  async *objects(prefix: string, after = '') {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    for (const key of keys) {
      const versions = (this.#objects.get(key) ?? []).flatMap(({ versionId, bytes }, index) =>
        bytes === undefined ? [] : [{ key, versionId, isLatest: index === 0, bytes: bytes.length }],
      );
      if (versions.length > 0) yield versions;
    }
  }

  async read({ key, versionId }: { key: string; versionId: string }): Promise<Buffer | undefined> {
    return this.#objects.get(key)?.find((one) => one.versionId === versionId)?.bytes;
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    this.#push(key, Buffer.from(bytes));
  }

  async hide(key: string): Promise<void> {
    this.#push(key, undefined);
  }

  async remove({ key, versionId }: { key: string; versionId: string }): Promise<void> {
    const left = (this.#objects.get(key) ?? []).filter((one) => one.versionId !== versionId);
    this.#objects.set(key, left);
  }

  #push(key: string, bytes: Buffer | undefined): void {
    this.#written += 1;
    this.#objects.set(key, [{ versionId: `v${this.#written}`, bytes }, ...(this.#objects.get(key) ?? [])]);
  }
}
