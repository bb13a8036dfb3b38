import { jsonOf, ServiceError, type ServiceRequest, type ServiceResponse } from '../services/wire.ts';
import { qualifiedName } from './aliases.ts';
import { invokePayloadLimitBytes, type LambdaFunction } from './function.ts';
import type { Functions } from './functions.ts';
import type { Mapping } from './mapping.ts';

/** The maximum size of a page of ListFunctions. */
const functionsPerPage = 50;

/** Lambda's default quota of concurrent executions in a region. Nothing counts against it here. */
const accountConcurrency = 1_000;

const pathPattern = /^\/20\d\d-\d\d-\d\d\/([a-z-]+)\/?([^/]*)(\/[a-z]+)?$/;
type Answer = ServiceResponse | Promise<ServiceResponse>;

/**
 * The few operations of Lambda's API that functions and operators use: Invoke, ListFunctions, GetFunctionConfiguration,
 * GetFunctionConcurrency, GetAccountSettings, List-, Get- and UpdateEventSourceMapping (of which `Enabled` alone).
 * @see https://docs.aws.amazon.com/lambda/latest/api/
 */
export function lambdaApi(functions: Functions, mappings: readonly Mapping[]) {
  const find = (idNameOrArn: string): LambdaFunction => {
    const found = functions.find(idNameOrArn);
    if (!found) throw new ServiceError(404, 'ResourceNotFoundException', `Function not found: ${idNameOrArn}`);
    return found;
  };
  /** A function with its qualifier, for the operations that take one. */
  const qualified = (name: string, { query }: ServiceRequest) => {
    const sought = qualifiedName(name, query.get('Qualifier'));
    const found = functions.qualified(sought);
    if (found) return found;
    const whole = [sought.function, sought.qualifier].filter((part) => part !== undefined).join(':');
    throw new ServiceError(404, 'ResourceNotFoundException', `Function not found: ${whole}`);
  };
  const mappingOf = (uuid: string): Mapping => {
    const mapping = mappings.find(({ parts }) => parts.resource.name === uuid);
    if (mapping) return mapping;
    throw new ServiceError(404, 'ResourceNotFoundException', 'The resource you requested does not exist.');
  };
  /** By the method, and the path without the date of its version. `*` is the resource's name. */
  const operations: Readonly<Record<string, (request: ServiceRequest, name: string) => Answer>> = {
    'POST functions/*/invocations': (request, name) => {
      const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse');
      return invoke(qualified(name, request), type, request.body || '{}');
    },
    'GET functions/*/configuration': (request, name) => {
      const { target, arn } = qualified(name, request);
      return json(200, { ...describeFunction(target), FunctionArn: arn });
    },
    'GET functions/*/concurrency': (_, name) =>
      json(200, { ReservedConcurrentExecutions: find(name).configuration.reservedConcurrency }),
    'GET functions': ({ query }) => json(200, listFunctions(functions, query)),
    'GET account-settings': () => json(200, describeAccount(functions)),
    'GET event-source-mappings': ({ query }) => {
      const [name, source] = [query.get('FunctionName'), query.get('EventSourceArn')];
      const ofFunction = name === null ? undefined : find(name);
      const wanted = mappings
        .filter(({ parts }) => ofFunction === undefined || parts.function === ofFunction)
        .filter(({ parts }) => source === null || parts.settings.EventSourceArn === source);
      return json(200, { EventSourceMappings: wanted.map(describeMapping) });
    },
    'GET event-source-mappings/*': (_, uuid) => json(200, describeMapping(mappingOf(uuid))),
    'PUT event-source-mappings/*': ({ body }, uuid) => {
      const mapping = mappingOf(uuid);
      change(mapping, contentOf(body));
      return json(202, describeMapping(mapping));
    },
  };
  return async (request: ServiceRequest): Promise<ServiceResponse> => {
    try {
      const { method, path } = request;
      const [, resources = '', name = '', verb = ''] = pathPattern.exec(path) ?? [];
      const operate = operations[`${method} ${resources}${name && '/*'}${verb}`];
      if (operate) return await operate(request, name);
      throw new ServiceError(404, 'UnknownOperationException', `${method} ${path} is not implemented here`);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return {
        status: error.status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
        body: JSON.stringify({ Type: error.status < 500 ? 'User' : 'Server', Message: error.message }),
      };
    }
  };
}

/** By name, as Lambda lists them. The marker is the name of the last one. */
function listFunctions(functions: Functions, query: URLSearchParams): unknown {
  const marker = query.get('Marker') ?? '';
  const most = Math.min(Number(query.get('MaxItems') ?? functionsPerPage), functionsPerPage);
  if (!(most >= 1)) throw new ServiceError(400, 'InvalidParameterValueException', 'MaxItems must be at least 1');
  const after = functions.all
    .filter(({ configuration }) => configuration.name > marker)
    .sort((left, right) => (left.configuration.name < right.configuration.name ? -1 : 1));
  const page = after.slice(0, most);
  return {
    Functions: page.map(describeFunction),
    NextMarker: after.length > page.length ? page.at(-1)?.configuration.name : null,
  };
}

function describeAccount(functions: Functions): unknown {
  const reserved = functions.all.map(({ configuration }) => configuration.reservedConcurrency ?? 0);
  return {
    AccountLimit: {
      ConcurrentExecutions: accountConcurrency,
      UnreservedConcurrentExecutions: accountConcurrency - reserved.reduce((sum, each) => sum + each, 0),
    },
    AccountUsage: { FunctionCount: reserved.length },
  };
}

async function invoke(
  { target, arn }: { target: LambdaFunction; arn: string },
  type: string,
  payload: string,
): Promise<ServiceResponse> {
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
    void target.invoke(payload, arn);
    return { status: 202, body: '' };
  }
  const result = await target.invoke(payload, arn);
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

function describeFunction({ configuration }: LambdaFunction) {
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
