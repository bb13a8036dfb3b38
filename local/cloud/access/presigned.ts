import type { IncomingHttpHeaders } from 'node:http';
import { s3Error, type XmlAnswer } from '../engines/s3-answers.ts';
import { canonicalParameters, canonicalRequest, momentOf, signatureOf } from './signature.ts';

interface PresignedRequest {
  readonly method: string;
  /** As it came: path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

interface PresignedTerms {
  readonly region: string;
  /** The secret key of an access key. Undefined if nobody has this key. */
  secretOf(accessKeyId: string): string | undefined;
  readonly nowMilliseconds: number;
}

/** A presigned URL is good for seven days at most (S3 user guide, "Download and upload objects with presigned URLs"). */
const mostSeconds = 604_800;

export const isPresigned = (url: string) => /[?&]X-Amz-Signature=/i.test(url);

/**
 * What S3 answers to a presigned URL that it does not accept. Undefined if it accepts it. The signature covers the method, the
 * path and the signed headers, but no body: a signed checksum binds that.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function presignedRefusal(
  { method, url, headers }: PresignedRequest,
  { region, secretOf, nowMilliseconds }: PresignedTerms,
): XmlAnswer | undefined {
  const [path = '', query = ''] = url.split('?');
  const asked = new URLSearchParams(query);
  const [accessKeyId = '', day = '', ...scope] = (asked.get('X-Amz-Credential') ?? '').split('/');
  const [date, names, given] = ['Date', 'SignedHeaders', 'Signature'].map((name) => asked.get(`X-Amz-${name}`) ?? '');
  const seconds = Number(asked.get('X-Amz-Expires') ?? Number.NaN);
  const at = momentOf(date ?? '');
  const isWhole = asked.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256' && at !== undefined && names !== '';
  const isInScope = scope.join('/') === `${region}/s3/aws4_request` && date?.startsWith(`${day}T`);
  if (!isWhole || !isInScope || !(Number.isInteger(seconds) && seconds >= 1 && seconds <= mostSeconds)) {
    return s3Error(400, 'AuthorizationQueryParametersError', 'The parameters of the signature are not valid');
  }
  const secret = secretOf(accessKeyId);
  if (secret === undefined || asked.has('X-Amz-Security-Token')) {
    const why = 'The AWS Access Key Id you provided does not exist in our records.';
    return s3Error(403, 'InvalidAccessKeyId', why);
  }
  const signed = (names ?? '').split(';');
  const unsigned = Object.keys(headers).find((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (!signed.includes('host') || unsigned !== undefined) {
    return s3Error(403, 'AccessDenied', 'There were headers present in the request which were not signed');
  }
  if (nowMilliseconds > at + seconds * 1_000) return s3Error(403, 'AccessDenied', 'Request has expired');
  asked.delete('X-Amz-Signature');
  const payload = asked.get('X-Amz-Content-Sha256') ?? asked.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const canonical = canonicalRequest({
    method,
    place: path,
    parameters: canonicalParameters(asked),
    headers,
    signed,
    payload,
  });
  if (signatureOf(canonical, { date: date ?? '', day, region, service: 's3', secret }) === given) return undefined;
  const why = 'The request signature we calculated does not match the signature you provided.';
  return s3Error(403, 'SignatureDoesNotMatch', why);
}

/** The headers that a presigned URL has as parameters, such as a checksum. */
export function headersIn(url: string): Record<string, string> {
  const asked = new URLSearchParams(url.split('?')[1]);
  return Object.fromEntries(
    [...asked].filter(([name]) => name.startsWith('x-amz-') && name !== 'x-amz-content-sha256'),
  );
}
