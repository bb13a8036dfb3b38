import type { Clock } from '../clock.ts';
import { type InvocationResult, invokePayloadLimitBytes, type LambdaFunction } from '../lambda/function.ts';
import { accessLogLine } from './access-log.ts';
import type { ApiAccess } from './api-access.ts';
import { type CallContext, newCall, requestContext } from './call-context.ts';
import type { Answer, ApiRequest } from './exchange.ts';
import { GatewayError } from './gateway-error.ts';
import { gatewayAnswer } from './gateway-responses.ts';
import type { LambdaProxySettings } from './integration-settings.ts';
import { mockAnswer } from './mock-integration.ts';
import { proxyAnswer } from './proxy-answer.ts';
import { proxyEvent } from './proxy-event.ts';
import { requestTarget } from './request-target.ts';
import type { Method, RestApi } from './rest-api.ts';
import { match, methodOf } from './routes.ts';
import { TokenAuthorizers } from './token-authorizers.ts';
import { TokenBucket } from './token-bucket.ts';
import type { FindKey } from './usage-plans.ts';

export interface GatewayParts {
  readonly access: ApiAccess;
  readonly findKey: FindKey;
  readonly clock: Clock;
  /** `127.0.0.1:{port}` */
  readonly domainName: string;
  /** A metric of the namespace `AWS/ApiGateway`. */
  record(stage: string, name: string, value: number): void;
  /** A line of a stage's access log. */
  log(logGroupName: string, line: string): void;
}

/** What became known while a request was under way. */
interface Progress {
  integrationMilliseconds?: number;
  error?: GatewayError;
}

/** Answers the requests to one REST API as API Gateway does. */
export class Gateway {
  readonly #api: RestApi;
  readonly #parts: GatewayParts;
  readonly #authorizers: TokenAuthorizers;
  readonly #throttles: ReadonlyMap<string, TokenBucket>;

