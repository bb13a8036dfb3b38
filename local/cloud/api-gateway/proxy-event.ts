import { type CallContext, requestContext } from './call-context.ts';
import type { ApiRequest, HeaderList } from './exchange.ts';
import { isBinary, mediaTypeOf } from './media-types.ts';
import { queryParameters } from './request-target.ts';

/** Headers of the connection, which a function does not see. */
const ofConnection = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade', 'expect']);

/**
 * The event of a Lambda proxy integration. As captures of REST APIs show, `path` and `pathParameters` are as they were
 * sent, and query parameters are decoded.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function proxyEvent(call: CallContext, request: ApiRequest, body: Buffer) {
  const isBase64Encoded =
    body.length > 0 && isBinary(mediaTypeOf(request.headers['content-type']), call.api.binaryMediaTypes);
  const query = queryParameters(call.target.query);
  const { resource, parameters = {} } = call.match ?? {};
  return {
    resource: resource?.path,
    path: call.target.path,
    httpMethod: request.method,
    ...headersOf(forwarded(call, request)),
    queryStringParameters: orNull([...query].map(([name, values]) => [name, values.at(-1) ?? ''])),
    multiValueQueryStringParameters: orNull([...query]),
    pathParameters: orNull(Object.entries(parameters)),
    stageVariables: orNull(Object.entries(call.stage.variables)),
    requestContext: requestContext(call, request),
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

function orNull<T>(entries: readonly (readonly [string, T])[]): Record<string, T> | null {
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

/** The headers of the client, and those that API Gateway adds. */
function forwarded({ traceId, domainName }: CallContext, { headerList, sourceIp }: ApiRequest): HeaderList {
  const own = ['x-forwarded-port', 'x-forwarded-proto', 'x-amzn-trace-id', 'x-forwarded-for'];
  const before = headerList.filter(([name]) => name.toLowerCase() === 'x-forwarded-for').map(([, value]) => value);
  return [
    ...headerList.filter(([name]) => !ofConnection.has(name.toLowerCase()) && !own.includes(name.toLowerCase())),
    ['X-Amzn-Trace-Id', traceId],
    ['X-Forwarded-For', [...before, sourceIp].join(', ')],
    // On AWS, every API is behind TLS. Here the function makes addresses that can be called.
    ['X-Forwarded-Port', domainName.split(':')[1] ?? '80'],
    ['X-Forwarded-Proto', 'http'],
  ];
}

/** Each name once, in the form in which it was sent first. The single value of a name is its last one. */
function headersOf(list: HeaderList) {
  const names = new Map<string, string>();
  const values = new Map<string, string[]>();
  for (const [name, value] of list) {
    const shown = names.get(name.toLowerCase()) ?? name;
    names.set(name.toLowerCase(), shown);
    values.set(shown, [...(values.get(shown) ?? []), value]);
  }
  return {
    headers: Object.fromEntries([...values].map(([name, all]) => [name, all.at(-1) ?? ''])),
    multiValueHeaders: Object.fromEntries(values),
  };
}
