import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { Answer, HeaderList } from './exchange.ts';
import { type GatewayError, gatewayResponseTypes, unusedGatewayResponseTypes } from './gateway-error.ts';
import { type ContextVariables, contextValue, fillIn, unsupportedVariable } from './mapping-template.ts';
import { gatewayResponseProperties } from './properties.ts';

/** A gateway response of the template. */
export interface GatewayResponse {
  readonly restApiId: string;
  readonly type: string;
  /** Undefined: the type's default. */
  readonly status: number | undefined;
  /** By name: a text in single quotes, or `context.…`. */
  readonly headers: ReadonlyMap<string, string>;
  /** By media type. */
  readonly templates: ReadonlyMap<string, string>;
}

/** @throws if the type is unknown, or a header or template is not implemented */
export function readGatewayResponse(resource: Resource, deployment: Deployment): GatewayResponse {
  const properties = deployment.properties(resource, gatewayResponseProperties);
  const { ResponseType: type, ResponseParameters, ResponseTemplates, StatusCode } = properties;
  if (!Object.hasOwn(gatewayResponseTypes, type) && !unusedGatewayResponseTypes.includes(type)) {
    throw new Error(`${resource.where}: API Gateway has no gateway response ${type}`);
  }
  const unsupported = Object.values(ResponseTemplates)
    .map(unsupportedVariable)
    .find((one) => one !== undefined);
  if (unsupported !== undefined) throw new Error(`${resource.where}: ${unsupported} is not implemented here`);
  const headers = Object.entries(ResponseParameters).map(([parameter, value]): [string, string] => {
    const [, header] = /^gatewayresponse\.header\.(.+)$/.exec(parameter) ?? [];
    if (header !== undefined && /^('.*'|context\.[\w.-]+)$/s.test(value)) return [header, value];
    throw new Error(`${resource.where}: ${parameter} must be a header with a value in single quotes or of the context`);
  });
  return {
    restApiId: properties.RestApiId,
    type,
    status: StatusCode === undefined ? undefined : Number(StatusCode),
    headers: new Map(headers),
    templates: new Map(Object.entries(ResponseTemplates)),
  };
}

const defaultTemplate = '{"message":$context.error.messageString}';

/** The answer to a request that ends early: the template's for its type, else for all 4XX or 5XX, else API Gateway's. */
export function gatewayAnswer(
  error: GatewayError,
  responses: ReadonlyMap<string, GatewayResponse>,
  context: ContextVariables,
): Answer {
  const own = responses.get(error.type) ?? responses.get(error.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const variables = { ...context, error: errorVariables(error) };
  const [mediaType, template] = chosenTemplate(own?.templates);
  const headers: HeaderList = [...(own?.headers ?? [])].flatMap(([name, value]): HeaderList => {
    const filledIn = value.startsWith("'") ? value.slice(1, -1) : contextValue(variables, value.slice(8));
    return filledIn === undefined || filledIn === null ? [] : [[name, String(filledIn)]];
  });
  const hasMediaType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status: own?.status ?? error.status,
    headers: [
      ...(hasMediaType ? [] : [['Content-Type', mediaType] as const]),
      ...headers,
      ['x-amzn-ErrorType', gatewayResponseTypes[error.type].errorType],
    ],
    body: Buffer.from(withoutTls(fillIn(template, variables, ''), contextValue(context, 'domainName'))),
  };
}

/** `$context` has no scheme, so a template names `https`. Here is no TLS, and the address should work. */
function withoutTls(text: string, domainName: unknown): string {
  return text.replaceAll(`https://${domainName}/`, `http://${domainName}/`);
}

/** The template for JSON, else the first one. */
function chosenTemplate(templates: ReadonlyMap<string, string> = new Map()): readonly [string, string] {
  const json = templates.get('application/json');
  if (json !== undefined) return ['application/json', json];
  return [...templates][0] ?? ['application/json', defaultTemplate];
}

function errorVariables({ type, words }: GatewayError) {
  return { message: words, messageString: JSON.stringify(words), responseType: type };
}
