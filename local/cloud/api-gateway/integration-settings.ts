import type { z } from 'zod';
import type { Resource } from '../assembly/deployment.ts';
import type { LambdaFunction } from '../lambda/function.ts';
import { unsupportedPart } from './mapping-template.ts';
import type { integrationProperties, methodProperties } from './properties.ts';
import type { FindFunction } from './rest-api.ts';

export type Integration = LambdaProxySettings | MockSettings;

export interface LambdaProxySettings {
  readonly type: 'AWS_PROXY';
  readonly function: LambdaFunction;
  readonly timeoutMilliseconds: number;
}

export interface MockSettings {
  readonly type: 'MOCK';
  readonly passthrough: string;
  /** Makes text of a body that is binary for the API. A template needs text. */
  readonly convertsToText: boolean;
  /** By media type. */
  readonly requestTemplates: ReadonlyMap<string, string>;
  readonly responses: readonly MockResponse[];
}

export interface MockResponse {
  readonly status: number;
  /** The statuses that it is for. Undefined: all others. */
  readonly pattern: RegExp | undefined;
  readonly headers: ReadonlyMap<string, string>;
  /** By media type. */
  readonly templates: ReadonlyMap<string, string>;
}

/**
 * Reads a method's integration.
 * @returns undefined for a type that is not implemented
 * @throws if its function is none of the deployment's, or if API Gateway would refuse it
 */
export function readIntegration(
  method: Resource,
  { Integration, MethodResponses }: z.infer<typeof methodProperties>,
  findFunction: FindFunction,
): Integration | undefined {
  if (Integration.Type === 'AWS_PROXY') {
    return {
      type: 'AWS_PROXY',
      function: functionOf(method, Integration.Uri, findFunction),
      timeoutMilliseconds: Integration.TimeoutInMillis,
    };
  }
  if (Integration.Type !== 'MOCK') return undefined;
  const templates = [
    ...Object.values(Integration.RequestTemplates),
    ...Integration.IntegrationResponses.flatMap(({ ResponseTemplates }) => Object.values(ResponseTemplates)),
  ];
  for (const template of templates) refuseUnsupported(template, method);
  return {
    type: 'MOCK',
    passthrough: Integration.PassthroughBehavior,
    convertsToText: Integration.ContentHandling === 'CONVERT_TO_TEXT',
    requestTemplates: new Map(Object.entries(Integration.RequestTemplates)),
    responses: Integration.IntegrationResponses.map((response) => mockResponse(method, response, MethodResponses)),
  };
}

/** @throws if a template has a part that is not implemented */
function refuseUnsupported(template: string, { where }: Resource): void {
  const part = unsupportedPart(template);
  if (part !== undefined) throw new Error(`${where}: ${part} in a mapping template is not implemented here`);
}

type Declared = z.infer<typeof methodProperties>['MethodResponses'];

function mockResponse(
  { where }: Resource,
  response: z.infer<typeof integrationProperties>['IntegrationResponses'][number],
  declared: Declared,
): MockResponse {
  const own = declared.find(({ StatusCode }) => StatusCode === response.StatusCode);
  if (own === undefined) throw new Error(`${where}: MethodResponses has no status ${response.StatusCode}`);
  const headers = Object.entries(response.ResponseParameters).map(([parameter, value]): [string, string] => {
    const [, header] = /^method\.response\.header\.(.+)$/.exec(parameter) ?? [];
    const [, literal] = /^'(.*)'$/s.exec(value) ?? [];
    if (header === undefined || literal === undefined) {
      throw new Error(`${where}: ${parameter} must be a header with a value in single quotes`);
    }
    if (!(parameter in own.ResponseParameters)) throw new Error(`${where}: MethodResponses does not have ${parameter}`);
    return [header, literal];
  });
  const { SelectionPattern: pattern } = response;
  return {
    status: Number(response.StatusCode),
    pattern: pattern === undefined || pattern === '' ? undefined : new RegExp(`^(?:${pattern})$`),
    headers: new Map(headers),
    templates: new Map(Object.entries(response.ResponseTemplates)),
  };
}

/**
 * The function in the URI of an integration or an authorizer:
 * `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{ARN}/invocations`.
 * @throws if it is none of the deployment's
 */
export function functionOf({ where }: Resource, uri = '', findFunction: FindFunction): LambdaFunction {
  const [, arn = ''] = /:lambda:path\/2015-03-31\/functions\/(arn:[^/]+)\/invocations$/.exec(uri) ?? [];
  const found = findFunction(arn);
  if (found === undefined)
    throw new Error(`${where}: ${uri || 'an integration without Uri'} is no function of these stacks`);
  return found;
}
