import { jsonOf, ServiceError, type ServiceRequest, type ServiceResponse } from '../services/wire.ts';
import { invokePayloadLimitBytes, type LambdaFunction } from './function.ts';
import type { Functions } from './functions.ts';
import type { Mapping } from './mapping.ts';

const functionPath = /^\/20\d\d-\d\d-\d\d\/functions\/([^/]+)\/(invocations|configuration|concurrency)$/;
const functionsPath = /^\/20\d\d-\d\d-\d\d\/functions\/?$/;
const accountPath = /^\/20\d\d-\d\d-\d\d\/account-settings\/?$/;
const mappingPath = /^\/20\d\d-\d\d-\d\d\/event-source-mappings\/?([^/]*)$/;

/** The maximum size of a page of ListFunctions. */
const functionsPerPage = 50;

/** Lambda's default quota of concurrent executions in a region. Nothing counts against it here. */
const accountConcurrency = 1_000;

/**
 * The few operations of Lambda's API that functions and operators use: Invoke, ListFunctions, GetFunctionConfiguration,
 * GetFunctionConcurrency, GetAccountSettings, List-, Get- and UpdateEventSourceMapping (of which `Enabled` alone).
 * @see https://docs.aws.amazon.com/lambda/latest/api/
 */
export class LambdaApi {
  readonly #functions: Functions;
  readonly #mappings: readonly Mapping[];

  constructor(functions: Functions, mappings: readonly Mapping[]) {
    this.#functions = functions;
    this.#mappings = mappings;
  }

  async serve(request: ServiceRequest): Promise<ServiceResponse> {
    try {
      return await this.#route(request);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return {
        status: error.status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
        body: JSON.stringify({ Type: error.status < 500 ? 'User' : 'Server', Message: error.message }),
      };
    }
  }

  #find(idNameOrArn: string): LambdaFunction {
    const found = this.#functions.find(idNameOrArn);
    if (!found) throw new ServiceError(404, 'ResourceNotFoundException', `Function not found: ${idNameOrArn}`);
    return found;
  }

  async #route({ method, path, query, headers, body }: ServiceRequest): Promise<ServiceResponse> {
    const [, functionName, verb] = functionPath.exec(path) ?? [];
    if (functionName !== undefined) {
      const target = this.#find(functionName);
      if (verb === 'invocations' && method === 'POST') {
        return this.#invoke(target, String(headers['x-amz-invocation-type'] ?? 'RequestResponse'), body || '{}');
      }
      if (verb === 'configuration' && method === 'GET') return json(200, describeFunction(target));
      const { reservedConcurrency } = target.configuration;
      if (verb === 'concurrency' && method === 'GET') {
        return json(
          200,
          reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency },
        );
      }
    }
    if (functionsPath.test(path) && method === 'GET') return json(200, this.#list(query));
    if (accountPath.test(path) && method === 'GET') return json(200, this.#account());
    const [, uuid] = mappingPath.exec(path) ?? [];
    if (uuid === '' && method === 'GET') {
      const wanted = { function: query.get('FunctionName'), source: query.get('EventSourceArn') };
      const ofFunction = wanted.function === null ? undefined : this.#find(wanted.function);
      return json(200, {
        EventSourceMappings: this.#mappings
          .filter((mapping) => ofFunction === undefined || mapping.parts.function === ofFunction)
          .filter((mapping) => wanted.source === null || mapping.parts.settings.EventSourceArn === wanted.source)
          .map(describeMapping),
      });
    }
    if (uuid && (method === 'GET' || method === 'PUT')) {
      const mapping = this.#mappings.find(({ parts }) => parts.resource.name === uuid);
      if (!mapping)
        throw new ServiceError(404, 'ResourceNotFoundException', 'The resource you requested does not exist.');
      if (method === 'PUT') change(mapping, contentOf(body));
      return json(method === 'PUT' ? 202 : 200, describeMapping(mapping));
    }
    throw new ServiceError(404, 'UnknownOperationException', `${method} ${path} is not implemented here`);
  }

  /** By name, as Lambda lists them. The marker is the name of the last one. */
  #list(query: URLSearchParams): unknown {
    const marker = query.get('Marker') ?? '';
    const most = Math.min(Number(query.get('MaxItems') ?? functionsPerPage), functionsPerPage);
    if (!(most >= 1)) throw new ServiceError(400, 'InvalidParameterValueException', 'MaxItems must be at least 1');
    const after = this.#functions.all
      .filter(({ configuration }) => configuration.name > marker)
      .sort((left, right) => (left.configuration.name < right.configuration.name ? -1 : 1));
    const page = after.slice(0, most);
    return {
      Functions: page.map(describeFunction),
      NextMarker: after.length > page.length ? page.at(-1)?.configuration.name : null,
    };
  }

  #account(): unknown {
    const reserved = this.#functions.all.map(({ configuration }) => configuration.reservedConcurrency ?? 0);
    return {
      AccountLimit: {
        ConcurrentExecutions: accountConcurrency,
        UnreservedConcurrentExecutions: accountConcurrency - reserved.reduce((sum, each) => sum + each, 0),
      },
      AccountUsage: { FunctionCount: reserved.length },
    };
  }

  async #invoke(target: LambdaFunction, type: string, payload: string): Promise<ServiceResponse> {
    if (Buffer.byteLength(payload) > invokePayloadLimitBytes) {
      throw new ServiceError(
        413,
        'RequestTooLargeException',
        `Request must be smaller than ${invokePayloadLimitBytes} bytes`,
      );
    }
    contentOf(payload);
    if (type === 'DryRun') return { status: 204, body: '' };
    if (type === 'Event') {
      // Asynchronous: the caller gets an acceptance, whatever the invocation's result.
      void target.invoke(payload);
      return { status: 202, body: '' };
    }
    const result = await target.invoke(payload);
    if (result.outcome === 'throttled') throw new ServiceError(429, 'TooManyRequestsException', 'Rate Exceeded.');
    return {
      status: 200,
      headers: {
        'content-type': 'application/json',
        'x-amz-executed-version': '$LATEST',
        ...(result.outcome === 'failed' && { 'x-amz-function-error': 'Unhandled' }),
      },
      body: result.payload,
    };
  }
}

