import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CommandError } from '../../../client/command-error.ts';
import { httpLinks } from '../../../client/http.ts';
import { config } from '../../../examples/configuration.ts';
import { commandReader, noPolicy } from '../../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../../lambdas/domain/contract/envelope.ts';
import { problem, type Scripted, scriptedHttp } from '../../world/scripted-http.ts';

const key = `olp_abcd1234_${'k'.repeat(43)}`;
const start = Date.parse('2026-03-01T08:00:00Z');
const create = { requestId: 'r-1', onelinkId: 'A1b3', data: { pid: 'sms', c: 'spring' } };
const link = { onelinkId: 'A1b3', shortlinkId: 'abc', shortUrl: 'https://acme.onelink.me/A1b3/abc' };
const done = (requestId = 'r-1') => ({ requestId, status: 'done', since: '2026-03-01T08:00:01Z', href: '/x', link });
const queued = (requestId = 'r-1') => ({ requestId, status: 'queued', since: '2026-03-01T08:00:00Z', href: '/x' });

/** A client, and a clock that only its waits move. */
async function given(answers: readonly Scripted[], options: object = {}) {
  const limits: number[] = [];
  const { origin, taken } = await scriptedHttp(answers, onTestFinished);
  let now = start;
  const waits: number[] = [];
  const time = {
    now: () => now,
    sleep: async (milliseconds: number, signal: AbortSignal | undefined) => {
      signal?.throwIfAborted();
      waits.push(milliseconds);
      now += milliseconds;
    },
    random: () => 0,
    timeout: (milliseconds: number) => {
      limits.push(milliseconds);
      return AbortSignal.timeout(milliseconds);
    },
  };
  const links = httpLinks({ url: `${origin}/live`, key, time, ...options });
  return { links, taken, waits, limits, origin };
}

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const failureOf = async (call: Promise<unknown>): Promise<CommandError> => {
  const error = await call.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(CommandError);
  return error;
};

describe('a command', () => {
  test('goes out with the key, and with what the contract demands', async () => {
    // Given
    const { links, taken } = await given([{ status: 202, json: queued() }]);
    // When
    const answer = await links.create(create, { lane: 'transactional' });
    // Then
    expect(answer).toEqual(queued());
    expect(taken).toHaveLength(1);
    expect(taken[0]).toMatchObject({ method: 'POST', url: '/live/v1/commands?lane=transactional' });
    expect(taken[0]?.headers).toMatchObject({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });
    expect(taken[0]?.headers).not.toHaveProperty('prefer');
    expect(JSON.parse(taken[0]?.body ?? '')).toEqual({
      specVersion: '1.0',
      action: 'create',
      requestedAt: '2026-03-01T08:00:00.000Z',
      ...create,
    });
  });

  test.each([
    ['create', { ...create, shortlinkId: 'abc', qr: { size: 600 }, ttl: '14d' }],
    ['update', { ...create, shortlinkId: 'abc' }],
    ['delete', { requestId: 'r-1', onelinkId: 'A1b3', shortlinkId: 'abc' }],
    ['qr', { requestId: 'r-1', onelinkId: 'A1b3', shortlinkId: 'abc', qr: { format: 'jpg' } }],
  ] as const)('is valid by the contract: %s', async (action, command) => {
    const { links, taken } = await given([{ status: 202, json: queued() }], { source: 'crm' });
    await links[action](command as never);
    const production = config.stages.production?.pipelines[0];
    const read = commandReader({
      policy: noPolicy,
      contract: { maxDataCharacters: 2048, maxTtlDays: 365 },
      producers: production?.producers ?? [],
      templates: production?.templates ?? {},
    });
    expect(read(openEnvelope(taken[0]?.body ?? ''), start)).toEqual({
      command: expect.objectContaining({ action, source: 'crm', requestId: 'r-1' }),
    });
    expect(taken[0]?.url).toBe('/live/v1/commands?source=crm');
  });

  test('waits for its outcome in one call', async () => {
    const { links, taken } = await given([{ status: 200, json: done() }]);
    expect((await links.create(create, { waitSeconds: 20 })).link).toEqual(link);
    expect(taken.map(({ headers }) => headers.prefer)).toEqual(['wait=20']);
  });

  test('waits longer than one call can, by calls with the same body', async () => {
    const after = { 'retry-after': '4' };
    const { links, taken, waits } = await given([
      { status: 202, json: queued(), headers: after },
      { status: 202, json: queued(), headers: after },
      { status: 200, json: done() },
    ]);
    expect((await links.create(create, { waitSeconds: 30 })).status).toBe('done');
    expect(taken.map(({ headers }) => headers.prefer)).toEqual(['wait=25', 'wait=25', 'wait=22']);
    expect(new Set(taken.map(({ body }) => body)).size).toBe(1);
    expect(waits).toEqual([4_000, 4_000]);
  });

  test('ends its wait with the state of the request when time is up', async () => {
    const { links, taken } = await given([
      { status: 202, json: queued(), headers: { 'retry-after': '2' } },
      { status: 202, json: queued(), headers: { 'retry-after': '2' } },
    ]);
    expect(await links.create(create, { waitSeconds: 3 })).toEqual(queued());
    expect(taken).toHaveLength(2);
  });

  test('waits on for a QR code that is being made', async () => {
    const qr = { href: '/y', state: 'pending' };
    const { links } = await given([
      { status: 202, json: { ...done(), qr }, headers: { 'retry-after': '2' } },
      { status: 200, json: { ...done(), qr: { ...qr, state: 'ready', base64: 'iVBORw==' } } },
    ]);
    const answer = await links.create({ ...create, qr: { size: 600 } }, { waitSeconds: 30 });
    expect(answer.qr).toMatchObject({ state: 'ready', base64: 'iVBORw==' });
  });

  test('does not wait on for a command that is parked', async () => {
    const { links, taken } = await given([{ status: 202, json: { ...queued(), status: 'parked' } }]);
    expect((await links.create(create, { waitSeconds: 60 })).status).toBe('parked');
    expect(taken).toHaveLength(1);
  });
});

