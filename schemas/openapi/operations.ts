import type { ProblemName } from '../../lambdas/domain/http/problems.ts';
import { answers, commandBodies, keyedExample } from './examples.ts';
import { headerRefs, type Json, type parameters, problemResponses } from './responses.ts';
import { schemaRef } from './shared-schemas.ts';

/** An operation, and the problems with which it may answer. */
interface Operation {
  path: string;
  method: 'get' | 'put' | 'post';
  about: Json;
  problems: readonly ProblemName[];
}

/** A call may end with them whatever it asks for. */
const ofAnyCall = [
  'bad-request',
  'unauthorized',
  'access-denied',
  'signature-invalid',
  'other-source',
  'too-many-requests',
  'internal-error',
  'unavailable',
  'timed-out',
] as const;
const ofAnyBody = [
  'invalid-json',
  'unknown-lane',
  'in-progress',
  'id-taken',
  'not-applied',
  'body-too-large',
  'unsupported-media-type',
  'invalid-command',
  'refused',
  'lane-paused',
] as const;

const parameterRefs = (...names: (keyof typeof parameters)[]) =>
  names.map((name) => ({ $ref: `#/components/parameters/${name}` }));

const path = (name: string, description: string, example: string, schema: Json = { type: 'string' }) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
  example,
});

const json = (schema: Json, examples: Record<string, unknown>) => ({
  'application/json': {
    schema,
    examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
  },
});

const oneOrList = { anyOf: [schemaRef('ListAnswer'), schemaRef('RequestAnswer')] };

const linkPath = [
  path('onelinkId', 'The ID of the OneLink template.', 'A1b3'),
  path('shortlinkId', 'The last part of the short URL.', 'berlin07'),
];

const imageOf = (format: string) => ({
  [`image/${format}`]: { schema: { type: 'string', contentEncoding: 'base64' } },
});

