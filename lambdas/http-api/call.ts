import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { CallIdentity } from '../domain/http/callers.ts';
import { type HeaderValues, isEncodedBody } from '../domain/http/headers.ts';
import { HttpProblem, type ProblemPlace } from '../domain/http/problem.ts';
import { type ApiPath, splitPath } from '../domain/http/routes.ts';
import type { Deadline } from '../domain/work/delivery.ts';

/** One call, as API Gateway hands it over (Lambda proxy integration of a REST API). */
export interface Call {
  method: string;
  under: ApiPath;
  /** The path after `/v1/`, percent-encoded as the caller sent it. */
  rest: string;
  /** The path under which the caller reads: `/{stage}/v1`. */
  root: string;
  /** Where its problems occur. */
  place: ProblemPlace;
  identity: CallIdentity;
  /** The values of a header. Names have no case. */
  header(name: string): HeaderValues;
  /** The parameters of the query, decoded. */
  query: ReadonlyMap<string, readonly string[]>;
  body: string;
  deadline: Deadline;
}

const encodedBody = 'The body has a Content-Encoding. Send it uncompressed, and leave Content-Encoding out.';

/** Where the problems of a call occur. */
export function placeOf({ path, headers, multiValueHeaders, requestContext }: APIGatewayProxyEvent): ProblemPlace {
  const { domainName = 'localhost', requestId } = requestContext;
  // API Gateway itself sets this header. It is always https there.
  const [protocol] = headerValues({ headers, multiValueHeaders }, 'x-forwarded-proto');
  return {
    base: `${protocol === 'http' ? 'http' : 'https'}://${domainName}${stagePath({ path, requestContext })}`,
    callId: requestId,
  };
}

/** @throws HttpProblem if the path is none of the HTTP API's, or the body is compressed or is not text */
export function callOf(event: APIGatewayProxyEvent, deadline: Deadline): Call {
  const { httpMethod, path, multiValueQueryStringParameters, requestContext } = event;
  const split = splitPath(path);
  if (split === undefined) throw new HttpProblem('unknown-path');
  // A compressed body is no text, so its encoding is looked at first.
  if (event.body && isEncodedBody(headerValues(event, 'content-encoding')))
    throw new HttpProblem('unsupported-media-type', {
      detail: encodedBody,
      headers: { 'Accept-Encoding': 'identity' },
    });
  const { authorizer, identity } = requestContext;
  const source: unknown = authorizer?.source;
  return {
    method: httpMethod,
    ...split,
    root: `${stagePath(event)}${split.under}`,
    place: placeOf(event),
    identity: { user: identity.user ?? undefined, ...(typeof source === 'string' && { source }) },
    header: (name) => headerValues(event, name),
    query: new Map(Object.entries(multiValueQueryStringParameters ?? {}).map(([name, values]) => [name, values ?? []])),
    body: bodyText(event),
    deadline,
  };
}

/**
 * The stage in the caller's paths: `/live`. Under a domain name of one's own, it may be empty. What the caller has written
 * before the path may have more slashes, and `//live` would be a host.
 */
function stagePath({ path, requestContext }: Pick<APIGatewayProxyEvent, 'path' | 'requestContext'>): string {
  const whole = requestContext.path;
  const hasNone = whole.endsWith(path) && /^\/*$/.test(whole.slice(0, whole.length - path.length));
  return hasNone ? '' : `/${requestContext.stage}`;
}

function headerValues(
  { headers, multiValueHeaders }: Pick<APIGatewayProxyEvent, 'headers' | 'multiValueHeaders'>,
  name: string,
): string[] {
  const all: Record<string, string[] | string | undefined> = multiValueHeaders ?? headers ?? {};
  return Object.entries(all).flatMap(([found, values]) =>
    found.toLowerCase() === name && values !== undefined ? values : [],
  );
}

function bodyText({ body, isBase64Encoded }: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>): string {
  if (body === null || !isBase64Encoded) return body ?? '';
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(body, 'base64'));
  } catch {
    throw new HttpProblem('invalid-json', { detail: 'The body is not UTF-8 text. Send JSON in UTF-8.' });
  }
}
