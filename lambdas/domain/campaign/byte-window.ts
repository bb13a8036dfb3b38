/** The next bytes of a stream. It holds only what was looked at and not consumed. */
export class ByteWindow {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);
  #isEnd = false;
  /** The offset of the next byte in the file. */
  offset: number;

  constructor(chunks: AsyncIterable<Uint8Array>, offset = 0) {
    this.#source = chunks[Symbol.asyncIterator]();
    this.offset = offset;
  }

  /** The next bytes, at most `size`. `isAll` means that nothing follows them. */
  async peek(size: number): Promise<{ bytes: Buffer; isAll: boolean }> {
    const pieces = [this.#held];
    let length = this.#held.length;
    while (length <= size && !this.#isEnd) {
      const { value, done } = await this.#source.next();
      if (done === true) this.#isEnd = true;
      else {
        pieces.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
        length += value.byteLength;
      }
    }
    if (pieces.length > 1) this.#held = Buffer.concat(pieces);
    return { bytes: this.#held.subarray(0, size), isAll: this.#isEnd && this.#held.length <= size };
  }

  consume(count: number): void {
    this.#held = this.#held.subarray(count);
    this.offset += count;
  }

  /** Consumes up to the next line break, and that too. */
  async skipLine(): Promise<void> {
    for (;;) {
      const { bytes, isAll } = await this.peek(65_536);
      const end = bytes.indexOf(0x0a);
      this.consume(end === -1 ? bytes.length : end + 1);
      if (end !== -1 || isAll) return;
    }
  }

  /** Ends the stream early. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

/** How many line breaks the bytes hold. */
export function lineBreaks(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
