/** The longest line that announces a chunk, or a trailer. */
const longestLine = 16_384;

/**
 * Decodes a body of AWS's own chunks, as it arrives:
 *
 * ```
 * 400;chunk-signature=…\r\n  1,024 bytes  \r\n  …  0\r\n  x-amz-checksum-crc32:…\r\n  \r\n
 * ```
 */
export class ChunkDecoder {
  /** By name in lower case. Known after the last chunk. */
  readonly trailers: Record<string, string> = {};
  /** Whether the last chunk has arrived. */
  isComplete = false;

  async *decode(encoded: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let waiting: Buffer = Buffer.alloc(0);
    /** Bytes of the running chunk that are still to come, and the line break after it. */
    let [open, breaks] = [0, 0];
    for await (const arrived of encoded) {
      let rest = waiting.length === 0 ? arrived : Buffer.concat([waiting, arrived]);
      waiting = Buffer.alloc(0);
      while (rest.length > 0) {
        if (open > 0) {
          const part = rest.subarray(0, open);
          open -= part.length;
          rest = rest.subarray(part.length);
          yield part;
          continue;
        }
        if (breaks > 0) {
          const skipped = Math.min(breaks, rest.length);
          breaks -= skipped;
          rest = rest.subarray(skipped);
          continue;
        }
        const end = rest.indexOf('\r\n');
        if (end < 0) {
          if (rest.length > longestLine) return;
          waiting = rest;
          break;
        }
        const line = rest.subarray(0, end).toString('latin1');
        rest = rest.subarray(end + 2);
        if (this.isComplete) {
          this.#trailer(line);
          continue;
        }
        const size = Number.parseInt(line, 16);
        if (Number.isNaN(size)) return;
        if (size === 0) this.isComplete = true;
        else [open, breaks] = [size, 2];
      }
    }
  }

  #trailer(line: string): void {
    const colon = line.indexOf(':');
    if (colon > 0) this.trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
}
