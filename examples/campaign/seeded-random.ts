/** Random choices that are the same in every run. */
export interface SeededRandom {
  /** From 0 to below 1. */
  fraction(): number;
  /** An integer from 0 to below `below`. */
  integer(below: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Lower-case hexadecimal digits. */
  hexadecimal(digits: number): string;
}

/** Mulberry32. Its 32 bits of state suffice for a test campaign. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number) => Math.floor(fraction() * below);
  return {
    fraction,
    integer,
    pick: (items) => {
      const item = items[integer(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    hexadecimal: (digits) => Array.from({ length: digits }, () => integer(16).toString(16)).join(''),
  };
}
