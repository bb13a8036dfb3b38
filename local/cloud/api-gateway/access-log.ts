import { type CallContext, requestContext } from './call-context.ts';
import type { Answer, ApiRequest } from './exchange.ts';
import { type ContextVariables, fillIn } from './mapping-template.ts';

export interface Measured {
  readonly latencyMilliseconds: number;
  /** Undefined: no integration was asked. */
  readonly integrationMilliseconds: number | undefined;
}

/** The variables of a stage's access log: those of the request, and of its answer. */
export function accessLogLine(
  format: string,
  call: CallContext,
  request: ApiRequest,
  answer: Answer,
  measured: Measured,
  error: ContextVariables | undefined,
): string {
  const integration = measured.integrationMilliseconds;
  const variables = {
    ...requestContext(call, request),
    status: answer.status,
    responseLength: answer.body.length,
    responseLatency: Math.round(measured.latencyMilliseconds),
    ...(integration !== undefined && {
      integrationLatency: Math.round(integration),
      integration: { latency: Math.round(integration) },
    }),
    ...(error && { error }),
  };
  return fillIn(format, escaped(variables) as ContextVariables, '-').replaceAll(/[\r\n]+/g, ' ');
}

/** A value of a client must not end its text in a line of JSON. */
function escaped(value: unknown): unknown {
  if (value === null) return '-';
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, escaped(inner)]));
}
