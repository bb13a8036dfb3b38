import jpeg from 'jpeg-js';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';

// jsqr is CommonJS. Its types name its function `default`, but at run time the import is the function itself.
const decode = jsqr as unknown as typeof jsqr.default;

/** Reads an image, and the text of its QR code. */
export function pictureIn(bytes: Buffer, format: 'png' | 'jpeg') {
  const { width, height, data } = format === 'png' ? PNG.sync.read(bytes) : jpeg.decode(bytes);
  return { width, height, data, text: decode(new Uint8ClampedArray(data), width, height)?.data };
}
