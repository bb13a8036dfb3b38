import { describe, expect, it } from 'vitest';
import { decodeQrImage } from '../../../../../lambdas/domain/link/qr-image.ts';

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 9, 8, 7]);

describe('the image in a QR answer', () => {
  it.each([
    ['with the documented prefix', `data:image/png;base64,${png.toString('base64')}`],
    ["without it, as the documents' example", `image/png;base64,${png.toString('base64')}`],
    ['as bare base64', png.toString('base64')],
    ['with line breaks', `data:image/png;base64,${png.toString('base64').replace(/(.{6})/g, '$1\n')}`],
    ['in capitals', `DATA:IMAGE/PNG;BASE64,${png.toString('base64')}`],
  ])('is accepted %s', (_, uri) => {
    expect(decodeQrImage(uri)).toEqual({ format: 'png', bytes: png });
  });

  it('has the format of its first bytes, whatever the URI claims', () => {
    expect(decodeQrImage(`data:image/png;base64,${jpeg.toString('base64')}`)).toEqual({ format: 'jpg', bytes: jpeg });
    expect(decodeQrImage(`data:image/svg+xml;base64,${png.toString('base64')}`)?.format).toBe('png');
  });

  it.each([
    '',
    'data:image/png;base64,',
    `data:image/png;base64,${Buffer.from('<html></html>').toString('base64')}`,
    'https://example.com/qr.png',
    `data:image/png,${png.toString('base64')}`,
    png.subarray(0, 7).toString('base64'),
  ])('is undefined in %j', (uri) => {
    expect(decodeQrImage(uri)).toBeUndefined();
  });
});
