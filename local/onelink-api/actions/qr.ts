import { type Answer, ok } from '../answer.ts';
import type { Emulator } from '../emulator.ts';
import { ApiError, invalidQrParameter, qrFailed } from '../errors.ts';
import type { Call } from '../operations.ts';
import type { Settings } from '../settings.ts';
import { shortUrl } from '../short-url.ts';
import { linkFor } from './read.ts';

/** The published default and maximum of `size`, in pixels of width and of height. */
const defaultSize = 300;
const maxSize = 3000;

/**
 * GET /shortlinks/{onelink-id}/{shortlink-id}/qr: the short URL as an image. It checks the link first, then size,
 * format, margin and brand_domain in this order. The error names the first invalid parameter.
 */
export async function drawQrCode(emulator: Emulator, call: Call): Promise<Answer> {
  const { settings } = emulator;
  const link = linkFor(emulator, call);
  const size = sizeOf(call.query.get('size'));
  const format = formatOf(call.query.get('format'));
  const margin = marginOf(call.query.get('margin'));
  const brandDomain = brandDomainOf(settings, call) ?? link.brandDomain;
  const url = shortUrl(settings, { ...link, brandDomain });
  try {
    const image = await emulator.drawQr(url, { size, format, margin });
    if (image === undefined) throw invalidQrParameter('size');
    const uri = `image/${format};base64,${image.toString('base64')}`;
    return ok(JSON.stringify({ qr: settings.qrDataPrefix ? `data:${uri}` : uri }));
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw qrFailed();
  }
}

function sizeOf(text: string | null): number {
  if (text === null) return defaultSize;
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (size < 1 || size > maxSize) throw invalidQrParameter('size');
  return size;
}

function formatOf(text: string | null): 'png' | 'jpeg' {
  if (text === null || text === 'png') return 'png';
  if (text === 'jpg' || text === 'jpeg') return 'jpeg';
  throw invalidQrParameter('format');
}

function marginOf(text: string | null): boolean {
  if (text === null || text === 'true') return true;
  if (text === 'false') return false;
  throw invalidQrParameter('margin');
}

function brandDomainOf(settings: Settings, call: Call): string | undefined {
  const asked = call.query.get('brand_domain');
  if (asked === null) return undefined;
  if (settings.templates[call.onelinkId]?.brandDomains.includes(asked) !== true) {
    throw invalidQrParameter('brand_domain');
  }
  return asked;
}