describe('a call that fails', () => {
  test.each([
    ['too many requests', problem(429, 'too-many-requests', {}, { 'retry-after': '1' }), 1_000],
    ['a paused lane', problem(503, 'lane-paused', {}, { 'retry-after': '60' }), 60_000],
    ['a request under way', problem(409, 'in-progress', {}, { 'retry-after': '2' }), 2_000],
    ['an error of the HTTP API', problem(500, 'internal-error'), 125],
    ['an answer that is no problem', { status: 502, json: { message: 'Bad gateway' } } as Scripted, 125],
    ['a lost answer', 'cut' as Scripted, 125],
  ])('is sent again, unchanged, after %s', async (_, failure, wait) => {
    const { links, taken, waits } = await given([failure, { status: 200, json: done() }]);
    expect((await links.create(create)).status).toBe('done');
    expect(waits).toEqual([wait]);
    expect(taken).toHaveLength(2);
    expect(taken[1]?.body).toBe(taken[0]?.body);
  });

  test('waits in its next attempt if an earlier one is under way, because no other call gets an answer', async () => {
    const { links, taken } = await given([problem(409, 'in-progress'), { status: 200, json: done() }]);
    await links.create(create);
    expect(taken.map(({ headers }) => headers.prefer)).toEqual([undefined, 'wait=5']);
  });

  test('waits twice as long after each attempt, ten seconds at most, and gives up when its patience ends', async () => {
    const { links, waits } = await given([], { patienceSeconds: 30 });
    const error = await failureOf(links.create(create));
    expect(waits).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000]);
    expect(error).toMatchObject({ requestId: 'r-1', reason: 'http-500', status: 500, mayBeSent: true });
  });

  test('does not wait for a Retry-After beyond its patience', async () => {
    const { links, waits } = await given([problem(503, 'lane-paused', {}, { 'retry-after': '60' })], {
      patienceSeconds: 30,
    });
    expect(await failureOf(links.create(create))).toMatchObject({ reason: 'lane-paused', mayBeSent: false });
    expect(waits).toEqual([]);
  });

  test.each([
    ['invalid-command', 422],
    ['key-reused', 422],
    ['id-taken', 409],
    ['not-applied', 409],
    ['unauthorized', 401],
    ['other-source', 403],
    ['body-too-large', 413],
  ])('is not sent again after %s', async (name, status) => {
    const { links, taken } = await given([problem(status, name)]);
    expect(await failureOf(links.create(create))).toMatchObject({ reason: name, status, mayBeSent: false });
    expect(taken).toHaveLength(1);
  });

  test('names the command, the problem and each fault', async () => {
    const errors = [{ pointer: '#/data/pid', rule: 'required', detail: 'is mandatory' }];
    const { links } = await given([problem(422, 'invalid-command', { errors })]);
    const error = await failureOf(links.create(create));
    expect(error.message).toBe(
      'the command r-1 failed: invalid-command: about invalid-command; #/data/pid is mandatory',
    );
    expect(error.faults).toEqual(errors);
  });

  test('shows that the pipeline may have the command if the answer of any attempt was lost', async () => {
    const busy = problem(429, 'too-many-requests');
    const { links } = await given(['cut', busy, busy, busy], { patienceSeconds: 1 });
    const error = await failureOf(links.create(create));
    expect(error).toMatchObject({ reason: 'too-many-requests', mayBeSent: true });
    expect(error.message).toContain('(the pipeline may have it: send it again unchanged)');
  });

  test('does not follow a redirect, which would carry the key away', async () => {
    const { links, taken } = await given([{ status: 307, headers: { location: 'http://127.0.0.1:1/' } }]);
    expect(await failureOf(links.create(create))).toMatchObject({ reason: 'http-307', status: 307 });
    expect(taken).toHaveLength(1);
  });

  test('names what does not answer', async () => {
    const { links } = await given([], { url: `http://127.0.0.1:${await freePort()}`, patienceSeconds: 0 });
    const error = await failureOf(links.create(create));
    expect(error).toMatchObject({ reason: 'ECONNREFUSED', mayBeSent: false });
    expect(error.message).toContain('the HTTP API did not answer');
  });

  test.each([
    [403, { message: 'Missing Authentication Token' }, 'check that `url` is the stack output HttpApiUrl'],
    [404, {}, 'check that `url` is the stack output HttpApiUrl'],
    [307, {}, 'the address redirects'],
  ])('names the fix if something else answers with %i', async (status, json, advice) => {
    const { links } = await given([{ status, json }]);
    const error = await failureOf(links.create(create));
    expect(error).toMatchObject({ reason: `http-${status}`, status, mayBeSent: false });
    expect(error.message).toContain(advice);
  });

  test.each([
    ['null', null],
    ['a text', 'ok'],
    ['a list', []],
    ['an object without a status', { ok: true }],
    ['an unknown status', { ...done(), status: 'fine' }],
    ['another request', done('r-2')],
  ])('refuses a 200 that is no answer of the HTTP API: %s', async (_, json) => {
    const { links } = await given([
      { status: 200, json },
      { status: 200, json },
      { status: 200, json: { commands: [json] } },
      { status: 200, json },
    ]);
    const reason = 'unreadable-answer';
    expect(await failureOf(links.create(create))).toMatchObject({ requestId: 'r-1', reason, mayBeSent: true });
    const { requestId: __, ...wish } = create;
    const byKey = await failureOf(links.byKey('spring', '7', wish));
    expect(byKey).toMatchObject({ campaign: 'spring', key: '7', reason, mayBeSent: true });
    const [result] = await links.createMany([create]);
    expect(result).toMatchObject({ requestId: 'r-1', error: { requestId: 'r-1', reason, mayBeSent: true } });
    expect(await failureOf(links.link('A1b3', 'abc'))).toMatchObject({ reason, mayBeSent: false });
  });

  test('refuses an image that is none', async () => {
    const { links } = await given([{ status: 200, json: {} }]);
    expect(await failureOf(links.qrImage('A1b3', 'abc'))).toMatchObject({ reason: 'unreadable-answer' });
  });

  test('names the campaign and the key of a call by key, and of a read no link', async () => {
    const { links } = await given([problem(409, 'key-ended'), problem(404, 'unknown-link')]);
    const { requestId: _, ...wish } = create;
    const byKey = await failureOf(links.byKey('spring', 'customer 7\n', wish));
    expect(byKey).toMatchObject({ campaign: 'spring', key: 'customer 7\n', requestId: undefined });
    expect(byKey.message).toBe('the call for the key spring/customer 7? failed: key-ended: about key-ended');
    const read = await failureOf(links.link('A1b3', 'secret-id'));
    expect(inspect(read)).not.toContain('secret-id');
  });

  test('ends an attempt with the patience, but gives the first one five seconds', async () => {
    const busy = problem(503, 'unavailable', {}, { 'retry-after': '4' });
    const { links, limits } = await given([busy, busy, busy], { patienceSeconds: 10 });
    await failureOf(links.create(create));
    expect(limits).toEqual([10_000, 6_000, 2_000]);

    const hasty = await given([{ status: 200, json: done() }], { patienceSeconds: 0 });
    await hasty.links.create(create);
    expect(hasty.limits).toEqual([5_000]);

    const waiting = await given([{ status: 200, json: done() }], { patienceSeconds: 0 });
    await waiting.links.create(create, { waitSeconds: 20 });
    expect(waiting.limits).toEqual([25_000]);

    const patient = await given([{ status: 200, json: done() }]);
    await patient.links.create(create);
    expect(patient.limits).toEqual([35_000]);
  });

  test('refuses an answer that is not JSON', async () => {
    const { links } = await given([{ status: 200, bytes: Buffer.from('<html>') }]);
    expect(await failureOf(links.create(create))).toMatchObject({ reason: 'unreadable-answer', mayBeSent: true });
  });
});

