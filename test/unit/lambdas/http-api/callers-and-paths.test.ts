import { describe, expect, it } from 'vitest';
import { eventOf, HttpWorld, httpRules } from '../../../world/http-world.ts';
import { create } from '../../../world/link-world.ts';

const { specVersion: _, source: __, requestId: ___, requestedAt: ____, ...bare } = create;
const { action: _____, ...bareCreate } = bare;
const key = { 'Idempotency-Key': 'k' };
const crmSender = 'AROAEXAMPLEOFCRMROLE1';
const problem = (name: string) => ({ body: { type: expect.stringMatching(new RegExp(`#${name}$`)) } });

const bothSign = {
  producers: ['crm', 'studio'].map((source) => ({
    source,
    templates: ['A1b3'],
    lanes: ['campaign'],
    defaultLane: 'campaign',
    keys: false,
    senders: [crmSender],
    requestsPerSecond: 20,
  })),
};

describe('who may call', () => {
  it('a signer acts for its source, under /iam/v1', async () => {
    const world = new HttpWorld();
    const call = { path: '/iam/v1/commands', source: null, user: `${crmSender}:session` };

    expect(await world.post(bare, key, call)).toMatchObject({
      status: 202,
      headers: { Location: '/live/iam/v1/requests/k' },
    });
    expect(world.sent[0]?.sender).toBe('source:crm');
  });

  it.each([
    ['another signer', { path: '/iam/v1/commands', source: null, user: 'AROAEXAMPLEOFANOTHER1:session' }],
    ['no signer', { path: '/iam/v1/commands', source: null }],
    ['a key under /iam', { path: '/iam/v1/commands', source: 'crm' }],
    ['a signer under /v1', { path: '/v1/commands', source: null, user: `${crmSender}:session` }],
    ['a source that is not configured', { source: 'product' }],
    ['a source named as a method of all objects', { source: 'constructor' }],
  ])('not %s', async (_, call) => {
    const world = new HttpWorld();
    expect(await world.post(bare, key, call)).toMatchObject({ status: 403, ...problem('access-denied') });
    expect(world.sent).toEqual([]);
  });

  it('a key does not act for a source that only signs', async () => {
    const world = new HttpWorld({}, bothSign);
    expect((await world.post(bare, key)).status).toBe(403);
  });

  it('a signer of two sources names the one', async () => {
    const world = new HttpWorld({}, bothSign);
    const call = { path: '/iam/v1/commands', source: null, user: crmSender };

    expect(await world.post(bare, key, call)).toMatchObject({ status: 403, ...problem('other-source') });
    expect((await world.post({ ...bare, source: 'studio' }, key, call)).status).toBe(202);
    expect((await world.post(bare, key, { ...call, query: { source: 'crm' } })).status).toBe(202);
    const requests = '/iam/v1/requests/k';
    expect((await world.get(requests, { ...call, path: requests, query: { source: 'studio' } })).status).toBe(200);
    expect(world.sent.map(({ sender }) => sender)).toEqual(['source:studio', 'source:crm']);
  });

  it('a command of another source sends nothing, and names its place', async () => {
    const world = new HttpWorld();
    const answer = await world.post({ ...bare, source: 'studio' }, key);
    expect(answer).toMatchObject({ status: 403, body: { errors: [{ pointer: '#/source' }] } });
    expect(world.sent).toEqual([]);
  });

  it('a command of another source makes a list send nothing, and names its place', async () => {
    const world = new HttpWorld();
    const list = [
      { ...bare, requestId: 'r-1' },
      { ...bare, requestId: 'r-2', source: 'studio' },
    ];
    expect(await world.post(list)).toMatchObject({
      status: 403,
      ...problem('other-source'),
      body: { errors: [{ pointer: '#/1/source', rule: 'value' }] },
    });
    expect((await world.post(bare, key, { query: { source: 'studio' } })).status).toBe(403);
    expect(world.sent).toEqual([]);
  });

  it('commands of other sources are not sent with a partial list, and the others are', async () => {
    const world = new HttpWorld();
    const list = [
      { ...bare, requestId: 'r-1', source: 'studio' },
      { ...bare, requestId: 'r-2' },
      { ...bare, requestId: 'r-3', source: 'nobody' },
    ];

    const answer = await world.post(list, {}, { query: { partial: 'true' } });

    expect(answer).toMatchObject({
      status: 202,
      body: {
        commands: [
          { requestId: 'r-1', problem: { status: 403, errors: [{ pointer: '#/0/source' }] } },
          { requestId: 'r-2', status: 'queued' },
          { requestId: 'r-3', problem: { status: 403, errors: [{ pointer: '#/2/source' }] } },
        ],
      },
    });
    expect(answer.body.commands[0].problem.type).toMatch(/#other-source$/);
    expect(world.sent.map(({ body }) => JSON.parse(body).requestId)).toEqual(['r-2']);
  });

  it('a signer of several sources whose list names none of them learns the places', async () => {
    const both = httpRules.producers.map((one) => ({ ...one, senders: [crmSender] }));
    const world = new HttpWorld({}, { producers: both });
    const call = { path: '/iam/v1/commands', source: null, user: crmSender };

    const answer = await world.post(
      [
        { ...bare, requestId: 'r-1' },
        { ...bare, source: 'nobody' },
      ],
      {},
      call,
    );

    expect(answer).toMatchObject({
      status: 403,
      body: { errors: [{ pointer: '#/0/source' }, { pointer: '#/1/source' }] },
    });
  });
});

describe('paths and methods', () => {
  it.each([
    ['GET', '/v1/openapi.json', 200],
    ['HEAD', '/v1/openapi.json', 200],
    ['GET', '/v1', 404],
    ['GET', '/v1/', 404],
    ['GET', '/v2/commands', 404],
    ['POST', '/v1/commands/', 404],
    ['POST', '/v1//commands', 404],
    ['GET', '/v1/requests/a/b', 404],
    ['GET', '/v1/requests/%ff', 400],
    ['GET', '/v1/requests/%', 400],
    ['GET', '/v1/requests/%zz', 400],
    ['GET', '/v1/comm%00ands', 404],
    ['PUT', '/v1/links/by-key/spring', 404],
    ['PUT', '/v1/links/by-key/spring/k/', 404],
    ['GET', '/v1/links/A1b3/spring/QR', 404],
    ['GET', `/v1/requests/${'a'.repeat(200_000)}`, 400],
    ['POST', `/v1/requests/${'a'.repeat(129)}`, 405],
    ['GET', '/v1/links/A1b3/spring/qr/..', 404],
    ['GET', '/v1/commands', 405],
    ['DELETE', '/v1/links/A1b3/spring', 405],
    ['POST', '/v1/links/by-key/spring/k', 405],
    ['OPTIONS', '/v1/commands', 405],
  ])('%s %s', async (method, path, status) => {
    const world = new HttpWorld();
    const answer = await world.call({ method, path });
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.Allow).toMatch(/^(?:POST|PUT|GET, HEAD)$/);
    if (status >= 400) expect(answer.headers['Content-Type']).toBe('application/problem+json');
  });

  it.each([
    ['requests/', 'request ID'],
    ['requests/..', 'request ID'],
    ['requests/%2e%2e', 'request ID'],
    ['requests/%2E', 'request ID'],
    ['requests/a%00b', 'request ID'],
    ['requests/a%20b', 'request ID'],
    ['requests/%C3%A9', 'request ID'],
    [`requests/${'a'.repeat(129)}`, 'request ID'],
    ['links/A1b3/..%2fsecret', 'short-link ID'],
    ['links/A1b3/spring.1', 'short-link ID'],
    ['links/A1b3/', 'short-link ID'],
    [`links/A1b3/${'a'.repeat(51)}/qr`, 'short-link ID'],
    ['links/constructor/__proto__', 'template ID'],
    ['links/A1b/spring', 'template ID'],
    ['links/by-key/spring/%2e%2e', 'key'],
    ['links/by-key/spring/.', 'key'],
    ['links/by-key/spring/%20.%20', 'key'],
    ['links/by-key/spring/', 'key'],
    ['links/by-key/spring/%20', 'key'],
    ['links/by-key/spring/k%09', 'key'],
    ['links/by-key/spring/a%0Ab', 'key'],
    ['links/by-key/spring/a%00b', 'key'],
    [`links/by-key/spring/${'a'.repeat(1_001)}`, 'key'],
    [`links/by-key/spring/${'%F0%9F%98%80'.repeat(1_001)}`, 'key'],
    ['links/by-key/spring%202026/k', 'campaign'],
    ['links/by-key/../k', 'campaign'],
    ['links/by-key/spring-rejected/k', 'campaign'],
    [`links/by-key/${'a'.repeat(49)}/k`, 'campaign'],
  ])('%.60s names the part that breaks its rule: %s', async (rest, part) => {
    const world = new HttpWorld();
    const method = rest.startsWith('links/by-key/') ? 'PUT' : 'GET';
    const answer = await world.call({ method, path: `/v1/${rest}`, ...(method === 'PUT' && { body: bare }) });
    expect(answer).toMatchObject({ status: 400, ...problem('bad-request') });
    // It has no value of the caller
    expect(answer.body.detail).toMatch(new RegExp(`^The ${part} in the path must have \\d`));
    expect(answer.body.detail).not.toMatch(/aaa|secret|2026|constructor/);
    expect(world.sent).toEqual([]);
  });

  it('counts a key in code points, and takes dots within it', async () => {
    const world = new HttpWorld();
    for (const key of ['%F0%9F%98%80'.repeat(501), 'a'.repeat(1_000), '...', 'a%2F..%2Fb'])
      expect(
        (await world.call({ method: 'PUT', path: `/v1/links/by-key/spring/${key}`, body: bareCreate })).status,
      ).toBe(202);
    expect(world.sent).toHaveLength(4);
  });

  it.each([
    ['//live/v1/commands', '/live/v1/requests/k'],
    ['/live//v1/commands', '/live/v1/requests/k'],
    ['/%6Cive/v1/commands', '/live/v1/requests/k'],
    ['/v1/commands', '/v1/requests/k'],
    ['//v1/commands', '/v1/requests/k'],
  ])('the Location of %s begins with the stage', async (written, location) => {
    const world = new HttpWorld();
    const event = eventOf({ method: 'POST', headers: key, body: bare });
    const requestContext = { ...event.requestContext, path: written };
    const answer = await world.raw({ ...event, requestContext });
    expect(answer.headers?.Location).toBe(location);
    expect(JSON.parse(answer.body).href).toBe(location);
  });

  it.each([[{ lane: ['fast', 'campaign'] }], [{ partail: 'true' }], [{ partial: 'yes' }]])(
    'refuses the query %j',
    async (query) => {
      const world = new HttpWorld();
      const answer = await world.post([{ ...bare, requestId: 'r-1' }], {}, { query });
      expect(answer).toMatchObject({ status: 400, ...problem('bad-request') });
      expect(world.sent).toEqual([]);
    },
  );

  it('answers two keys in one call as malformed', async () => {
    const world = new HttpWorld();
    const answer = await world.post(bare, { 'Idempotency-Key': ['a', 'b'] });
    expect(answer).toMatchObject({ status: 400, ...problem('idempotency-key-malformed') });
    expect(answer.body.detail).toBe('The Idempotency-Key came more than once. Send it once.');
  });

  it('states that a list has no key of its own', async () => {
    const world = new HttpWorld();
    const answer = await world.post([{ ...bare, requestId: 'r-1' }], key);
    expect(answer).toMatchObject({ status: 400, ...problem('idempotency-key-malformed') });
    expect(answer.body.detail).toContain('came with a list');
  });

  it('states that a type came more than once', async () => {
    const world = new HttpWorld();
    const answer = await world.post(bare, { ...key, 'Content-Type': ['application/json', 'application/json'] });
    expect(answer).toMatchObject({ status: 415, ...problem('unsupported-media-type') });
    expect(answer.body.detail).toContain('more than once');
  });

  it.each([true, false])('states that a body is compressed, also as bytes: %s', async (isBase64Encoded) => {
    const world = new HttpWorld();
    const headers = { ...key, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const body = Buffer.from([0x1f, 0x8b, 0xff]).toString(isBase64Encoded ? 'base64' : 'latin1');

    const answer = await world.raw({ ...eventOf({ method: 'POST', headers, body }), isBase64Encoded });

    expect(answer.statusCode).toBe(415);
    expect(JSON.parse(answer.body).detail).toContain('Send it uncompressed');
  });

  it('reads a header in any case', async () => {
    const world = new HttpWorld();
    expect((await world.post(bare, { 'iDEMPOTENCY-kEY': 'k' })).status).toBe(202);
  });

  it('reads a body that API Gateway has encoded, if it is UTF-8', async () => {
    const world = new HttpWorld();
    const answers: number[] = [];
    for (const bytes of [Buffer.from(JSON.stringify(bare)), Buffer.from([0x7b, 0xff, 0x7d])]) {
      const encoded = { ...eventOf({ method: 'POST', headers: key, body: '' }), body: bytes.toString('base64') };
      answers.push((await world.raw({ ...encoded, isBase64Encoded: true })).statusCode);
    }
    expect(answers).toEqual([202, 400]);
  });
});

describe('the rate of a producer', () => {
  it('takes twice the rate in a second, and then asks to slow down', async () => {
    const world = new HttpWorld();
    const get = () => world.get('/v1/openapi.json');

    for (let call = 1; call <= 40; call++) expect((await get()).status).toBe(200);
    expect(await get()).toMatchObject({
      status: 429,
      headers: { 'Retry-After': '1' },
      ...problem('too-many-requests'),
    });
    expect((await world.get('/v1/openapi.json', { source: 'studio' })).status).toBe(200);
    world.link.now += 1_000;
    expect((await get()).status).toBe(200);
  });

  it.each([
    ['unknown paths', '/v1/nothing'],
    ['unknown requests', '/v1/requests/none'],
    ['unknown links', '/v1/links/A1b3/none'],
  ])('counts %s too', async (_, path) => {
    const world = new HttpWorld();
    world.limits.nextPlaces.set('crm#20', (Date.parse('2026-03-01T10:00:05Z') / 1000 + 1) * 20);
    expect((await world.get(path)).status).toBe(429);
  });

  it('counts malformed calls too, and a call above the rate sends nothing', async () => {
    const world = new HttpWorld();
    world.limits.nextPlaces.set('crm#20', (Date.parse('2026-03-01T10:00:05Z') / 1000 + 1) * 20);
    expect((await world.post(bare, key)).status).toBe(429);
    expect((await world.post('{', key)).status).toBe(429);
    expect((await world.post({ ...bare, data: {} }, key)).status).toBe(429);
    expect(world.sent).toEqual([]);
  });

  it('lets calls pass if the count cannot be written', async () => {
    const world = new HttpWorld();
    world.limits.failNext.add('takeRate');
    expect((await world.post(bare, key)).status).toBe(202);
    expect(world.counts.get('HttpBookkeepingFailed')).toBe(1);
  });
});

describe('logs and metrics', () => {
  it('have no content, path or link ID', async () => {
    const world = new HttpWorld();
    await world.post(
      { ...bare, shortlinkId: 'secret-link', data: { pid: 'secret-value' } },
      { ...key, Prefer: 'wait=5' },
    );
    await world.get('/v1/links/A1b3/secret-link');
    await world.get('/v1/requests/%ffsecret-path');

    const logged = JSON.stringify(world.logs);
    expect(logged).not.toContain('secret');
    expect(world.logs.map(({ fields }) => [fields.operation, fields.status])).toEqual([
      ['commands', 200],
      ['link', 200],
      [undefined, 400],
    ]);
    expect(world.counts.get('HttpRequestAnswered')).toBe(3);
  });

  it('time an answer without its wait', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    await world.post(bare, { ...key, Prefer: 'wait=10' });
    expect(world.times).toEqual([
      { metric: 'HttpWaitMilliseconds', value: 10_000 },
      { metric: 'HttpAnswerMilliseconds', value: 0 },
    ]);
  });
});
