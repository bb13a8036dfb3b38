/** A square, black-and-white image: one byte per pixel of a row, 1 for dark, and how often each row repeats. */
export interface Bitmap {
  size: number;
  rows: readonly { pixels: Uint8Array; repeat: number }[];
}
