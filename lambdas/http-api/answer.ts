import type { APIGatewayProxyResult } from 'aws-lambda';
import { type HttpProblem, type ProblemPlace, problemBody } from '../domain/http/problem.ts';
import { problemMediaType, problemTypes } from '../domain/http/problems.ts';

/** The answer to a call. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  body?: object | string | { bytes: Uint8Array };
}

/** On every answer. Answers hold link data, so nothing on the way may keep them. */
const always = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

export function problemAnswer({ problem, parts }: HttpProblem, place: ProblemPlace): Answer {
  const { retryAfter, headers } = parts;
  return {
    status: problemTypes[problem].status,
    headers: {
      'Content-Type': problemMediaType,
      ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
      ...headers,
    },
    body: problemBody(problem, parts, place),
  };
}

/** The answer in API Gateway's form. HEAD gets GET's, because API Gateway sets `Content-Length` by the body. It sends none. */
export function proxyResult({ status, headers, body }: Answer, { callId }: ProblemPlace): APIGatewayProxyResult {
  const bytes = typeof body === 'object' && 'bytes' in body ? (body.bytes as Uint8Array) : undefined;
  const text = typeof body === 'object' ? JSON.stringify(body) : (body ?? '');
  const type: Record<string, string> = typeof body === 'object' ? { 'Content-Type': 'application/json' } : {};
  return {
    statusCode: status,
    headers: { ...type, ...headers, ...always, 'X-Request-Id': callId },
    isBase64Encoded: bytes !== undefined,
    body: bytes === undefined ? text : Buffer.from(bytes).toString('base64'),
  };
}
