import type { z } from 'zod';
import { executeApiArn } from '../access/execute-api.ts';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { LambdaFunction } from '../lambda/function.ts';
import { readAuthorizer, type TokenAuthorizerSettings } from './authorizer-settings.ts';
import { type GatewayResponse, readGatewayResponse } from './gateway-responses.ts';
import { type Integration, readIntegration } from './integration-settings.ts';
import { methodProperties, resourceProperties, restApiProperties, stageProperties } from './properties.ts';
import type { ApiResource } from './routes.ts';

export interface Method {
  readonly authorization: string;
  /** For `CUSTOM`. Undefined if the authorizer is not implemented. */
  readonly authorizer: TokenAuthorizerSettings | undefined;
  readonly needsApiKey: boolean;
  /** Undefined if its type is not implemented. */
  readonly integration: Integration | undefined;
}

export interface Stage {
  readonly name: string;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly accessLog: { readonly logGroupName: string; readonly format: string } | undefined;
  /** Of all methods together. */
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number } | undefined;
}

/** A REST API as its template describes it. */
export interface RestApi {
  readonly resource: Resource;
  readonly id: string;
  /** The dimension of its metrics. */
  readonly name: string;
  /** `arn:aws:execute-api:{region}:{account}:{id}`: the ARNs of its methods begin with it. */
  readonly arn: string;
  readonly keySource: string;
  readonly binaryMediaTypes: readonly string[];
  readonly hasPolicy: boolean;
  readonly root: ApiResource;
  readonly stages: ReadonlyMap<string, Stage>;
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponse>;
}

export type FindFunction = (arn: string) => LambdaFunction | undefined;

/**
 * Reads an API with its resources, methods, stages, authorizers and gateway responses.
 * @throws if a part is what API Gateway would refuse, or needs something that is not implemented and has no safe answer
 */
export function readRestApi(resource: Resource, deployment: Deployment, findFunction: FindFunction): RestApi {
  const properties = deployment.properties(resource, restApiProperties);
  const id = resource.ref;
  const of = <T extends { RestApiId: string }>(type: string, schema: z.ZodType<T>) =>
    deployment
      .resources(type)
      .filter(({ stack }) => stack === resource.stack)
      .map((one) => ({ one, ...deployment.properties(one, schema) }))
      .filter(({ RestApiId }) => RestApiId === id);
  const root = treeOf(resource, of('AWS::ApiGateway::Resource', resourceProperties));
  const all = new Map(nodesOf(root).map((node) => [node.id, node]));
  for (const { one, ...method } of of('AWS::ApiGateway::Method', methodProperties)) {
    const node = all.get(method.ResourceId);
    if (node === undefined) throw new Error(`${one.where}: ResourceId is no resource of the API`);
    node.methods.set(method.HttpMethod, {
      authorization: method.AuthorizationType,
      authorizer: readAuthorizer(method.AuthorizerId, deployment, findFunction),
      needsApiKey: method.ApiKeyRequired,
      integration: readIntegration(one, method, findFunction),
    });
  }
  const stages = of('AWS::ApiGateway::Stage', stageProperties).map((stage): [string, Stage] => [
    stage.StageName,
    stageOf(stage),
  ]);
  return {
    resource,
    id,
    name: properties.Name ?? id,
    arn: executeApiArn(id, deployment.place),
    keySource: properties.ApiKeySourceType,
    binaryMediaTypes: properties.BinaryMediaTypes.map((type) => type.toLowerCase()),
    hasPolicy: properties.Policy !== undefined,
    root,
    stages: new Map(stages),
    gatewayResponses: new Map(
      deployment
        .resources('AWS::ApiGateway::GatewayResponse')
        .map((one) => readGatewayResponse(one, deployment))
        .filter(({ restApiId }) => restApiId === id)
        .map((response) => [response.type, response]),
    ),
  };
}

interface PathPart {
  readonly one: Resource;
  readonly ParentId: string;
  readonly PathPart: string;
}

function treeOf(api: Resource, parts: readonly PathPart[]): ApiResource {
  const root = nodeOf(api.attributes.RootResourceId ?? '', '/', '');
  const attach = (parent: ApiResource) => {
    for (const { one, PathPart } of parts.filter(({ ParentId }) => ParentId === parent.id)) {
      const child = nodeOf(one.ref, `${parent.path === '/' ? '' : parent.path}/${PathPart}`, PathPart);
      parent.children.push(child);
      attach(child);
    }
  };
  attach(root);
  return root;
}

function nodeOf(id: string, path: string, part: string): ApiResource {
  return { id, path, part, methods: new Map(), children: [] };
}

function nodesOf(node: ApiResource): ApiResource[] {
  return [node, ...node.children.flatMap(nodesOf)];
}

/** The log groups that have the access log of a stage. */
export function accessLogGroups(deployment: Deployment): string[] {
  return deployment
    .resources('AWS::ApiGateway::Stage')
    .flatMap((stage) => stageOf(deployment.properties(stage, stageProperties)).accessLog?.logGroupName ?? []);
}

function stageOf(stage: z.infer<typeof stageProperties>): Stage {
  const all = stage.MethodSettings.find(({ HttpMethod, ResourcePath }) => HttpMethod === '*' && ResourcePath === '/*');
  const { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst } = all ?? {};
  const log = stage.AccessLogSetting;
  return {
    name: stage.StageName,
    deploymentId: stage.DeploymentId,
    variables: stage.Variables,
    accessLog: log && {
      logGroupName: log.DestinationArn.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '').replace(/:\*$/, ''),
      format: log.Format,
    },
    throttle: ratePerSecond === undefined || burst === undefined ? undefined : { ratePerSecond, burst },
  };
}