/** An answer at whose request the caller stops. */
const stopping = (stop: AbortController, scripted: Scripted): Scripted => {
  return () => {
    stop.abort();
    return scripted;
  };
};

describe('a signal', () => {
  test('ends a call that has no answer', async () => {
    const stop = new AbortController();
    const { links } = await given([stopping(stop, 'silence')]);
    expect(await failureOf(links.create(create, { signal: stop.signal }))).toMatchObject({
      requestId: 'r-1',
      reason: 'aborted',
      mayBeSent: true,
    });
  });

  test('ends the wait between two attempts', async () => {
    const stop = new AbortController();
    const { links, taken } = await given([stopping(stop, problem(429, 'too-many-requests'))]);
    await failureOf(links.create(create, { signal: stop.signal }));
    expect(taken).toHaveLength(1);
  });

  test('that has ended sends nothing', async () => {
    const { links, taken } = await given([]);
    const error = await failureOf(links.create(create, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ reason: 'aborted', mayBeSent: false });
    expect(taken).toEqual([]);
  });
});

describe('many creates', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...create, requestId: `r-${index}` }));
  const idsOf = (body: string) => (JSON.parse(body) as { requestId: string }[]).map(({ requestId }) => requestId);
  const takeAll: Scripted = ({ body }) => ({ status: 202, json: { commands: idsOf(body).map((id) => queued(id)) } });

  test('go out in lists of a hundred, and each has its result', async () => {
    const { links, taken } = await given([takeAll, takeAll, takeAll]);
    const results = await links.createMany(many(250), { lane: 'campaign' });
    expect(taken.map(({ body }) => idsOf(body).length)).toEqual([100, 100, 50]);
    expect(taken[0]?.url).toBe('/live/v1/commands?lane=campaign&partial=true');
    expect(results.map(({ requestId }) => requestId)).toEqual(many(250).map(({ requestId }) => requestId));
    expect(results.every(({ error }) => error === undefined)).toBe(true);
  });

  test('go out in lists of 1 MiB', async () => {
    const wide = many(3).map((one) => ({ ...one, data: { pid: 'sms', c: 'ü'.repeat(200_000) } }));
    const { links, taken } = await given([takeAll, takeAll]);
    await links.createMany(wide);
    expect(taken.map(({ body }) => idsOf(body))).toEqual([['r-0', 'r-1'], ['r-2']]);
    expect(taken.every(({ body }) => Buffer.byteLength(body) <= 1_048_576)).toBe(true);
  });

  test('that fail alone are named, and those that may succeed go out again', async () => {
    // Given
    const entry = (scripted: Scripted) => ({ problem: (scripted as { json: unknown }).json });
    const errors = [{ pointer: '#/1/data/pid', rule: 'required', detail: 'is mandatory' }];
    const { links, taken } = await given([
      {
        status: 202,
        json: {
          commands: [
            queued('r-0'),
            { requestId: 'r-1', ...entry(problem(422, 'invalid-command', { errors })) },
            { requestId: 'r-2', ...entry(problem(503, 'unavailable')) },
          ],
        },
      },
      takeAll,
    ]);
    // When
    const results = await links.createMany(many(3));
    // Then
    expect(taken.map(({ body }) => idsOf(body))).toEqual([['r-0', 'r-1', 'r-2'], ['r-2']]);
    expect(results).toEqual([queued('r-0'), { requestId: 'r-1', error: expect.any(CommandError) }, queued('r-2')]);
    expect(results[1]?.error).toMatchObject({
      requestId: 'r-1',
      reason: 'invalid-command',
      faults: [{ pointer: '#/data/pid', rule: 'required', detail: 'is mandatory' }],
    });
  });

  test('of which none is valid have each their own faults', async () => {
    const fault = (pointer: string) => ({ pointer, rule: 'required', detail: 'is mandatory' });
    const errors = [fault('#/0/data/pid'), fault('#/1/onelinkId'), fault('#/10/data/pid')];
    const { links } = await given([problem(422, 'invalid-command', { errors })]);
    const results = await links.createMany(many(11));
    expect(results.map(({ error }) => error?.faults.map(({ pointer }) => pointer))).toEqual([
      ['#/data/pid'],
      ['#/onelinkId'],
      ...Array.from({ length: 8 }, () => []),
      ['#/data/pid'],
    ]);
  });

  test.each([
    ['conflict', 'id-taken'],
    ['rejected', 'refused'],
    ['stale', 'not-applied'],
  ])('that ended as %s fail as one such command does', async (outcome, reason) => {
    const ended = { ...done('r-0'), outcome: { outcome }, reason: 'a-reason', link: undefined };
    const { links } = await given([{ status: 200, json: { commands: [ended, done('r-1')] } }]);
    const results = await links.createMany(many(2));
    expect(results[0]?.error).toMatchObject({ requestId: 'r-0', reason, mayBeSent: false });
    expect(results[0]?.error?.message).toContain(`the command ended as ${outcome}: a-reason`);
    expect(results[1]).toEqual(done('r-1'));
  });

  test('that are refused together fail each by its own name', async () => {
    const { links } = await given([problem(401, 'unauthorized')]);
    const results = await links.createMany(many(2));
    expect(results.map(({ error }) => error?.message)).toEqual([
      'the command r-0 failed: unauthorized: about unauthorized',
      'the command r-1 failed: unauthorized: about unauthorized',
    ]);
  });

  test('that JSON cannot hold, or that are too large, fail without a call', async () => {
    const { links, taken } = await given([takeAll]);
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    const wide = { ...create, requestId: 'wide', data: { pid: 'x'.repeat(1_048_576) } };
    const results = await links.createMany([{ ...create, requestId: 'loop', data: loop as never }, wide, create]);
    expect(results.map(({ error }) => error?.reason)).toEqual(['not-json', 'too-large', undefined]);
    expect(taken.map(({ body }) => idsOf(body))).toEqual([['r-1']]);
  });

  test('that are no commands fail without a call', async () => {
    const { links, taken } = await given([takeAll]);
    const items = [null, undefined, 'r-1', [], { ...create, requestId: 5 }, { data: {} }, create];
    const results = await links.createMany(items as never);
    expect(results.map(({ requestId, error }) => [requestId, error?.reason])).toEqual([
      ...Array(6).fill(['', 'not-a-command']),
      ['r-1', undefined],
    ]);
    expect(results[0]?.error).toMatchObject({ requestId: undefined, mayBeSent: false });
    expect(results[0]?.error?.message).toBe('the call failed: not-a-command: a command must be an object');
    expect(taken.map(({ body }) => idsOf(body))).toEqual([['r-1']]);
  });

  test('that the signal stops have a result as well', async () => {
    const stop = new AbortController();
    const { links } = await given([stopping(stop, takeAll)]);
    const results = await links.createMany(many(150), { signal: stop.signal });
    expect(results).toHaveLength(150);
    expect(results.at(-1)?.error).toMatchObject({ requestId: 'r-149', reason: 'aborted', mayBeSent: false });
  });

  test('that were read before their source failed are sent', async () => {
    const { links, taken } = await given([takeAll]);
    async function* failing() {
      yield create;
      throw new Error('the table is gone');
    }
    await expect(links.createMany(failing())).rejects.toThrow('the table is gone');
    expect(taken).toHaveLength(1);
  });

  test('do not pass for sent if the answer has another number of entries', async () => {
    const { links } = await given([{ status: 202, json: { commands: [queued('r-0')] } }]);
    const results = await links.createMany(many(2));
    expect(results.map(({ error }) => error?.reason)).toEqual(['unreadable-answer', 'unreadable-answer']);
  });
});

