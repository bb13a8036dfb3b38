import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';

/** A request to a service that the local cloud implements itself. */
export interface ServiceRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error of a service. Each service has its own wire form for it. */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The operations of a service with a JSON protocol, by name. Each takes its input and the request, and returns its output. */
export type JsonService = Readonly<Record<string, (input: unknown, request: ServiceRequest) => unknown>>;

/** Serves AWS's JSON protocols, 1.0 and 1.1. Their differences do not matter here. */
export async function serveJson(
  request: ServiceRequest,
  action: string,
  service: JsonService,
): Promise<ServiceResponse> {
  const headers = { 'content-type': String(request.headers['content-type']) };
  try {
    const operate = Object.hasOwn(service, action) ? service[action] : undefined;
    if (!operate) throw new ServiceError(400, 'UnknownOperationException', `${action} is not implemented here`);
    return { status: 200, headers, body: JSON.stringify(await operate(inputOf(request.body), request)) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { status: error.status, headers, body: JSON.stringify({ __type: error.code, message: error.message }) };
  }
}

function inputOf(body: string): unknown {
  const input = jsonOf(body || '{}');
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  throw new ServiceError(400, 'SerializationException', 'the body must be a JSON object');
}

/** The JSON value of a text. Undefined if the text is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * An operation with a checked input. It refuses another form and unknown parameters, with the reason.
 * @param code of the refusal
 */
export function operation<T>(schema: z.ZodType<T>, code: string, run: (input: T, request: ServiceRequest) => unknown) {
  return (input: unknown, request: ServiceRequest): unknown => {
    const { data, error } = schema.safeParse(input);
    if (error) throw new ServiceError(400, code, `not implemented here: ${z.prettifyError(error)}`);
    return run(data as T, request);
  };
}

export function send(response: ServerResponse, { status, headers, body }: ServiceResponse): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
  response.end(body);
}
