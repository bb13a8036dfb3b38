import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { commandBodies, keyedExample } from '../../schemas/openapi/examples.ts';
import { type Answered, HttpWorld, type TestCall } from '../world/http-world.ts';

const document = JSON.parse(readFileSync(new URL('../../schemas/openapi.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi.json');
const wait = { Prefer: 'wait=20' };

/** The faults of an answer, by the document's schema for its operation, status and media type. */
function faultsOf(path: string, method: string, { status, headers, body }: Answered): unknown[] {
  const response = document.paths[path][method].responses[status];
  if (response === undefined) return [`the document does not have ${status}`];
  const name =
    String(response.$ref ?? '')
      .split('/')
      .at(-1) ?? '';
  const { content = {} } = name === '' ? response : document.components.responses[name];
  const media = content[headers['Content-Type'] ?? ''];
  if (media === undefined) return [`the document does not have ${headers['Content-Type']} for ${status}`];
  const validate = ajv.compile(JSON.parse(JSON.stringify(media.schema).replaceAll('"#/', '"openapi.json#/')));
  return validate(body) ? [] : (validate.errors ?? []);
}

/** Calls the HTTP API, and holds its answer against the document. */
async function called(world: HttpWorld, path: string, method: string, call: TestCall): Promise<Answered> {
  const answer = await world.call({ ...call, method: method.toUpperCase() });
  expect(faultsOf(path, method, answer)).toEqual([]);
  return answer;
}

const post = (world: HttpWorld, body: unknown, headers: Record<string, string> = {}) =>
  called(world, '/v1/commands', 'post', { path: '/v1/commands', body, headers });
const get = (world: HttpWorld, path: string, place: string) => called(world, path, 'get', { path: place });

describe('the HTTP API carries out the examples of the OpenAPI document', () => {
  test('each body of a command, in their order, and each answer follows the document', async () => {
    const world = new HttpWorld();
    const statuses: [string, number][] = [];
    for (const [name, body] of Object.entries(commandBodies)) {
      statuses.push([name, (await post(world, body, wait)).status]);
    }
    expect(statuses).toEqual([
      ['one link per customer', 200],
      // The code is made later than a call waits here.
      ['a link with a QR code', 202],
      ['another destination', 200],
      ['the QR code again, as jpg', 202],
      ['the end of a link', 200],
      ['a list', 200],
    ]);
  });

  test('each body of a command without a wait', async () => {
    const world = new HttpWorld();
    for (const body of Object.values(commandBodies)) expect((await post(world, body)).status).toBe(202);
    expect(world.sent).toHaveLength(7);
  });

  test('a link by its key: created, unchanged, updated', async () => {
    const world = new HttpWorld();
    const { campaign, key, body } = keyedExample;
    const path = '/v1/links/by-key/{campaign}/{key}';
    const put = (wish: object) =>
      called(world, path, 'put', { path: `/v1/links/by-key/${campaign}/${key}`, body: wish, headers: wait });
    const answers = [await put(body), await put(body), await put({ ...body, data: { pid: 'email', c: 'summer' } })];
    expect(answers.map(({ body: { change, status } }) => [change, status])).toEqual([
      ['created', 'done'],
      ['unchanged', 'done'],
      ['updated', 'done'],
    ]);
  });

  test('the reads of a request and of a link', async () => {
    const world = new HttpWorld();
    const { requestId, ...body } = commandBodies['one link per customer'];
    const { link } = (await post(world, { requestId, ...body }, wait)).body;
    const request = await get(world, '/v1/requests/{requestId}', `/v1/requests/${requestId}`);
    expect(request.body).toMatchObject({ status: 'done', link });
    const read = await get(
      world,
      '/v1/links/{onelinkId}/{shortlinkId}',
      `/v1/links/${link.onelinkId}/${link.shortlinkId}`,
    );
    expect(read.body).toMatchObject({ shortUrl: link.shortUrl, data: body.data });
  });
});

describe('a problem of the HTTP API follows the OpenAPI document', () => {
  const create = commandBodies['one link per customer'];

  test.each([
    ['invalid-command', { ...create, data: { c: 'spring' } }],
    ['idempotency-key-missing', { action: 'create', onelinkId: 'A1b3', data: { pid: 'sms' } }],
    ['other-source', { ...create, source: 'studio' }],
    ['invalid-json', '{'],
  ])('%s', async (name, body) => {
    const answer = await post(new HttpWorld(), body);
    expect(answer.body.type).toBe(`https://abcdefghij.execute-api.eu-west-1.amazonaws.com/live/problems#${name}`);
  });

  test('key-reused, id-taken and not-applied', async () => {
    const world = new HttpWorld();
    const chosen = commandBodies['another destination'];
    const made = { ...chosen, action: 'create', requestId: 'c-1' };
    const names: string[] = [];
    for (const body of [
      made,
      { ...made, ttl: '7d' },
      { ...made, requestId: 'c-2' },
      { ...made, requestId: 'c-3', shortlinkId: 'other', validUntil: '2020-01-01T00:00:00Z' },
    ]) {
      const { body: answer } = await post(world, body, wait);
      names.push(answer.type?.split('#')[1] ?? answer.status);
    }
    expect(names).toEqual(['done', 'key-reused', 'id-taken', 'not-applied']);
  });

  test('unknown-request and unknown-link', async () => {
    const world = new HttpWorld();
    expect((await get(world, '/v1/requests/{requestId}', '/v1/requests/none')).body.type).toContain('#unknown-request');
    const link = await get(world, '/v1/links/{onelinkId}/{shortlinkId}', '/v1/links/A1b3/none');
    expect(link.body.type).toContain('#unknown-link');
    const code = await get(world, '/v1/links/{onelinkId}/{shortlinkId}/qr', '/v1/links/A1b3/none/qr');
    expect(code.body.type).toContain('#unknown-link');
  });
});
