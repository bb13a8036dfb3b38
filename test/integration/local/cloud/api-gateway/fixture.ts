import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Duration } from 'aws-cdk-lib';
import {
  ApiKey,
  ApiKeySourceType,
  AuthorizationType,
  ContentHandling,
  EndpointType,
  LambdaIntegration,
  MockIntegration,
  PassthroughBehavior,
  type ResponseType,
  RestApi,
  type RestApiProps,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { LocalCloud, LocalCloudOptions } from '../../../../../local/cloud/cloud.ts';
import { type AtEnd, type Bench, openBench } from '../fixture.ts';

/** Answers with its event, or as its body orders. */
const obedient = `
export const handler = async (event) => {
  const { answer, order } = event.isBase64Encoded || !event.body ? {} : JSON.parse(event.body);
  if (order === 'throw') throw new RangeError('out of range');
  if (order === 'exit') process.exit(3);
  if (order === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (answer !== undefined) return answer;
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
};`;

/** Answers as the word in the token orders. Its context counts the invocations. */
const authorizer = `
let calls = 0;
export const handler = async ({ type, authorizationToken, methodArn }) => {
  const [, word] = /^Bearer ([a-z]+)-/.exec(authorizationToken);
  if (word === 'unknown') throw new Error('Unauthorized');
  if (word === 'crash') throw new Error('no connection');
  if (word === 'odd') return { principalId: 'crm' };
  if (word === 'broken') return { principalId: 'crm', policyDocument: { Statement: [{ Effect: 'maybe' }] } };
  const [api, stage] = methodArn.split('/');
  const Resource = word === 'narrow' ? api + '/' + stage + '/GET/v1/reports' : api + '/' + stage + '/*/v1/*';
  return {
    principalId: 'crm',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: word === 'deny' ? 'Deny' : 'Allow', Action: 'execute-api:Invoke', Resource }],
    },
    context: { source: 'crm', calls: ++calls, type, methodArn, internal: true },
    usageIdentifierKey: word === 'keyless' ? undefined : 'usage-of-crm-0123456789',
  };
};`;

export interface ApiBench extends Bench {
  readonly api: RestApi;
  /** The stage at which the API answers: `http://127.0.0.1:{port}/live`. */
  open(options?: Partial<LocalCloudOptions>): Promise<{ cloud: LocalCloud; url: string }>;
}

/**
 * An API with `/v1/{proxy+}` (authorizer, key), `/iam/{proxy+}` (AWS_IAM), `/open/{proxy+}` and `/open/links/{id}` (no
 * authorization), and `/page` (a mock). Call it within a test.
 * @param atEnd default: at the end of the test
 */
export async function openApiBench(
  given: Partial<RestApiProps> & { integrationTimeout?: Duration; rateLimit?: number; burstLimit?: number } = {},
  atEnd?: AtEnd,
): Promise<ApiBench> {
  const { integrationTimeout, rateLimit = 1_000, burstLimit = 1_000, ...props } = given;
  const bench = await openBench(atEnd);
  const { stack } = bench;
  const worker = bench.declareFunction(stack, 'Worker', obedient, {
    functionName: 'worker',
    timeout: Duration.seconds(20),
  });
  const keys = bench.declareFunction(stack, 'Keys', authorizer, { functionName: 'keys' });
  const api = new RestApi(stack, 'Api', {
    restApiName: 'links',
    endpointTypes: [EndpointType.REGIONAL],
    apiKeySourceType: ApiKeySourceType.AUTHORIZER,
    binaryMediaTypes: ['image/png', 'image/jpeg'],
    cloudWatchRole: false,
    deployOptions: { stageName: 'live' },
    ...props,
  });
  const integration = new LambdaIntegration(worker, {
    allowTestInvoke: false,
    ...(integrationTimeout && { timeout: integrationTimeout }),
  });
  const authorized = {
    authorizationType: AuthorizationType.CUSTOM,
    authorizer: new TokenAuthorizer(stack, 'Tokens', {
      handler: keys,
      validationRegex: '^Bearer [a-z]+-[0-9]{4}$',
      resultsCacheTtl: Duration.seconds(20),
    }),
  };
  const greedy = (...path: string[]) => {
    let resource = api.root;
    for (const part of [...path, '{proxy+}']) resource = resource.getResource(part) ?? resource.addResource(part);
    return resource;
  };
  greedy('v1').addMethod('ANY', integration, { ...authorized, apiKeyRequired: true });
  greedy('iam').addMethod('ANY', integration, { authorizationType: AuthorizationType.IAM });
  greedy('open').addMethod('ANY', integration);
  const links = api.root.getResource('open')?.addResource('links').addResource('{id}');
  links?.addMethod('GET', integration);
  api.root.addResource('page').addMethod(
    'GET',
    new MockIntegration({
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      passthroughBehavior: PassthroughBehavior.NEVER,
      contentHandling: ContentHandling.CONVERT_TO_TEXT,
      integrationResponses: [
        {
          statusCode: '200',
          responseParameters: { 'method.response.header.Cache-Control': "'max-age=300'" },
          responseTemplates: { 'text/html': '<h1>Stage $context.stage</h1>' },
        },
      ],
    }),
    { methodResponses: [{ statusCode: '200', responseParameters: { 'method.response.header.Cache-Control': true } }] },
  );
  const plan = api.addUsagePlan('Plan', {
    throttle: { rateLimit, burstLimit },
    apiStages: [{ stage: api.deploymentStage }],
  });
  plan.addApiKey(new ApiKey(stack, 'Key', { value: 'usage-of-crm-0123456789' }));
  return {
    ...bench,
    api,
    open: async (options = {}) => {
      const cloud = await bench.start(options);
      return { cloud, url: cloud.httpApis[0]?.url ?? '' };
    },
  };
}

/** Such an API, and its cloud, for all tests of a file. Call it at the top of the file. */
export function sharedApi(options?: Partial<LocalCloudOptions>): { cloud: LocalCloud; url: string } {
  const closing: (() => void | Promise<void>)[] = [];
  const shared = {};
  beforeAll(async () => {
    const bench = await openApiBench({}, (close) => closing.unshift(close));
    Object.assign(shared, await bench.open(options));
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });
  return shared as { cloud: LocalCloud; url: string };
}

/** A gateway response whose body shows its type and its words. */
export function showing(api: RestApi, type: ResponseType, statusCode: string): void {
  api.addGatewayResponse(type.responseType, {
    type,
    statusCode,
    responseHeaders: { 'Content-Type': "'application/problem+json'", 'Retry-After': "'1'" },
    templates: {
      'application/json':
        '{"type":"https://$context.domainName/$context.stage/problems#name","detail":$context.error.messageString,' +
        '"instance":"$context.requestId"}',
    },
  });
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/**
 * One request, with its path unchanged.
 * @param given its headers as pairs, so that names can repeat
 */
export async function call(
  url: string,
  method: string,
  path: string,
  given: { headers?: readonly [string, string][]; body?: string | Buffer } = {},
): Promise<Received> {
  const { hostname, port, pathname } = new URL(url);
  const headers = [['Host', `${hostname}:${port}`], ...(given.headers ?? [])].flat();
  if (given.body !== undefined) headers.push('Content-Length', String(Buffer.byteLength(given.body)));
  const sent = request({ hostname, port, method, path: `${pathname}${path}`, headers });
  sent.end(given.body);
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = await response.toArray();
  return {
    status: response.statusCode,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    body: Buffer.concat(chunks),
  };
}

export const json = ({ body }: Received) => JSON.parse(body.toString());

/** A connection of its own, closed at the end of the test. */
export async function socketTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** All that the server sends on a connection until it closes it. */
export async function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
}

export const bearer = (token: string): [string, string] => ['Authorization', `Bearer ${token}`];
