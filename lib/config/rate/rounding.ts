/** Rounds down, without losing a call to binary fractions: 0.57 × 100 is 56.99…9 in floating point. */
export const floor = (value: number) => Math.floor(Number(value.toFixed(9)));
/** Rounds up, without a call more for binary fractions. */
export const ceil = (value: number) => Math.ceil(Number(value.toFixed(9)));
