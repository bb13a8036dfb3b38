import { describe, expect, it } from 'vitest';
import { pictureIn } from '../../../../local/start/report/qr-picture.ts';
import type { Given } from './given-emulator.ts';
import { givenEmulator } from './given-emulator.ts';

const bytesOf = async (api: Given, query: string): Promise<[type: 'png' | 'jpeg', bytes: Buffer]> => {
  const { json } = await api.call('GET', `/shortlinks/A1b3/abc/qr${query}`);
  const match = /^data:image\/(png|jpeg);base64,(.+)$/.exec((json as { qr: string }).qr);
  return [match?.[1] === 'png' ? 'png' : 'jpeg', Buffer.from(match?.[2] ?? '', 'base64')];
};

const pictureOf = async (api: Given, query = '') => {
  const [type, bytes] = await bytesOf(api, query);
  const { data, ...picture } = pictureIn(bytes, type);
  return { type, ...picture, corner: data[0] };
};

const withLink = async (settings = {}) => {
  const api = await givenEmulator(settings);
  await api.create({ shortlink_id: 'abc' });
  return api;
};
const url = 'https://acme.onelink.me/A1b3/abc';

describe('the QR code', () => {
  it.each([
    ['', 'png', 300],
    ['?format=png&size=120', 'png', 120],
    ['?size=301', 'png', 301],
    ['?size=74', 'png', 74],
    ['?format=jpg', 'jpeg', 300],
    ['?format=jpeg&size=500', 'jpeg', 500],
    ['?size=1000&margin=true', 'png', 1000],
  ])('Given %j, Then the code is a %s of %i pixels that decodes to the short URL', async (query, type, size) => {
    const api = await withLink();
    expect(await pictureOf(api, query)).toMatchObject({ type, width: size, height: size, text: url });
  });

  it('Given the largest size, Then both formats have 3,000 pixels', async () => {
    const api = await withLink();
    // Width and height from the headers: bytes 16 to 23 of a PNG, after the frame marker of a JPEG.
    const [, png] = await bytesOf(api, '?size=3000');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3000, 3000]);
    const [, jpg] = await bytesOf(api, '?size=3000&format=jpg');
    const frame = jpg.indexOf(Buffer.from([0xff, 0xc0]));
    expect([jpg.readUInt16BE(frame + 5), jpg.readUInt16BE(frame + 7)]).toEqual([3000, 3000]);
  });

  it('Given no margin and a size of whole modules, Then the code reaches the corner', async () => {
    // This address has 29 modules a side, with a dark one in the corner. Without a margin each has 4 pixels.
    const api = await withLink();
    expect(await pictureOf(api, '?size=116&margin=false')).toMatchObject({ width: 116, corner: 0 });
    expect(await pictureOf(api, '?size=116')).toMatchObject({ width: 116, corner: 255 });
  });

  it('Given a brand domain, Then the code has the branded URL', async () => {
    const api = await withLink();
    const branded = 'https://go.acme.example/A1b3/abc';
    expect(await pictureOf(api, '?brand_domain=go.acme.example')).toMatchObject({ text: branded });
    await api.call('PUT', '/shortlinks/A1b3/abc', { data: { pid: 'sms' }, brand_domain: 'go.acme.example' });
    expect(await pictureOf(api)).toMatchObject({ text: branded });
  });

  it.each([
    ['size=3001', 'size'],
    ['size=0', 'size'],
    ['size=-1', 'size'],
    ['size=12.5', 'size'],
    ['size=big', 'size'],
    ['size=', 'size'],
    ['size=36', 'size'],
    ['format=gif', 'format'],
    ['format=PNG', 'format'],
    ['margin=2', 'margin'],
    ['brand_domain=other.example', 'brand_domain'],
  ])('Given %s, Then 400 names %s', async (query, name) => {
    const api = await withLink();
    expect(await api.call('GET', `/shortlinks/A1b3/abc/qr?${query}`)).toMatchObject({
      status: 400,
      json: { error_type: 'invalid_parameter', message: `Invalid QR parameter: ${name}` },
    });
  });

  it('Given answers without the data: prefix, Then they start as in the published example', async () => {
    const api = await withLink({ qrDataPrefix: false });
    const { json } = await api.call('GET', '/shortlinks/A1b3/abc/qr?format=jpg');
    expect((json as { qr: string }).qr).toMatch(/^image\/jpeg;base64,\/9j\//);
  });
});
