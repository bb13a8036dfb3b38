import { hash } from 'node:crypto';
import type { Fault } from '../contract/fault.ts';
import type { CheckedRow } from './row.ts';
import { isContentKey } from './row-identity.ts';
import type { ReadRow } from './row-reader.ts';

/** A slot: the two halves of the digest, and the line of the first row. A slot without a line is free. */
const numbersPerSlot = 3;
const bytesPerKey = numbersPerSlot * 4;
const leastSlots = 1_024;

/**
 * The keys of a file's rows so far. It holds 64 bits of each key's SHA-256, and the line. Among a million rows, two
 * different keys share a digest with a chance of 10^12 / 2 / 2^64, one in 37 million. When it is three quarters full,
 * it doubles. A million keys take 2^21 slots of 12 bytes: 25 MB, and 38 MB while it grows.
 */
export class SeenKeys {
  #slots = new Uint32Array(leastSlots * numbersPerSlot);
  #added: number[] | undefined;
  size = 0;

  /** @param isWhole the file is checked in one go, so that nobody asks what was added */
  constructor({ isWhole = false }: { isWhole?: boolean } = {}) {
    this.#added = isWhole ? undefined : [];
  }

  /** The bytes of the table. While it grows, it holds half as many besides. */
  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** @returns the line of the first row with this key, or undefined if this is the first */
  add(key: string, line: number): number | undefined {
    const digest = hash('sha256', key, 'buffer');
    const [high, low] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
    const found = this.#put(high, low, line);
    if (found === undefined) this.#added?.push(high, low, line);
    return found;
  }

  /** The keys that were added since the last call, 12 bytes each, for the `digestsPlace` of a slice. */
  takeAdded(): Uint8Array {
    const added = this.#added ?? [];
    const bytes = Buffer.alloc(added.length * 4);
    for (const [index, number] of added.entries()) bytes.writeUInt32LE(number, index * 4);
    if (this.#added !== undefined) this.#added = [];
    return bytes;
  }

  /** Adds the keys that `takeAdded` has given for an earlier slice. */
  load(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + bytesPerKey <= bytes.byteLength; at += bytesPerKey) {
      this.#put(view.getUint32(at, true), view.getUint32(at + 4, true), view.getUint32(at + 8, true));
    }
  }

  #put(high: number, low: number, line: number): number | undefined {
    if ((this.size + 1) * 4 * numbersPerSlot > this.#slots.length * 3) this.#grow();
    const at = this.#slotOf(this.#slots, high, low);
    const found = this.#slots[at + 2] ?? 0;
    if (found !== 0) return found;
    fill(this.#slots, at, high, low, line);
    this.size += 1;
    return undefined;
  }

  /** The slot of a digest, or the free one where it belongs. */
  #slotOf(slots: Uint32Array, high: number, low: number): number {
    // The number of slots is a power of two.
    const mask = slots.length / numbersPerSlot - 1;
    for (let slot = high & mask; ; slot = (slot + 1) & mask) {
      const at = slot * numbersPerSlot;
      if (slots[at + 2] === 0 || (slots[at] === high && slots[at + 1] === low)) return at;
    }
  }

  #grow(): void {
    const larger = new Uint32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += numbersPerSlot) {
      const [high = 0, low = 0, line = 0] = [this.#slots[at], this.#slots[at + 1], this.#slots[at + 2]];
      if (line !== 0) fill(larger, this.#slotOf(larger, high, low), high, low, line);
    }
    this.#slots = larger;
  }
}

function fill(slots: Uint32Array, at: number, high: number, low: number, line: number): void {
  slots[at] = high;
  slots[at + 1] = low;
  slots[at + 2] = line;
}

/**
 * The row, rejected if an earlier row of the file has its key, or chooses the same short-link ID. A rejected row keeps its key
 * from later rows, because it will be corrected.
 */
export function withoutDuplicates({ checked, claims }: ReadRow, seen: SeenKeys): CheckedRow {
  const faults: Fault[] = [];
  const keyLine = claims.key === undefined ? undefined : seen.add(`key\0${claims.key}`, checked.line);
  if (keyLine !== undefined) {
    const what = isContentKey(claims.key) ? 'is equal to' : 'has the key of';
    const message = `${what} line ${keyLine}, so this row is left out`;
    faults.push({ path: '', rule: 'duplicate', message });
  }
  const addressLine =
    keyLine !== undefined || claims.address === undefined ? undefined : seen.add(`id\0${claims.address}`, checked.line);
  if (addressLine !== undefined) {
    const message = `chooses the short-link ID of line ${addressLine}. Only one link can have it`;
    faults.push({ path: '', rule: 'chosen-id', message });
  }
  if (faults.length === 0) return checked;
  const { row, line, cells, key } = checked;
  const requestId = 'requestId' in checked ? checked.requestId : undefined;
  const others = checked.check === 'rejected' ? checked.faults : [];
  return {
    ...{ row, line, cells },
    ...(key !== undefined && { key }),
    ...(requestId !== undefined && { requestId }),
    check: 'rejected',
    faults: [...faults, ...others],
  };
}