  constructor(api: RestApi, parts: GatewayParts) {
    this.#api = api;
    this.#parts = parts;
    this.#authorizers = new TokenAuthorizers(parts.clock, (settings, payload) =>
      this.#invoke(`${api.arn}/authorizers/${settings.id}`, settings.function, payload),
    );
    const throttles = [...api.stages.values()].flatMap(({ name, throttle }): [string, TokenBucket][] =>
      throttle ? [[name, new TokenBucket(throttle.ratePerSecond, throttle.burst, parts.clock)]] : [],
    );
    this.#throttles = new Map(throttles);
  }

  /** It does not reject, unless the client goes away while its body is read. */
  async answer(request: ApiRequest): Promise<Answer> {
    const target = requestTarget(request.target);
    if (target === undefined) return plain(400, 'Bad Request', 'BadRequestException');
    const stage = this.#api.stages.get(target.stage);
    if (stage === undefined) return plain(403, 'Forbidden', 'ForbiddenException');
    const startedAt = performance.now();
    const call = newCall({
      startedAtMilliseconds: this.#parts.clock.now(),
      domainName: this.#parts.domainName,
      api: this.#api,
      stage,
      target,
      match: match(this.#api.root, target.path),
    });
    const progress: Progress = {};
    const answer = await this.#answerOrError(call, request, progress);
    this.#note(call, request, answer, progress, performance.now() - startedAt);
    const { requestId, extendedRequestId, traceId } = call;
    const own = [
      ['x-amzn-RequestId', requestId],
      ['x-amz-apigw-id', extendedRequestId],
      ...(progress.integrationMilliseconds === undefined ? [] : [['X-Amzn-Trace-Id', traceId] as const]),
    ] as const;
    return { ...answer, headers: [...answer.headers, ...own] };
  }

  async #answerOrError(call: CallContext, request: ApiRequest, progress: Progress): Promise<Answer> {
    try {
      return await this.#answer(call, request, progress);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      progress.error = error;
      return gatewayAnswer(error, this.#api.gatewayResponses, requestContext(call, request));
    }
  }

  async #answer(call: CallContext, request: ApiRequest, progress: Progress): Promise<Answer> {
    const method = call.match && methodOf(call.match.resource, request.method);
    if (method === undefined) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN');
    const usageIdentifierKey = await this.#authorize(call, method, request);
    this.#throttle(call, method, request, usageIdentifierKey);
    const body = await request.body();
    const { integration } = method;
    if (integration === undefined) throw new GatewayError('API_CONFIGURATION_ERROR');
    const startedAt = performance.now();
    try {
      if (integration.type === 'AWS_PROXY') return await this.#proxied(integration, call, request, body);
      const headers = { contentType: request.headers['content-type'], accept: request.headers.accept };
      return mockAnswer(integration, headers, body, this.#api.binaryMediaTypes, requestContext(call, request));
    } finally {
      progress.integrationMilliseconds = performance.now() - startedAt;
    }
  }

  /** @returns the usage identifier that an authorizer gave */
  async #authorize(call: CallContext, method: Method, request: ApiRequest): Promise<string | undefined> {
    const { access } = this.#parts;
    const resource = `${this.#api.arn}/${call.stage.name}/${request.method}${call.target.path.replace(/\/+$/, '')}`;
    const arn = resource.endsWith(`/${request.method}`) ? `${resource}/` : resource;
    if (method.authorization === 'AWS_IAM') {
      call.signer = await access.admitSigner(request, arn);
      return undefined;
    }
    if (method.authorization === 'NONE') {
      if (this.#api.hasPolicy) await access.admitAnybody(request, arn);
      return undefined;
    }
    const { authorizer } = method;
    if (authorizer === undefined) throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR');
    if (this.#api.hasPolicy) await access.refuseDenied(request, arn);
    const token = request.headers[authorizer.header];
    const given = await this.#authorizers.authorization(authorizer, Array.isArray(token) ? token[0] : token, arn);
    await access.admitAuthorized(given, request, arn);
    call.authorizer = given.variables;
    return given.usageIdentifierKey;
  }

  #throttle(call: CallContext, method: Method, request: ApiRequest, usageIdentifierKey: string | undefined): void {
    if (method.needsApiKey) {
      const inHeader = request.headers['x-api-key'];
      const value = this.#api.keySource === 'AUTHORIZER' ? usageIdentifierKey : inHeader;
      const key = typeof value === 'string' ? this.#parts.findKey(value, this.#api.id, call.stage.name) : undefined;
      if (key === undefined) throw new GatewayError('INVALID_API_KEY');
      call.apiKey = key;
      if (key.bucket?.take() === false) throw new GatewayError('THROTTLED');
    }
    if (this.#throttles.get(call.stage.name)?.take() === false) throw new GatewayError('THROTTLED');
  }

  async #proxied(
    { function: target, timeoutMilliseconds }: LambdaProxySettings,
    call: CallContext,
    request: ApiRequest,
    body: Buffer,
  ): Promise<Answer> {
    const event = JSON.stringify(proxyEvent(call, request, body));
    if (Buffer.byteLength(event) > invokePayloadLimitBytes) throw new GatewayError('REQUEST_TOO_LARGE');
    const source = `${this.#api.arn}/${call.stage.name}/${request.method}${call.match?.resource.path}`;
    const result = await within(timeoutMilliseconds, this.#invoke(source, target, event));
    if (result === 'late') throw new GatewayError('INTEGRATION_TIMEOUT');
    // Lambda's documentation: 500 if Lambda refuses the invocation, 502 if the function fails.
    if (result === undefined || result.outcome === 'throttled') throw new GatewayError('INTEGRATION_FAILURE');
    if (result.outcome === 'failed') throw new GatewayError('DEFAULT_5XX', { status: 502 });
    return proxyAnswer(result.payload, request.headers.accept, this.#api.binaryMediaTypes);
  }

  /** @returns undefined if API Gateway may not invoke the function */
  async #invoke(sourceArn: string, target: LambdaFunction, payload: string): Promise<InvocationResult | undefined> {
    const may = await this.#parts.access.mayInvoke(sourceArn, target.configuration.arn);
    return may ? target.invoke(payload) : undefined;
  }

  #note(call: CallContext, request: ApiRequest, answer: Answer, progress: Progress, latencyMilliseconds: number): void {
    const { status } = answer;
    const { integrationMilliseconds, error } = progress;
    const record = (name: string, value: number) => this.#parts.record(call.stage.name, name, value);
    record('Count', 1);
    record('4XXError', status >= 400 && status < 500 ? 1 : 0);
    record('5XXError', status >= 500 ? 1 : 0);
    record('Latency', latencyMilliseconds);
    if (integrationMilliseconds !== undefined) record('IntegrationLatency', integrationMilliseconds);
    const { accessLog } = call.stage;
    if (accessLog === undefined) return;
    const variables = error && {
      message: error.words,
      messageString: JSON.stringify(error.words),
      responseType: error.type,
    };
    const measured = { latencyMilliseconds, integrationMilliseconds };
    const line = accessLogLine(accessLog.format, call, request, answer, measured, variables);
    this.#parts.log(accessLog.logGroupName, line);
  }
}

/** An answer before there is a stage: no gateway response of the template applies. */
function plain(status: number, message: string, errorType: string): Answer {
  const headers = [
    ['Content-Type', 'application/json'],
    ['x-amzn-ErrorType', errorType],
  ] as const;
  return { status, headers, body: Buffer.from(JSON.stringify({ message })) };
}

/** The value of a promise, or `late` after this time. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), milliseconds);
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
