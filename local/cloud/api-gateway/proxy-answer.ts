import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import type { Answer, HeaderList } from './exchange.ts';
import { GatewayError } from './gateway-error.ts';
import { isBinary, mediaTypeOf } from './media-types.ts';

const headerValue = z.union([z.string(), z.boolean().transform(String)]);

/** What a function may answer. As on AWS, every field is optional, and no other is allowed. */
const proxyAnswerSchema = z.strictObject({
  statusCode: z.union([z.int(), z.string().regex(/^\d{3}$/)]).nullish(),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/**
 * Headers that API Gateway gives another name in an answer.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
const remapped = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'host',
  'max-forwards',
  'server',
  'user-agent',
  'www-authenticate',
]);
const refused = new Set(['transfer-encoding', 'trailer', 'upgrade', 'te', 'keep-alive']);

const malformed = () => new GatewayError('DEFAULT_5XX', { status: 502 });

/**
 * Reads the answer of a function behind a Lambda proxy integration.
 * @param payload JSON
 * @param accept the request's header, whose first entry decides whether a binary answer is decoded
 * @throws GatewayError 502 for an answer in another form
 */
export function proxyAnswer(payload: string, accept: string | undefined, binaryMediaTypes: readonly string[]): Answer {
  const { data } = proxyAnswerSchema.safeParse(jsonOrUndefined(payload));
  if (data === undefined) throw malformed();
  const status = Number(data.statusCode ?? 200);
  if (status < 200 || status > 599) throw malformed();
  const headers = merged(data.headers ?? {}, data.multiValueHeaders ?? {});
  for (const [name, value] of headers) {
    if (!isHeader(name, value)) throw malformed();
  }
  const hasMediaType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status,
    headers: [...(hasMediaType ? [] : [['Content-Type', 'application/json'] as const]), ...headers.map(renamed)],
    body: bodyOf(data.body ?? '', data.isBase64Encoded ?? false, accept, binaryMediaTypes),
  };
}

function jsonOrUndefined(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

/** A name in both has the values of `multiValueHeaders`. */
function merged(
  single: Readonly<Record<string, string>>,
  multiple: Readonly<Record<string, readonly string[]>>,
): HeaderList {
  const inBoth = new Set(Object.keys(multiple).map((name) => name.toLowerCase()));
  return [
    ...Object.entries(single).filter(([name]) => !inBoth.has(name.toLowerCase())),
    ...Object.entries(multiple).flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
  ];
}

function isHeader(name: string, value: string): boolean {
  if (refused.has(name.toLowerCase())) return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function renamed([name, value]: readonly [string, string]): readonly [string, string] {
  return [remapped.has(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name, value];
}

function bodyOf(
  body: string,
  isBase64Encoded: boolean,
  accept: string | undefined,
  binaryMediaTypes: readonly string[],
): Buffer {
  const first = mediaTypeOf(accept?.split(',')[0]);
  if (!isBase64Encoded || !isBinary(first, binaryMediaTypes)) return Buffer.from(body);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body)) throw new GatewayError('API_CONFIGURATION_ERROR');
  return Buffer.from(body, 'base64');
}
