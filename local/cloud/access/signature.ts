import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError, type ServiceRequest } from '../services/wire.ts';

/** What a service checks the signature of a request against. */
export interface SignatureTerms {
  /** The service's name in a credential's scope, such as `sts`. */
  readonly service: string;
  readonly region: string;
  /** The secret key of an access key. Undefined if nobody has this key. */
  secretOf(accessKeyId: string): string | undefined;
  readonly nowMilliseconds: number;
}

/** The date of a request may differ by this much from the service's clock (Signature Version 4). */
const mostMinutes = 15;

const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/;

/**
 * Checks the signature of a request, version 4, in its headers.
 *
 * @returns the access key that signed it
 * @throws ServiceError with the codes of services with the query protocol
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signerOf(request: ServiceRequest, terms: SignatureTerms): string {
  const { headers } = request;
  if (headers.authorization === undefined) {
    throw new ServiceError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  const [, accessKeyId, day, region, service, names, signature] = authorizationForm.exec(headers.authorization) ?? [];
  const date = headers['x-amz-date'];
  if (accessKeyId === undefined || day === undefined || names === undefined) {
    throw incomplete('The Authorization header is not one of Signature Version 4.');
  }
  if (typeof date !== 'string') throw incomplete("Authorization header requires existence of an 'X-Amz-Date' header.");
  const secret = terms.secretOf(accessKeyId);
  // A token belongs to temporary keys. Nobody has one here.
  if (secret === undefined || headers['x-amz-security-token'] !== undefined) {
    throw new ServiceError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  const signed = names.split(';');
  const needed = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))];
  const unsigned = needed.find((name) => !signed.includes(name));
  if (unsigned !== undefined) throw mismatch(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
  if (region !== terms.region) throw mismatch('Credential should be scoped to a valid region.');
  if (service !== terms.service) throw mismatch(`Credential should be scoped to correct service: '${terms.service}'.`);
  refuseOtherTime(date, day, terms.nowMilliseconds);
  const { method, path, query, body } = request;
  const place = path.split('/').map(encoded).join('/');
  const parameters = canonicalParameters(query);
  const canonical = canonicalRequest({ method, place, parameters, headers, signed, payload: sha256(body) });
  if (signatureOf(canonical, { date, day, region, service, secret }) === signature) return accessKeyId;
  throw mismatch(
    'The request signature we calculated does not match the signature you provided. ' +
      'Check your AWS Secret Access Key and signing method.',
  );
}

/** Epoch milliseconds of `20261128T010203Z`. Undefined for another form. */
export function momentOf(date: string): number | undefined {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const [year, month, dayOfMonth, hour, minute, second] = parts;
  const at = Date.parse(`${year}-${month}-${dayOfMonth}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at;
}

function refuseOtherTime(date: string, day: string, nowMilliseconds: number): void {
  const at = momentOf(date);
  if (at === undefined) throw incomplete('Date must be in ISO-8601 form.');
  if (!date.startsWith(day)) throw mismatch(`Date in Credential scope does not match YYYYMMDD: '${day}' vs '${date}'.`);
  const limit = mostMinutes * 60_000;
  const bound = (sign: number) => `${compact(nowMilliseconds + sign * limit)} (${compact(nowMilliseconds)}`;
  if (at < nowMilliseconds - limit) {
    throw mismatch(`Signature expired: ${date} is now earlier than ${bound(-1)} - ${mostMinutes} min.)`);
  }
  if (at > nowMilliseconds + limit) {
    throw mismatch(`Signature not yet current: ${date} is still later than ${bound(1)} + ${mostMinutes} min.)`);
  }
}

interface Canonical {
  readonly method: string;
  /** The path, encoded as the service does it. */
  readonly place: string;
  readonly parameters: string;
  readonly headers: IncomingHttpHeaders;
  readonly signed: readonly string[];
  /** The digest of the body, or what stands for it. */
  readonly payload: string;
}

/** The canonical form of a request. */
export function canonicalRequest({ method, place, parameters, headers, signed, payload }: Canonical): string {
  const lines = signed.map((name) => `${name}:${[headers[name] ?? ''].flat().join(',').trim().replace(/ +/g, ' ')}\n`);
  return [method, place, parameters, lines.join(''), signed.join(';'), payload].join('\n');
}

export function canonicalParameters(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => [encoded(name), encoded(value)])
    .sort(([name = '', value = ''], [other = '', its = '']) => compare(name, other) || compare(value, its))
    .map((pair) => pair.join('='))
    .join('&');
}

/** The signature of a canonical request, in hexadecimal digits. */
export function signatureOf(
  canonical: string,
  of: Readonly<Record<'date' | 'day' | 'region' | 'service' | 'secret', string>>,
): string {
  const scope = [of.day, of.region, of.service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${of.secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', of.date, scope.join('/'), sha256(canonical)].join('\n')).toString('hex');
}

const compare = (one: string, other: string) => Number(one > other) - Number(one < other);
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
const compact = (atMilliseconds: number) =>
  `${new Date(atMilliseconds).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const incomplete = (reason: string) => new ServiceError(400, 'IncompleteSignature', reason);
const mismatch = (reason: string) => new ServiceError(403, 'SignatureDoesNotMatch', reason);
