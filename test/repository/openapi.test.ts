import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { commandReader, noPolicy } from '../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../lambdas/domain/contract/envelope.ts';
import { problemTypes } from '../../lambdas/domain/http/problems.ts';

type Json = Record<string, unknown>;
interface Media {
  schema: Json;
  examples?: Record<string, Json>;
}
interface Operation {
  operationId: string;
  parameters?: Json[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Json>;
}

const text = readFileSync(new URL('../../schemas/openapi.json', import.meta.url), 'utf8');
const document = JSON.parse(text) as {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, Json>>;
};
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

/** The part of the document at a reference, or what is no reference as it is. */
function resolved(part: Json): Json {
  const { $ref } = part;
  if (typeof $ref !== 'string') return part;
  return $ref
    .split('/')
    .slice(1)
    .reduce((at: Json, name) => at[name] as Json, document as unknown as Json);
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi.json');

/** The faults of a value by a schema of the document. */
function faultsOf(schema: Json, value: unknown): unknown[] {
  const placed = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi.json#/'));
  const validate = ajv.compile(placed);
  return validate(value) ? [] : (validate.errors ?? []);
}

const bodies = operations.flatMap(({ operationId, requestBody }) =>
  Object.values(requestBody?.content ?? {}).flatMap(({ schema, examples = {} }) =>
    Object.entries(examples).map(([name, { value }]) => ({ operationId, name, schema, value })),
  ),
);
const answers = operations.flatMap(({ operationId, responses }) =>
  Object.entries(responses).flatMap(([status, response]) =>
    Object.values((resolved(response).content ?? {}) as Record<string, Media>).flatMap(({ schema, examples = {} }) =>
      Object.entries(examples).map(([name, example]) => ({
        operationId,
        status,
        name,
        schema,
        value: resolved(example).value,
      })),
    ),
  ),
);

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate(text)).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('each reference of the document leads somewhere', () => {
  const references = [...text.matchAll(/"\$ref": "(.+?)"/g)].map(([, $ref = '']) => $ref);
  expect(references.length).toBeGreaterThan(100);
  expect(references.filter(($ref) => resolved({ $ref }) === undefined)).toEqual([]);
});

test('the document has every operation, each with an ID of its own', () => {
  expect(operations.map(({ operationId }) => operationId)).toEqual([
    'sendCommands',
    'putLinkByKey',
    'getRequest',
    'getLink',
    'getQrCode',
    'getOpenApi',
  ]);
});

test('the document shows every problem type with its status, and no other', () => {
  const shown = Object.entries(document.components.examples ?? {}).map(([name, { value }]) => [
    name,
    (value as { status: number }).status,
  ]);
  expect(shown).toEqual(Object.entries(problemTypes).map(([name, { status }]) => [name, status]));
});

test('an operation answers each problem with the status of its type', () => {
  const problems = answers.filter(({ name }) => name in problemTypes);
  expect(problems.length).toBeGreaterThan(60);
  expect(
    problems.filter(({ name, status }) => String(problemTypes[name as keyof typeof problemTypes].status) !== status),
  ).toEqual([]);
});

describe('an example of an answer', () => {
  test.each(
    answers.map(
      ({ operationId, status, name, schema, value }) => [operationId, status, name, { schema, value }] as const,
    ),
  )('follows its schema: %s, %s, %s', (_, __, ___, { schema, value }) => {
    expect(faultsOf(schema, value)).toEqual([]);
  });
});

describe('an example of a body', () => {
  const production = config.stages.production?.pipelines[0];
  const read = commandReader({
    policy: noPolicy,
    contract: { maxDataCharacters: 2048, maxTtlDays: 365 },
    producers: production?.producers ?? [],
    templates: production?.templates ?? {},
  });
  const cases = bodies.map(({ operationId, name, schema, value }) => [operationId, name, { schema, value }] as const);

  test.each(cases)('follows its schema: %s, %s', (_, __, { schema, value }) => {
    expect(faultsOf(schema, value)).toEqual([]);
  });

  test.each(cases)('is a valid command: %s, %s', (operationId, _, { value }) => {
    const ofKey = operationId === 'putLinkByKey' ? { action: 'create', requestId: 'spring-2026/customer-4711' } : {};
    for (const body of [value].flat() as Json[]) {
      const command = { specVersion: '1.0', source: 'crm', requestedAt: '2026-03-01T08:00:00Z', ...ofKey, ...body };
      expect(read(openEnvelope(JSON.stringify(command)), Date.parse('2026-03-01T08:00:00Z'))).toEqual({
        command: expect.anything(),
      });
    }
  });

  test('is there for each action', () => {
    const actions = bodies.flatMap(({ value }) => [value].flat() as Json[]).flatMap(({ action }) => action ?? []);
    expect([...new Set(actions)].sort()).toEqual(['create', 'delete', 'qr', 'update']);
  });
});

describe('the schema of a command', () => {
  const schema = { $ref: '#/components/schemas/Command' };
  const create = { action: 'create', onelinkId: 'A1b3', data: { pid: 'sms' } };

  test.each([
    ['an unknown field', { ...create, templateId: 'A1b3' }],
    ['no action', { onelinkId: 'A1b3', data: { pid: 'sms' } }],
    ['no pid', { ...create, data: { c: 'spring' } }],
    ['an update without its link', { ...create, action: 'update' }],
    ['a TTL that is no TTL', { ...create, ttl: '014d' }],
  ])('refuses %s', (_, command) => {
    expect(faultsOf(schema, command)).not.toEqual([]);
  });

  test('allows a body without the fields that the HTTP API fills in', () => {
    expect(faultsOf(schema, create)).toEqual([]);
  });
});
