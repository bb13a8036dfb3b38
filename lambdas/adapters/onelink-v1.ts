import * as z from 'zod';
import type { LinkSpec } from '../domain/contract/command.ts';
import { parseKeepingDigits } from '../domain/contract/json-reading.ts';
import { decodeReserved, encodeReserved } from '../domain/contract/query-text.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { dialectLimits } from '../domain/onelink/dialect.ts';
import { quotaCall, quotaPath } from './onelink-v2.ts';
import { askedFor, fieldsOf, type Wire } from './onelink-wire.ts';

const shortUrlAnswer = z.url().transform((shortUrl) => ({ shortUrl }));
const parameters = z.record(z.string(), z.unknown());
/** The reference types the answer as a JSON string, and its example is an object. */
const linkAnswer = z
  .union([parameters, z.string().transform(parsedOrNothing).pipe(parameters)])
  .transform((data): LinkAtApi => ({ data: decoded(data) }));
const deleteAnswer = z.literal('ok').transform(() => null);

/**
 * The API's version 1.0. It names the link in the query, answers with bare JSON strings, and reports neither expiry nor
 * TTL. The data holds plain text above this file, and is percent-encoded on its way to the API. It is not published
 * whether a GET shows it encoded. If it does not, a value that itself holds percent-encoding is decoded once too often.
 *
 * @param baseUrl without a trailing slash
 */
export function wireV1(baseUrl: string): Wire {
  const at = ({ onelinkId, shortlinkId }: LinkAddress) => new URL(`${baseUrl}/${onelinkId}?id=${shortlinkId}`);
  const bodyOf = (link: LinkSpec) => ({ data: encoded(link.data), ...fieldsOf(link) });
  const write = (address: LinkAddress, link: LinkSpec) => {
    const body = bodyOf(link);
    return { url: at(address), body, answer: shortUrlAnswer, asked: askedFor(body, link) };
  };
  return {
    dialect: 'v1.0',
    create: (address, link) => ({ operation: 'create', method: 'POST', ...write(address, link) }),
    read: (address) => ({ operation: 'read', method: 'GET', url: at(address), answer: linkAnswer }),
    update: (address, link) => ({ operation: 'update', method: 'PUT', ...write(address, link) }),
    delete: (address) => ({ operation: 'delete', method: 'DELETE', url: at(address), answer: deleteAnswer }),
    // The quota belongs to the account, so version 2.0 presumably reports it for calls of both versions.
    quota: (accountId) =>
      quotaCall(new URL(new URL(dialectLimits['v2.0'].baseUrl).pathname + quotaPath(accountId), baseUrl)),
  };
}

function encoded(data: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [encodeReserved(name), encodeReserved(value)]));
}

function decoded(data: Record<string, unknown>): Record<string, unknown> {
  const plain = (value: unknown) => (typeof value === 'string' ? decodeReserved(value) : value);
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [decodeReserved(name), plain(value)]));
}

function parsedOrNothing(text: string): unknown {
  try {
    return parseKeepingDigits(text);
  } catch {
    return undefined;
  }
}
