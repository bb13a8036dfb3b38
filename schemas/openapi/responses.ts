import { problemBody } from '../../lambdas/domain/http/problem.ts';
import { type ProblemName, problemMediaType, problemTypes } from '../../lambdas/domain/http/problems.ts';
import { exampleHost } from './examples.ts';
import { schemaRef } from './shared-schemas.ts';

export type Json = Record<string, unknown>;

/** Headers of answers, which operations refer to. */
export const headers: Record<string, Json> = {
  Location: text('The path at which to ask what became of the request.'),
  'Retry-After': {
    description: 'Seconds to wait before the next call (RFC 9110).',
    schema: { type: 'integer', minimum: 0 },
  },
  'Idempotent-Replayed': {
    description: '`true`, if an earlier call with the same key was carried out. The answer is that call’s.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Preference-Applied': text('`wait=N`, if the call has waited for the outcome (RFC 7240).'),
  ETag: text('The version of the image.'),
};

/** Parameters of requests, which operations refer to. */
export const parameters: Record<string, Json> = {
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Your key for this command, bare or in double quotes. It stands for `requestId`. The same key again means the same request, for as long as the deduplication window. Not with a list.',
    schema: { type: 'string', minLength: 1, maxLength: 130 },
    example: 'dispatch-20260301-000417',
  },
  Prefer: {
    name: 'Prefer',
    in: 'header',
    description: '`wait=N` waits up to N seconds for the outcome (RFC 7240). More than 25 means 25.',
    schema: { type: 'string' },
    example: 'wait=20',
  },
  lane: {
    name: 'lane',
    in: 'query',
    description: 'One of your lanes. Default: your first lane without a batch window, or else your first.',
    schema: { type: 'string' },
    example: 'transactional',
  },
  source: {
    name: 'source',
    in: 'query',
    description: 'Which of your sources you act for. Only for a role or user that has several.',
    schema: schemaRef('Source'),
    example: 'crm',
  },
};

function text(description: string): Json {
  return { description, schema: { type: 'string' } };
}

export const headerRefs = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Every problem type, as an example of a problem. */
export function problemExamples(): Record<string, Json> {
  const place = { base: `https://${exampleHost}/live`, callId: '5a0f3e9c-7f0e-4c55-9d43-6a2c0c1f2b7e' };
  const names = Object.keys(problemTypes) as ProblemName[];
  return Object.fromEntries(names.map((name) => [name, { value: problemBody(name, {}, place) }]));
}

/** The problems whose answers have `Retry-After`. */
const withRetryAfter: ReadonlySet<number> = new Set([429, 503]);
const retried: ReadonlySet<ProblemName> = new Set(['in-progress', 'code-not-ready', 'onelink-unavailable']);

/** The answers of an operation with these problems, by status. */
export function problemResponses(names: readonly ProblemName[]): Record<string, Json> {
  const byStatus = Map.groupBy(names, (name) => problemTypes[name].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [status, { $ref: `#/components/responses/${responseName(group)}` }]),
  );
}

/** The shared responses that a list of groups refers to. */
export function sharedResponses(operations: readonly (readonly ProblemName[])[]): Record<string, Json> {
  const groups = operations.flatMap((names) => [...Map.groupBy(names, (name) => problemTypes[name].status)]);
  return Object.fromEntries(groups.map(([status, group]) => [responseName(group), problemResponse(status, group)]));
}

/** `UnknownLinkOrNoCode`: generators of code make names of it. */
const responseName = (names: readonly ProblemName[]) =>
  names.map((name) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())).join('Or');

function problemResponse(status: number, names: readonly ProblemName[]): Json {
  const waits = withRetryAfter.has(status) || names.some((name) => retried.has(name));
  const examples = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/examples/${name}` }]));
  return {
    description: names.map((name) => `${problemTypes[name].title}.`).join(' '),
    ...(waits && { headers: headerRefs('Retry-After') }),
    content: { [problemMediaType]: { schema: schemaRef('Problem'), examples } },
  };
}
