import type { ReadRow } from './row-reader.ts';
import type { CheckedRow } from './row.ts';

/** The keys of a file's rows so far, as 64-bit digests with the line of the first. 12 bytes a slot, at most three quarters full. */
export declare class SeenKeys {
  /** How many keys it holds. */
  readonly size: number;
  /** @returns the line of the first row with this key, or undefined if this is the first */
  add(key: string, line: number): number | undefined;
  /** The keys that were added since the last call, 12 bytes each, for `digestsPlace`. */
  takeAdded(): Uint8Array;
  /** Adds what `takeAdded` gave. */
  load(bytes: Uint8Array): void;
}

/** The row, rejected if its key or the ID that it chooses is an earlier row's (`duplicate`, `chosen-id`). */
export declare function withoutDuplicates(row: ReadRow, seen: SeenKeys): CheckedRow;