export const operations: readonly Operation[] = [
  {
    path: '/v1/commands',
    method: 'post',
    about: {
      operationId: 'sendCommands',
      summary: 'Send a command, or a list of 1 to 100',
      description:
        'A list is sent as a whole or not at all, unless `partial=true`. With `Prefer: wait=N`, the call answers with the outcome. To repeat a call after an error, send it again with the same key: it is carried out once.',
      parameters: [
        ...parameterRefs('Idempotency-Key', 'Prefer', 'lane', 'source'),
        {
          name: 'partial',
          in: 'query',
          description: 'Whether the valid commands of a list are sent although others are not valid.',
          schema: { type: 'boolean', default: false },
        },
      ],
      requestBody: {
        required: true,
        content: json(
          { oneOf: [schemaRef('Command'), { type: 'array', items: schemaRef('Command'), minItems: 1, maxItems: 100 }] },
          commandBodies,
        ),
      },
      responses: {
        200: {
          description: 'The command is done, and this is its outcome. Of a list, each command that was sent has ended.',
          headers: headerRefs('Idempotent-Replayed', 'Preference-Applied'),
          content: json(oneOrList, { done: answers.done, 'a list': answers.doneList }),
        },
        202: {
          description: 'The pipeline has the command, or the list. Outcomes follow.',
          headers: headerRefs('Location', 'Retry-After', 'Preference-Applied'),
          content: json(oneOrList, {
            queued: answers.queued,
            'a link without its code yet': answers.codePending,
            'a list': answers.list,
            'a list with partial=true': answers.partialList,
          }),
        },
      },
    },
    problems: [
      ...ofAnyCall,
      ...ofAnyBody,
      'idempotency-key-missing',
      'idempotency-key-malformed',
      'key-reused',
      'key-mismatch',
    ],
  },
  {
    path: '/v1/links/by-key/{campaign}/{key}',
    method: 'put',
    about: {
      operationId: 'putLinkByKey',
      summary: 'Make or change the link of a key',
      description:
        'The link becomes as the body describes it: created, updated or unchanged. The keys are those of campaign files: the same campaign and key mean the same link. The key makes each repeat safe, and the header `Idempotency-Key` has no effect.',
      parameters: [
        path('campaign', 'The name of the campaign, percent-encoded.', keyedExample.campaign),
        path(
          'key',
          'The key of the link within the campaign, percent-encoded: 1 to 1,000 characters, without control characters.',
          keyedExample.key,
        ),
        ...parameterRefs('Prefer', 'lane', 'source'),
      ],
      requestBody: {
        required: true,
        content: json(schemaRef('KeyedLink'), { 'one link per customer': keyedExample.body }),
      },
      responses: {
        200: {
          description: 'The link is as the body describes it.',
          headers: headerRefs('Idempotent-Replayed', 'Preference-Applied'),
          content: json(schemaRef('KeyAnswer'), { unchanged: answers.unchanged }),
        },
        202: {
          description: 'The pipeline has the command. Its outcome follows.',
          headers: headerRefs('Location', 'Retry-After', 'Preference-Applied'),
          content: json(schemaRef('KeyAnswer'), { created: { ...answers.queued, change: 'created' } }),
        },
      },
    },
    problems: [...ofAnyCall, ...ofAnyBody, 'key-ended'],
  },
  {
    path: '/v1/requests/{requestId}',
    method: 'get',
    about: {
      operationId: 'getRequest',
      summary: 'What became of a request',
      parameters: [
        path('requestId', 'The request ID, percent-encoded: `/` is `%2F`.', 'dispatch-20260301-000417'),
        ...parameterRefs('source'),
      ],
      responses: {
        200: {
          description: 'Where the request stands, and its outcome if it has one.',
          headers: headerRefs('Retry-After'),
          content: json(schemaRef('RequestAnswer'), {
            done: answers.done,
            queued: answers.queued,
            parked: answers.parked,
            rejected: answers.rejected,
          }),
        },
      },
    },
    problems: [...ofAnyCall, 'unknown-request'],
  },
  {
    path: '/v1/links/{onelinkId}/{shortlinkId}',
    method: 'get',
    about: {
      operationId: 'getLink',
      summary: 'Read a link, with its data and true expiry',
      description: 'Each call asks the OneLink API, by a GET that costs no quota and is paced.',
      parameters: [...linkPath, ...parameterRefs('source')],
      responses: {
        200: {
          description: 'The link, as the OneLink API has it.',
          content: json(schemaRef('LinkAnswer'), { 'a link': answers.link }),
        },
      },
    },
    problems: [...ofAnyCall, 'unknown-link', 'reads-busy', 'onelink-unavailable'],
  },
  {
    path: '/v1/links/{onelinkId}/{shortlinkId}/qr',
    method: 'get',
    about: {
      operationId: 'getQrCode',
      summary: 'The QR code of a link',
      parameters: [
        ...linkPath,
        ...parameterRefs('source'),
        {
          name: 'If-None-Match',
          in: 'header',
          description: 'The `ETag` of an image that you have.',
          schema: { type: 'string' },
        },
      ],
      responses: {
        200: {
          description: 'The image.',
          headers: headerRefs('ETag'),
          content: { ...imageOf('png'), ...imageOf('jpeg') },
        },
        304: { description: 'The image is that of `If-None-Match`.', headers: headerRefs('ETag') },
      },
    },
    problems: [...ofAnyCall, 'unknown-link', 'no-code', 'code-not-ready', 'code-failed'],
  },
  {
    path: '/v1/openapi.json',
    method: 'get',
    about: {
      operationId: 'getOpenApi',
      summary: 'This document',
      parameters: parameterRefs('source'),
      responses: {
        200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
      },
    },
    problems: ofAnyCall,
  },
];

/** The operations by path and method, as the document has them. */
export function paths(): Record<string, Json> {
  const byPath = Map.groupBy(operations, (operation) => operation.path);
  return Object.fromEntries(
    [...byPath].map(([place, group]) => [
      place,
      Object.fromEntries(group.map(({ method, about, problems }) => [method, withProblems(about, problems)])),
    ]),
  );
}

const withProblems = (about: Json, problems: readonly ProblemName[]) => ({
  ...about,
  responses: { ...(about.responses as Json), ...problemResponses(problems) },
});
