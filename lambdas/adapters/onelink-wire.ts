import type * as z from 'zod';
import type { LinkSpec, QrOptions } from '../domain/contract/command.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { QrImage } from '../domain/link/qr-image.ts';
import type { AskedOfApi, LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Dialect } from '../domain/onelink/dialect.ts';
import type { Operation } from '../domain/onelink/operation.ts';

/** A call, as one version of the API expects it, and the form of its answer. */
export interface WireCall<Value> {
  operation: Operation;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: URL;
  body?: object;
  /** Reads the body of an answer with status 200. */
  answer: z.ZodType<Value>;
  /** The request's content, from which the faults of a refusal get their paths. */
  asked?: AskedOfApi;
}

/** How one version of the API words its calls and answers. */
export interface Wire {
  dialect: Dialect;
  create(address: LinkAddress, link: LinkSpec): WireCall<{ shortUrl: string }>;
  read(address: LinkAddress): WireCall<LinkAtApi>;
  update(address: LinkAddress, link: LinkSpec): WireCall<{ shortUrl: string }>;
  delete(address: LinkAddress): WireCall<null>;
  /** Missing if the version has no QR codes. */
  qr?(address: LinkAddress, options: QrOptions): WireCall<QrImage>;
  quota(accountId: string): WireCall<number>;
}

/** The fields of a request beside its data, by the names of the API. They are the same in all versions. */
export function fieldsOf({ ttl, renewTtl, brandDomain }: LinkSpec) {
  return {
    ...(ttl !== undefined && { ttl: String(ttl) }),
    ...(renewTtl !== undefined && { renew_ttl: renewTtl }),
    ...(brandDomain !== undefined && { brand_domain: brandDomain }),
  };
}

/** The content of a request, by the command's names. */
export function askedFor(body: object, { data }: LinkSpec): AskedOfApi {
  const texts = Object.values(body).filter((value) => typeof value === 'string');
  return { data, paths: new Map(Object.keys(body).map((name) => [name, fieldOf(name)])), texts };
}

/** `brand_domain` is `brandDomain` in a command, and so on. */
export const fieldOf = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