function contentOf(body: string): unknown {
  const content = jsonOf(body);
  if (content !== undefined) return content;
  throw new ServiceError(400, 'InvalidRequestContentException', 'Could not parse request body into json');
}

function change(mapping: Mapping, input: unknown): void {
  const { Enabled, FunctionName, ...others } = { ...(input as Record<string, unknown> | null) };
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new ServiceError(400, 'InvalidParameterValueException', `${other} cannot be changed here, only Enabled`);
  }
  if (typeof Enabled === 'boolean') mapping.setEnabled(Enabled);
}

function describeMapping(mapping: Mapping): unknown {
  const { resource, function: target, settings } = mapping.parts;
  return {
    UUID: resource.name,
    EventSourceMappingArn: resource.arn,
    EventSourceArn: settings.EventSourceArn,
    FunctionArn: target.configuration.arn,
    State: mapping.state,
    StateTransitionReason: 'USER_INITIATED',
    LastModified: mapping.lastModifiedMilliseconds / 1000,
    BatchSize: settings.BatchSize,
    MaximumBatchingWindowInSeconds: settings.MaximumBatchingWindowInSeconds,
    FunctionResponseTypes: settings.FunctionResponseTypes,
    ...(settings.ScalingConfig !== undefined && { ScalingConfig: settings.ScalingConfig }),
  };
}

function describeFunction({ configuration }: LambdaFunction): unknown {
  return {
    FunctionName: configuration.name,
    FunctionArn: configuration.arn,
    Runtime: configuration.runtime,
    Handler: configuration.handler,
    Timeout: configuration.timeoutSeconds,
    MemorySize: configuration.memoryMegabytes,
    Environment: { Variables: configuration.environment },
    LoggingConfig: { LogGroup: configuration.logGroupName },
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

function json(status: number, value: unknown): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