describe('other calls', () => {
  test('put the link of a key, with both parts of the path encoded', async () => {
    const { links, taken } = await given([{ status: 200, json: { ...done(), change: 'updated' } }]);
    const { requestId: _, ...wish } = create;
    const answer = await links.byKey('spring/2026', 'Müller & Söhne', wish, { waitSeconds: 5 });
    expect(answer.change).toBe('updated');
    expect(taken[0]).toMatchObject({
      method: 'PUT',
      url: '/live/v1/links/by-key/spring%2F2026/M%C3%BCller%20%26%20S%C3%B6hne',
      body: JSON.stringify(wish),
    });
  });

  test('read a request, a link and an image', async () => {
    const png = Uint8Array.of(137, 80, 78, 71);
    const { links, taken } = await given([
      { status: 200, json: done('spring/4711') },
      { status: 200, json: link },
      problem(404, 'code-not-ready', {}, { 'retry-after': '3' }),
      { status: 200, bytes: png, headers: { 'content-type': 'image/png' } },
    ]);
    expect((await links.request('spring/4711')).status).toBe('done');
    expect(await links.link('A1b3', 'abc')).toEqual(link);
    expect(await links.qrImage('A1b3', 'abc', { waitSeconds: 10 })).toEqual({ mediaType: 'image/png', bytes: png });
    expect(taken.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /live/v1/requests/spring%2F4711',
      'GET /live/v1/links/A1b3/abc',
      'GET /live/v1/links/A1b3/abc/qr',
      'GET /live/v1/links/A1b3/abc/qr',
    ]);
  });

  test('do not wait for an image unless asked to', async () => {
    const { links, taken } = await given([problem(404, 'code-not-ready', {}, { 'retry-after': '3' })]);
    expect(await failureOf(links.qrImage('A1b3', 'abc'))).toMatchObject({ reason: 'code-not-ready', mayBeSent: false });
    expect(taken).toHaveLength(1);
  });

  test.each([null, undefined, 'r-1', 7, []])('refuse %j instead of a command', async (given_) => {
    const { links, taken } = await given([]);
    const refused = { reason: 'not-a-command', mayBeSent: false };
    for (const method of ['create', 'update', 'delete', 'qr'] as const)
      expect(await failureOf(links[method](given_ as never))).toMatchObject(refused);
    expect(await failureOf(links.byKey('spring', '7', given_ as never))).toMatchObject({ ...refused, key: '7' });
    expect(taken).toEqual([]);
  });

  test.each([Number.NaN, -1, '5', null])('refuse to wait for %j seconds', async (waitSeconds) => {
    const { links, taken } = await given([]);
    const wait = { waitSeconds } as never;
    for (const call of [links.create(create, wait), links.byKey('s', '7', create, wait), links.qrImage('A', 'b', wait)])
      await expect(call).rejects.toThrow('`waitSeconds` must be a number of seconds');
    expect(taken).toEqual([]);
  });

  test.each([7, null, undefined, {}])('refuse a part of a path that is no text: %j', async (part) => {
    const { links } = await given([]);
    await expect(links.request(part as never)).rejects.toThrow('requestId must be text');
    await expect(links.link('A1b3', part as never)).rejects.toThrow('shortlinkId must be text');
    await expect(links.byKey(part as never, '7', create)).rejects.toThrow('campaign must be text');
  });

  test.each(['.', '..', '', 'half \ud800'])('refuse a part of a path that a URL cannot hold: %j', async (text) => {
    const { links, taken } = await given([]);
    await expect(links.request(text)).rejects.toThrow('requestId must be text');
    await expect(links.byKey('spring', text, create)).rejects.toThrow('key must be text');
    expect(taken).toEqual([]);
  });
});

