import type { IncomingHttpHeaders } from 'node:http';

const signed = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\//;

/** The access key ID of a signed request. Undefined if the request is not signed. Nothing checks the signature. */
export function accessKeyIdOf(headers: IncomingHttpHeaders, url: string): string | undefined {
  const inHeader = signed.exec(headers.authorization ?? '')?.[1];
  if (inHeader !== undefined || !url.includes('X-Amz-Credential=')) return inHeader;
  return new URL(url, 'http://localhost').searchParams.get('X-Amz-Credential')?.split('/')[0];
}
