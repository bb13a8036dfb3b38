import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** A whole request of an AWS SDK. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A whole answer of a service. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** The connection breaks before an answer. */
export const lost = Symbol('lost');

/** Degrades a request. `forward` sends the request, or its changed form, to the service. */
export type Treatment = (
  request: WireRequest,
  forward: (request?: WireRequest) => Promise<WireAnswer>,
) => Promise<WireAnswer | typeof lost>;

/** The operation of a request in AWS's JSON protocol: `DynamoDB_20120810.PutItem` is `PutItem`. */
export function jsonAction({ headers }: WireRequest): string {
  return String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1) as string;
}

export function jsonBody<Body>({ body }: { body: Buffer }): Body {
  return JSON.parse(body.toString('utf8')) as Body;
}

/** The same message with another body, without the checksums of the old one. */
export function withBody<Message extends WireRequest | WireAnswer>(message: Message, body: unknown): Message {
  const { 'x-amz-crc32': _, 'content-length': __, ...headers } = message.headers;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { ...message, headers, body: Buffer.from(text) };
}

export function jsonAnswer(status: number, body: unknown): WireAnswer {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { status, headers, body: Buffer.from(JSON.stringify(body)) };
}

export function xmlAnswer(status: number, xml: string): WireAnswer {
  return { status, headers: { 'content-type': 'text/xml' }, body: Buffer.from(xml) };
}
