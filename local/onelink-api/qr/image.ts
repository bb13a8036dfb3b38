import qrcode from 'qrcode';
import type { Bitmap } from './bitmap.ts';
import { encodeJpeg } from './jpeg.ts';
import { encodePng } from './png.ts';

export interface QrRequest {
  /** Width and height in pixels. */
  size: number;
  format: 'png' | 'jpeg';
  /** Whether a quiet zone of four modules surrounds the code, as ISO/IEC 18004 requires. */
  margin: boolean;
}

/**
 * A QR code of exactly the requested size. A module is a whole number of pixels, as large as fits, and the rest becomes
 * an even border. Modules of uneven width would make small codes unreadable.
 * @returns undefined if the size is too small for one pixel per module
 */
export async function drawQr(text: string, { size, format, margin }: QrRequest): Promise<Buffer | undefined> {
  const { modules } = qrcode.create(text, { errorCorrectionLevel: 'M' });
  const scale = Math.floor(size / (modules.size + (margin ? 8 : 0)));
  if (scale < 1) return undefined;
  const drawn = bitmap(modules.data, modules.size, scale, size);
  return format === 'png' ? encodePng(drawn) : encodeJpeg(drawn);
}

function bitmap(modules: Uint8Array, modulesPerSide: number, scale: number, size: number): Bitmap {
  const before = Math.floor((size - modulesPerSide * scale) / 2);
  const after = size - modulesPerSide * scale - before;
  const blank = new Uint8Array(size);
  const rows = [{ pixels: blank, repeat: before }];
  for (let row = 0; row < modulesPerSide; row++) {
    const pixels = new Uint8Array(size);
    for (let column = 0; column < modulesPerSide; column++) {
      const dark = modules[row * modulesPerSide + column] ? 1 : 0;
      if (dark) pixels.fill(1, before + column * scale, before + (column + 1) * scale);
    }
    rows.push({ pixels, repeat: scale });
  }
  rows.push({ pixels: blank, repeat: after });
  return { size, rows };
}
