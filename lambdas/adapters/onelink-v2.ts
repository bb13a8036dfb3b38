import * as z from 'zod';
import type { LinkSpec } from '../domain/contract/command.ts';
import { dataAsSent } from '../domain/contract/link-data.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { decodeQrImage, type QrImage } from '../domain/link/qr-image.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { askedFor, fieldOf, fieldsOf, type Wire } from './onelink-wire.ts';

const shortUrlAnswer = z.object({ shortlink_url: z.url() }).transform((body) => ({ shortUrl: body.shortlink_url }));
const linkAnswer = z
  .object({
    payload: z.record(z.string(), z.unknown()),
    expiry: z.iso.datetime({ offset: true }),
    // Optional: an unexpected format must not make the link unreadable.
    ttl: z.int().positive().optional().catch(undefined),
  })
  .transform(({ payload, expiry, ttl }): LinkAtApi => {
    const expiresAt = Math.floor(Date.parse(expiry) / 1000);
    return { data: payload, expiresAt, ...(ttl !== undefined && { ttlSeconds: ttl }) };
  });
const deleteAnswer = z.literal('ok').transform(() => null);
const qrAnswer = z.object({ qr: z.string() }).transform((body, context): QrImage => {
  const image = decodeQrImage(body.qr);
  if (image !== undefined) return image;
  context.addIssue({ code: 'custom', message: 'is neither a PNG nor a JPEG' });
  return z.NEVER;
});
const quotaAnswer = z.object({ remaining_api_calls: z.int() }).transform((body) => body.remaining_api_calls);

/** The path of the quota, below the base URL of version 2.0. */
export const quotaPath = (accountId: string) => `/shortlinks-quota/${encodeURIComponent(accountId)}`;

/** The API's version 2.0. @param baseUrl without a trailing slash */
export function wireV2(baseUrl: string): Wire {
  const at = (path: string) => new URL(baseUrl + path);
  const pathOf = ({ onelinkId, shortlinkId }: LinkAddress) => `/shortlinks/${onelinkId}/${shortlinkId}`;
  const bodyOf = (link: LinkSpec) => ({ data: dataAsSent(link.data), ...fieldsOf(link) });
  return {
    dialect: 'v2.0',
    create: ({ onelinkId, shortlinkId }, link) => {
      const body = { shortlink_id: shortlinkId, ...bodyOf(link) };
      const url = at(`/shortlinks/${onelinkId}`);
      return { operation: 'create', method: 'POST', url, body, answer: shortUrlAnswer, asked: askedFor(body, link) };
    },
    read: (address) => ({ operation: 'read', method: 'GET', url: at(pathOf(address)), answer: linkAnswer }),
    update: (address, link) => {
      const body = bodyOf(link);
      const url = at(pathOf(address));
      return { operation: 'update', method: 'PUT', url, body, answer: shortUrlAnswer, asked: askedFor(body, link) };
    },
    delete: (address) => ({ operation: 'delete', method: 'DELETE', url: at(pathOf(address)), answer: deleteAnswer }),
    qr: (address, { size, format, margin, brandDomain }) => {
      const url = at(`${pathOf(address)}/qr`);
      url.searchParams.set('format', format);
      if (size !== undefined) url.searchParams.set('size', String(size));
      if (margin !== undefined) url.searchParams.set('margin', String(margin));
      if (brandDomain !== undefined) url.searchParams.set('brand_domain', brandDomain);
      const paths = new Map([...url.searchParams.keys()].map((name) => [name, `qr.${fieldOf(name)}`]));
      return { operation: 'qr', method: 'GET', url, answer: qrAnswer, asked: { paths, otherwise: 'qr' } };
    },
    quota: (accountId) => quotaCall(at(quotaPath(accountId))),
  };
}

/** The poll of the quota, which only version 2.0 documents. */
export function quotaCall(url: URL) {
  return { operation: 'quota', method: 'GET', url, answer: quotaAnswer } as const;
}