describe('a signed call', () => {
  test('goes to /iam/v1, and is signed again for each attempt', async () => {
    const signed: string[] = [];
    const sign = ({
      method,
      url,
      headers,
      body,
    }: {
      method: string;
      url: string;
      headers: object;
      body?: string | undefined;
    }) => {
      signed.push(`${method} ${new URL(url).pathname} ${body?.length}`);
      return { ...headers, authorization: `AWS4-HMAC-SHA256 ${signed.length}` };
    };
    const { links, taken } = await given([problem(503, 'unavailable'), { status: 200, json: done() }], {
      key: undefined,
      sign,
    });
    await links.create(create);
    expect(taken.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/live/iam/v1/commands', 'AWS4-HMAC-SHA256 1'],
      ['/live/iam/v1/commands', 'AWS4-HMAC-SHA256 2'],
    ]);
    expect(signed[0]).toBe(`POST /live/iam/v1/commands ${taken[0]?.body.length}`);
  });
});

describe('the options', () => {
  const url = 'https://example.com/live';
  test.each([
    ['no key and no signer', { url }, 'give either `key` or `sign`'],
    ['a key and a signer', { url, key, sign: () => ({}) }, 'give either `key` or `sign`'],
    ['a key with a line break', { url, key: `${key}\n` }, '`key` is not of the form of a key'],
    ['another secret', { url, key: 'Bearer secret' }, '`key` is not of the form of a key'],
    ['an address without https', { url: 'http://example.com/live', key }, '`url` must begin with https'],
    [
      'a host that only begins like this machine',
      { url: 'http://localhost.example.com', key },
      '`url` must begin with https',
    ],
    ['an address with a password', { url: 'https://user:secret@example.com/live', key }, 'no user name'],
    ['no address', { url: '', key }, '`url` is not a URL'],
    ['a key that is no text', { url, key: { secret: 1 } as never }, '`key` is not of the form of a key'],
    ['a patience of NaN', { url, key, patienceSeconds: Number.NaN }, '`patienceSeconds` must be a number of seconds'],
    ['a negative patience', { url, key, patienceSeconds: -1 }, '`patienceSeconds` must be a number of seconds'],
    ['a patience of text', { url, key, patienceSeconds: '9' as never }, '`patienceSeconds` must be a number'],
  ])('are refused with %s, and no secret is repeated', (_, options, message) => {
    const attempt = () => httpLinks(options);
    expect(attempt).toThrow(message);
    try {
      attempt();
    } catch (error) {
      expect(inspect(error)).not.toMatch(/secret|kkk/);
    }
  });

  test('keep the key out of what is printed, and out of errors', async () => {
    const { links } = await given(['cut'], { patienceSeconds: 0 });
    const error = await failureOf(links.create(create));
    expect(inspect({ links, error }, { depth: 10 })).not.toContain('kkk');
  });

  test('keep the key out of errors, also if the answer has it', async () => {
    const echo = { detail: `Bearer ${key} is unknown`, title: key };
    const errors = [{ pointer: `#/${key.slice(13)}`, rule: key, detail: `got ${key}` }];
    const escaped = `\\u006f${key.slice(1)}`;
    const raw = JSON.stringify({ type: 'https://example.com/problems#refused', detail: 'KEY' }).replace('KEY', escaped);
    const { links } = await given([
      problem(401, 'unauthorized', { ...echo, errors }),
      { status: 400, bytes: Buffer.from(raw) },
      problem(422, 'invalid-command', { ...echo, errors: [{ ...errors[0], pointer: '#/0/data' }] }),
      {
        status: 200,
        json: { commands: [{ ...done(), outcome: { outcome: 'conflict' }, reason: key, errors, link: undefined }] },
      },
    ]);
    const failures = [await failureOf(links.create(create)), await failureOf(links.request('r-1'))];
    const results = [...(await links.createMany([create])), ...(await links.createMany([create]))];
    expect(failures.map(({ reason }) => reason)).toEqual(['unauthorized', 'refused']);
    expect(results.map(({ error }) => error?.reason)).toEqual(['invalid-command', 'id-taken']);
    const printed = inspect([failures, results], { depth: 10 });
    expect(printed).not.toContain('kkk');
    expect(printed).toContain('Bearer [secret] is unknown');
  });

  test('keep a signature and a session’s token out of errors', async () => {
    const [signature, token] = ['f'.repeat(64), `${'T'.repeat(60)}/+=`];
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260301/eu-west-1/execute-api/aws4_request, SignedHeaders=host, Signature=${signature}`;
    const sign = () => ({ Authorization: authorization, 'X-Amz-Security-Token': token });
    const detail = `got ${authorization} with ${token}`;
    const { links } = await given([problem(403, 'unauthorized', { detail })], { key: undefined, sign });
    const error = await failureOf(links.create(create));
    expect(inspect(error)).not.toMatch(/ffff|TTTT/);
    expect(error.message).toContain('got AWS4-HMAC-SHA256');
  });

  test('take the address with or without a slash at its end', async () => {
    const { origin, taken } = await given([{ status: 202, json: queued() }]);
    await httpLinks({ url: `${origin}/live/`, key }).create(create);
    expect(taken[0]?.url).toBe('/live/v1/commands');
  });
});
