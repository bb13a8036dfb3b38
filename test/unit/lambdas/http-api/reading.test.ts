import { describe, expect, it } from 'vitest';
import { HttpWorld } from '../../../world/http-world.ts';
import { create } from '../../../world/link-world.ts';

const { specVersion: _, source: __, requestId: ___, requestedAt: ____, ...bare } = create;
const chosen = { ...bare, shortlinkId: 'spring' };
const key = { 'Idempotency-Key': 'a/b', Prefer: 'wait=5' };
const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);

async function withLink(change: object = {}): Promise<HttpWorld> {
  const world = new HttpWorld();
  await world.post({ ...chosen, ...change }, { ...key, Prefer: 'wait=1' });
  return world;
}

describe('GET /requests/{requestId}', () => {
  it('returns what became of it, by the ID with its slash encoded', async () => {
    const world = await withLink();

    expect(await world.get('/v1/requests/a%2Fb')).toMatchObject({
      status: 200,
      body: { requestId: 'a/b', status: 'done', href: '/live/v1/requests/a%2Fb', outcome: { outcome: 'created' } },
    });
  });

  it('knows a request that came over SQS, once it has an outcome', async () => {
    const world = new HttpWorld();
    await world.link.deliver({ body: create });
    expect((await world.get('/v1/requests/r-1')).body).toMatchObject({ status: 'done' });
  });

  it('knows nothing of another source’s request', async () => {
    const world = await withLink();
    const answer = await world.get('/v1/requests/a%2Fb', { source: 'studio' });
    expect(answer).toMatchObject({ status: 404, body: { type: expect.stringMatching(/#unknown-request$/) } });
  });

  it('reports that the code is still to come, is there, or has failed', async () => {
    const world = await withLink({ qr: {} });
    const request = () => world.get('/v1/requests/a%2Fb');
    expect(await request()).toMatchObject({
      headers: { 'Retry-After': '2' },
      body: { status: 'done', qr: { state: 'pending', href: '/live/v1/links/A1b3/spring/qr' } },
    });

    const owned = { source: 'crm', address: { onelinkId: 'A1b3', shortlinkId: 'spring' } };
    await world.link.ledger.noteQrFailure(owned, { requestId: 'a/b', reason: 'refused-by-api' }, { madeBy: 'a/b' });
    expect((await request()).body.qr).toMatchObject({ state: 'failed', reason: 'refused-by-api' });

    await world.link.ledger.noteQr(owned, 'qr/crm/A1b3/spring.jpg');
    expect((await request()).body.qr).toMatchObject({ state: 'ready', mediaType: 'image/jpeg' });
  });
});

describe('a call that waits for a code', () => {
  it('gets the image with the link', async () => {
    const world = new HttpWorld();
    world.images.set('qr/crm/A1b3/spring.png', image);
    const owned = { source: 'crm', address: { onelinkId: 'A1b3', shortlinkId: 'spring' } };
    const answer = world.post({ ...chosen, qr: {} }, { ...key, Prefer: 'wait=25' });
    while (world.link.qrJobs.length === 0) await new Promise(setImmediate);
    await world.link.ledger.noteQr(owned, 'qr/crm/A1b3/spring.png');

    expect(await answer).toMatchObject({
      status: 200,
      body: { qr: { state: 'ready', mediaType: 'image/png', base64: 'iVBORwECAw==' } },
    });
  });

  it('gets 202 with the link if the code is not ready in time', async () => {
    const world = new HttpWorld();
    const answer = await world.post({ ...chosen, qr: {} }, { ...key, Prefer: 'wait=3' });
    expect(answer).toMatchObject({
      status: 202,
      body: { status: 'done', link: { shortlinkId: 'spring' }, qr: { state: 'pending' } },
    });
  });
});

describe('GET /links/{onelinkId}/{shortlinkId}', () => {
  it('returns the link with the data and the expiry that the API has', async () => {
    const world = await withLink();

    expect(await world.get('/v1/links/A1b3/spring')).toMatchObject({
      status: 200,
      body: {
        onelinkId: 'A1b3',
        shortlinkId: 'spring',
        shortUrl: 'https://acme.onelink.me/A1b3/spring',
        requestId: 'a/b',
        version: 1,
        data: { pid: 'sms', c: 'spring' },
        expiresAt: expect.stringMatching(/^2026-04-01T10:00:\d\dZ$/),
      },
    });
  });

  it.each(['/v1/links/A1b3/spring', '/v1/links/A1b3/spring/qr'])(
    'does not show another source’s link: %s',
    async (at) => {
      const world = await withLink();
      const answer = await world.get(at, { source: 'studio' });
      expect(answer).toMatchObject({ status: 404, body: { type: expect.stringMatching(/#unknown-link$/) } });
      expect(world.reads).toEqual([]);
    },
  );

  it('reports that an expired link is unknown', async () => {
    const world = await withLink();
    world.readAnswer = async () => ({ meaning: 'absent', fault: { path: '', rule: 'x', message: 'x' } });
    expect((await world.get('/v1/links/A1b3/spring')).status).toBe(404);
  });

  it('asks a busy reader again for five seconds', async () => {
    const world = await withLink();
    let asked = 0;
    const read = world.readAnswer;
    world.readAnswer = async (address) => (++asked < 4 ? 'busy' : read(address));
    expect((await world.get('/v1/links/A1b3/spring')).status).toBe(200);

    world.readAnswer = async () => 'busy';
    const from = world.link.now;
    const answer = await world.get('/v1/links/A1b3/spring');
    expect(answer).toMatchObject({ status: 429, headers: { 'Retry-After': '2' } });
    expect(answer.body.type).toMatch(/#reads-busy$/);
    expect(world.link.now - from).toBeGreaterThanOrEqual(5_000);
    expect(world.link.now - from).toBeLessThan(5_200);
  });

  it.each(['transient', 'account-blocked', 'failed'] as const)(
    'reports that the API gave no answer: %s',
    async (meaning) => {
      const world = await withLink();
      world.readAnswer = async () =>
        meaning === 'failed' ? 'failed' : { meaning, fault: { path: '', rule: 'x', message: 'x' } };
      const answer = await world.get('/v1/links/A1b3/spring');
      expect(answer).toMatchObject({ status: 502, headers: { 'Retry-After': '5' } });
      expect(answer.body.type).toMatch(/#onelink-unavailable$/);
    },
  );
});

describe('GET …/qr', () => {
  const owned = { source: 'crm', address: { onelinkId: 'A1b3', shortlinkId: 'spring' } };

  it('returns the image, and nothing if the caller has it', async () => {
    const world = await withLink();
    world.images.set('qr/crm/A1b3/spring.png', image);
    await world.link.ledger.noteQr(owned, 'qr/crm/A1b3/spring.png');

    const { raw } = await world.get('/v1/links/A1b3/spring/qr');
    expect(raw).toMatchObject({ statusCode: 200, isBase64Encoded: true, body: image.toString('base64') });
    expect(raw.headers).toMatchObject({ 'Content-Type': 'image/png', ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/) });

    const etag = String(raw.headers?.ETag);
    const same = await world.get('/v1/links/A1b3/spring/qr', { headers: { 'If-None-Match': `"x", ${etag}` } });
    expect(same).toMatchObject({ status: 304, body: '' });
    const head = await world.get('/v1/links/A1b3/spring/qr', { method: 'HEAD' });
    // API Gateway sends the length of this body, and not the body.
    expect(head.raw).toMatchObject({ statusCode: 200, body: image.toString('base64'), isBase64Encoded: true });
    expect(head.headers.ETag).toBe(etag);
  });

  it.each([
    ['no-code', {}, undefined],
    ['code-not-ready', { qr: {} }, undefined],
    ['code-failed', { qr: {} }, 'refused-by-api'],
  ] as const)('answers %s', async (problem, change, reason) => {
    const world = await withLink(change);
    if (reason !== undefined)
      await world.link.ledger.noteQrFailure(owned, { requestId: 'a/b', reason }, { madeBy: 'a/b' });
    const answer = await world.get('/v1/links/A1b3/spring/qr');
    expect(answer.status).toBe(problem === 'code-failed' ? 410 : 404);
    expect(answer.body.reason).toBe(reason);
    expect(answer.body.type).toMatch(new RegExp(`#${problem}$`));
    if (problem !== 'code-failed') expect(answer.headers['Retry-After']).toBe('2');
  });

  const qr = { action: 'qr', onelinkId: 'A1b3', shortlinkId: 'spring' };
  const problemOf = async (world: HttpWorld, source = 'crm') =>
    (await world.get('/v1/links/A1b3/spring/qr', { source })).body.type.split('#')[1];

  it('answers code-not-ready while a command with the action qr is under way, and no longer', async () => {
    // Given a link whose first code has failed, and a new command for a code
    const world = await withLink({ qr: {} });
    await world.link.ledger.noteQrFailure(owned, { requestId: 'a/b', reason: 'refused-by-api' }, { madeBy: 'a/b' });
    expect(await problemOf(world)).toBe('code-failed');
    world.isWorking = false;
    expect((await world.post(qr, { 'Idempotency-Key': 'code-1' })).status).toBe(202);

    // When its code is asked for, then it is being made, until the command ends
    expect(await problemOf(world)).toBe('code-not-ready');
    expect(await problemOf(world, 'studio')).toBe('unknown-link');
    await world.work();
    expect(world.link.qrJobs).toHaveLength(2);
    expect(await problemOf(world)).toBe('code-not-ready');
    await world.link.ledger.noteQr(owned, 'qr/crm/A1b3/spring.png');
    world.images.set('qr/crm/A1b3/spring.png', image);
    expect((await world.get('/v1/links/A1b3/spring/qr')).status).toBe(200);
  });

  it('does not advise a command that version 1.0 of the API refuses', async () => {
    const world = new HttpWorld({ API_DIALECT: 'v1.0', MAX_TTL_DAYS: '31' });
    await world.post(chosen, { ...key, Prefer: 'wait=1' });

    const { status, body, headers } = await world.get('/v1/links/A1b3/spring/qr');
    expect([status, body.detail]).toEqual([
      404,
      'The account uses version 1.0 of the OneLink API, which makes no QR codes.',
    ]);
    expect(headers).not.toHaveProperty('Retry-After');
  });

  it('refuses a command for a code by version 1.0 of the API', async () => {
    const world = new HttpWorld({ API_DIALECT: 'v1.0', MAX_TTL_DAYS: '31' });
    const answer = await world.post({ ...chosen, qr: {} }, key);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/qr', rule: 'no-qr' }] } });
  });

  it('answers no-code again after a command that nobody carries out', async () => {
    const world = await withLink();
    world.isWorking = false;
    await world.post(qr, { 'Idempotency-Key': 'code-1' });
    const messageId = world.queue[0]?.messageId ?? '';
    const request = { source: 'crm', requestId: 'code-1', messageId };
    await world.records.note(request, { state: 'parked', at: world.link.now });
    expect(await problemOf(world)).toBe('code-not-ready');
    await world.records.note(request, { state: 'rejected', at: world.link.now });
    expect(await problemOf(world)).toBe('no-code');
  });

  it('sends the command even if its note fails', async () => {
    const world = await withLink();
    world.isWorking = false;
    world.records.failNext.add('noteCode');
    expect((await world.post(qr, { 'Idempotency-Key': 'code-1' })).status).toBe(202);
    expect(world.counts.get('HttpBookkeepingFailed')).toBe(1);
    expect(await problemOf(world)).toBe('no-code');
  });
});
