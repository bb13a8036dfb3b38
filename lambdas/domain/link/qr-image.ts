export interface QrImage {
  format: 'png' | 'jpg';
  bytes: Buffer;
}

const pngMagic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const jpegMagic = Buffer.from([0xff, 0xd8, 0xff]);

/**
 * The image in the API's answer, a base64 data URI. The API's documentation requires the `data:` prefix, but its
 * example lacks it, so both forms are accepted. The first bytes decide the format, not the URI.
 *
 * @returns undefined if it is neither a PNG nor a JPEG
 */
export function decodeQrImage(dataUri: string): QrImage | undefined {
  const base64 = /^(?:data:)?(?:[a-z]+\/[a-z.+-]+;base64,)?([A-Za-z0-9+/=\s]+)$/i.exec(dataUri)?.[1];
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.subarray(0, pngMagic.length).equals(pngMagic)) return { format: 'png', bytes };
  if (bytes.subarray(0, jpegMagic.length).equals(jpegMagic)) return { format: 'jpg', bytes };
  return undefined;
}
