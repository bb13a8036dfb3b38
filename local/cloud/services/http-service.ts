import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isRuntimeApi } from '../lambda/runtime-api.ts';
import { type Loopback, onLoopback } from '../loopback.ts';
import { isForSts } from './sts.ts';
import { type JsonService, type ServiceRequest, type ServiceResponse, send, serveJson } from './wire.ts';

export interface Services {
  /** The time for the `Date` of answers, epoch milliseconds. Clients of AWS correct their clocks by it. */
  now(): number;
  /** The answer to a request that may not pass. Undefined if it may. */
  refusal?(request: ServiceRequest): Promise<ServiceResponse | undefined>;
  /** By the prefix of the operation's name in `X-Amz-Target`. */
  readonly json: Readonly<Record<string, JsonService>>;
  lambda(request: ServiceRequest): Promise<ServiceResponse>;
  sts(request: ServiceRequest): ServiceResponse;
  cloudFormation(request: ServiceRequest): ServiceResponse;
  runtimeApi(request: IncomingMessage, response: ServerResponse, body: string): void;
}

export interface HttpService extends Loopback {
  /** The services behind the server. Until it is set, the server refuses all requests. */
  services: Services | undefined;
}

/** Starts the HTTP server of the local cloud's own services, on a free loopback port. */
export async function startHttpService(): Promise<HttpService> {
  const server = createServer((request, response) => {
    serve(request, response, service.services).catch((error: unknown) => {
      // The client or an engine has ended: no answer is possible.
      if (!response.headersSent) send(response, { status: 500, body: String(error) });
    });
  });
  // No time-out: a function's connection is silent while its handler runs.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const loopback = await onLoopback(server, () => server.closeAllConnections());
  const service: HttpService = { ...loopback, services: undefined };
  return service;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  services: Services | undefined,
): Promise<void> {
  const body = (await buffer(request)).toString();
  if (!services) return send(response, { status: 503, body: 'starting' });
  const url = request.url ?? '/';
  if (isRuntimeApi(url)) return services.runtimeApi(request, response, body);
  const [target = '', query = ''] = url.split('?');
  const path = decoded(target);
  if (path === undefined) return send(response, { status: 400, body: 'the path has an invalid escape' });
  const call: ServiceRequest = {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    body,
  };
  const answer = (await services.refusal?.(call)) ?? (await route(call, services));
  const date = new Date(services.now()).toUTCString();
  send(response, { ...answer, headers: { date, 'x-amzn-requestid': randomUUID(), ...answer.headers } });
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function route(request: ServiceRequest, services: Services): ServiceResponse | Promise<ServiceResponse> {
  const [target = '', action = ''] = String(request.headers['x-amz-target']).split('.');
  const json = Object.hasOwn(services.json, target) ? services.json[target] : undefined;
  if (json) return serveJson(request, action, json);
  if (isForSts(request)) return services.sts(request);
  // Lambda's API is REST. Each path begins with the date of its version.
  if (/^\/20\d\d-\d\d-\d\d\//.test(request.path)) return services.lambda(request);
  if (String(request.headers['content-type']).includes('x-www-form-urlencoded'))
    return services.cloudFormation(request);
  return { status: 404, body: `no service here for ${request.method} ${request.path}` };
}
