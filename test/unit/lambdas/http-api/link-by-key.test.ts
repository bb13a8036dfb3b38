import { describe, expect, it } from 'vitest';
import { HttpWorld, type TestCall } from '../../../world/http-world.ts';

const body = { onelinkId: 'A1b3', data: { pid: 'sms', c: 'spring' } };
const path = '/v1/links/by-key/spring/customer-7';
const put = (world: HttpWorld, content: unknown = body, call: TestCall = {}) =>
  world.call({ method: 'PUT', path, body: content, headers: { Prefer: 'wait=25' }, ...call });

describe('PUT /links/by-key/{campaign}/{key}', () => {
  it('makes the link, and leaves it unchanged at the second call', async () => {
    const world = new HttpWorld();

    const made = await put(world);
    expect(made).toMatchObject({
      status: 200,
      body: { requestId: 'spring/customer-7', change: 'created', outcome: { outcome: 'created' } },
    });

    const again = await put(world);
    expect(again).toMatchObject({ status: 200, body: { change: 'unchanged', link: made.body.link } });
    expect(world.sent).toHaveLength(1);
  });

  it('updates the link to other content, and back', async () => {
    const world = new HttpWorld();
    const made = await put(world);
    world.link.now += 1_000;

    const updated = await put(world, { ...body, data: { pid: 'sms', c: 'summer' } });
    expect(updated).toMatchObject({
      status: 200,
      body: {
        change: 'updated',
        outcome: { outcome: 'updated' },
        link: { shortlinkId: made.body.link.shortlinkId, version: 2 },
      },
    });
    expect(updated.body.requestId).toMatch(/^spring\/customer-7@[0-9a-f]{8}\.1$/);

    world.link.now += 1_000;
    expect(await put(world)).toMatchObject({ status: 200, body: { change: 'updated', link: { version: 3 } } });
  });

  it('asks for the code of a link that has none', async () => {
    const world = new HttpWorld();
    await put(world);
    world.link.now += 1_000;

    const answer = await put(world, { ...body, qr: { size: 300 } }, { headers: {} });

    expect(answer).toMatchObject({ status: 202, body: { change: 'qr', status: 'queued' } });
    expect(JSON.parse(world.sent[1]?.body ?? '')).toMatchObject({ action: 'qr', onelinkId: 'A1b3', qr: { size: 300 } });
  });

  it('waits for another content of the key, and then changes its link', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    expect((await put(world, body, { headers: {} })).status).toBe(202);
    const other = { ...body, data: { pid: 'sms', c: 'summer' } };

    expect(await put(world, other, { headers: {} })).toMatchObject({ status: 409, headers: { 'Retry-After': '2' } });
    world.isWorking = true;
    world.link.now += 1_000;
    expect(await put(world, other)).toMatchObject({ status: 200, body: { change: 'updated', link: { version: 2 } } });
  });

  it('finishes one change before the next, so the last content wins', async () => {
    const world = new HttpWorld();
    await put(world);
    world.isWorking = false;
    const at = (c: string) => ({ ...body, data: { pid: 'sms', c } });
    const now = { headers: {} };
    world.link.now += 1_000;
    expect(await put(world, at('summer'), now)).toMatchObject({ status: 202, body: { change: 'updated' } });

    // The link still has the first content, but not for long.
    expect(await put(world, at('spring'), now)).toMatchObject({ status: 409, headers: { 'Retry-After': '2' } });
    expect((await put(world, at('autumn'), now)).status).toBe(409);
    expect((await put(world, at('summer'), now)).status).toBe(409);

    world.isWorking = true;
    world.link.now += 1_000;
    const back = await put(world, at('spring'));
    expect(back).toMatchObject({ status: 200, body: { change: 'updated', link: { version: 3 } } });
    expect(world.sent).toHaveLength(3);
  });

  it('sends one of two changes at once first, and then the other', async () => {
    const world = new HttpWorld();
    await put(world);
    world.link.now += 1_000;

    const both = await Promise.all(['summer', 'autumn'].map((c) => put(world, { ...body, data: { pid: 'sms', c } })));

    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both.map(({ body: { link } }) => link.version).sort()).toEqual([2, 3]);
  });

  it('changes the link after its create, although the call began before the create was requested', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    const requestedAt = new Date(world.link.now + 30_000).toISOString();
    expect((await put(world, { ...body, requestedAt }, { headers: {} })).status).toBe(202);
    world.isWorking = true;

    const answer = await put(world, { ...body, data: { pid: 'sms', c: 'summer' } });

    expect(answer).toMatchObject({ status: 200, body: { change: 'updated', link: { version: 2 } } });
    expect(JSON.parse(world.sent[1]?.body ?? '').requestedAt).toBe('2026-03-01T10:00:35.001Z');
  });

  it('tries a change again that an earlier time has lost, if its time is now later than that of the link', async () => {
    const world = new HttpWorld();
    await put(world);
    world.link.now += 60_000;
    const summer = { ...body, data: { pid: 'sms', c: 'summer' } };
    const early = { ...summer, requestedAt: '2026-03-01T09:00:00Z' };
    const lost = await put(world, early);
    expect(lost).toMatchObject({ status: 409, body: { reason: 'later-change-applied' } });
    expect(await put(world, early)).toMatchObject({ status: 409, body: { reason: 'later-change-applied' } });
    expect(world.sent).toHaveLength(2);

    const answer = await put(world, summer);

    expect(answer).toMatchObject({ status: 200, body: { change: 'updated', link: { version: 2 } } });
    expect(answer.headers['Idempotent-Replayed']).toBeUndefined();
  });

  it('takes over a key whose call was lost with another content', async () => {
    const world = new HttpWorld();
    world.failSend = 'before';
    world.records.failNext.add('giveUp');
    expect((await put(world, body, { headers: {} })).status).toBe(503);
    world.link.now += 10_000;

    const answer = await put(world, { ...body, data: { pid: 'tv' } });

    expect(answer).toMatchObject({ status: 200, body: { change: 'created' } });
    expect(world.link.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });

  it('changes the link if the lost content was sent after all', async () => {
    const world = new HttpWorld();
    world.failSend = 'after';
    world.records.failNext.add('giveUp');
    expect((await put(world, body, { headers: {} })).status).toBe(503);
    world.link.now += 10_000;

    const answer = await put(world, { ...body, data: { pid: 'tv' } });

    expect(answer).toMatchObject({ status: 200, body: { change: 'updated', link: { version: 2 } } });
    expect(world.link.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });

  it('notes the campaign before it sends a command, for the check of a file', async () => {
    const world = new HttpWorld();
    world.records.failNext.add('noteCampaign');
    expect((await put(world)).status).toBe(503);
    expect(world.sent).toEqual([]);

    expect((await put(world)).status).toBe(200);
    const kept = Date.parse('2026-03-01T10:00:01Z') / 1_000 + (75 + 70) * 86_400;
    expect([...world.records.campaigns]).toEqual([['crm/spring', expect.closeTo(kept, -1)]]);
  });

  it('notes a campaign once a day', async () => {
    const world = new HttpWorld();
    const keys = (...names: string[]) =>
      Promise.all(names.map((name) => put(world, body, { path: `/v1/links/by-key/spring/${name}` })));
    await keys('a');
    world.records.campaigns.clear();
    await keys('b', 'c');
    expect(world.records.campaigns.size).toBe(0);
    world.link.now += 86_400_000;
    await keys('d');
    expect(world.records.campaigns.size).toBe(1);
  });

  it('has the requests of a campaign’s rows', async () => {
    const world = new HttpWorld();
    const row = { ...body, specVersion: '1.0', source: 'crm', action: 'create', requestedAt: '2026-03-01T10:00:00Z' };
    await world.link.deliver({ body: { ...row, requestId: 'spring/customer-7' } });

    expect(await put(world)).toMatchObject({ status: 200, body: { change: 'unchanged' } });
    expect(world.sent).toEqual([]);
  });

  it.each([
    ['/v1/links/by-key/spring/a%2Fb%20%C3%BC', /^spring\/~[\w-]{43}$/],
    ['/v1/links/by-key/spring/a%252Fb', /^spring\/a%2Fb$/],
    ['/v1/links/by-key/spring/%20customer-7%20', /^spring\/customer-7$/],
  ])('reads the key in %s once', async (at, requestId) => {
    const world = new HttpWorld();
    expect((await put(world, body, { path: at })).body.requestId).toMatch(requestId);
  });

  it('reports that the link of the key has ended', async () => {
    const world = new HttpWorld();
    const made = await put(world);
    world.link.now += 32 * 86_400_000;

    const answer = await put(world);

    expect(answer.status).toBe(409);
    expect(answer.body.type).toMatch(/#key-ended$/);
    expect(made.body.link.shortlinkId).toBeDefined();
  });

  it('refuses to move the link', async () => {
    const world = new HttpWorld();
    await put(world, { ...body, shortlinkId: 'spring' });

    const answer = await put(world, { ...body, shortlinkId: 'summer' });

    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/shortlinkId', rule: 'other-id' }] } });
  });

  it('refuses a chosen ID for a link that has derived its own, except where an ID may be derived', async () => {
    const world = new HttpWorld();
    await put(world);
    const chosen = { ...body, shortlinkId: 'summer' };

    const refused = { status: 422, body: { errors: [{ pointer: '#/shortlinkId', rule: 'other-id' }] } };
    expect(await put(world, chosen)).toMatchObject(refused);
    expect(await put(world, { ...chosen, onConflict: 'reject' }, { query: { lane: 'fast' } })).toMatchObject(refused);
    expect(await put(world, { ...chosen, onConflict: 'derive' })).toMatchObject({ body: { change: 'unchanged' } });
    expect(await put(world, chosen, { query: { lane: 'fast' } })).toMatchObject({ body: { change: 'unchanged' } });
  });

  it('shows the QR code of an unchanged link, as a read of its request does', async () => {
    const world = new HttpWorld();
    const asked = { ...body, shortlinkId: 'spring', qr: { size: 300 } };
    const now = { headers: {} };
    await put(world, asked, { headers: { Prefer: 'wait=1' } });
    await world.link.ledger.noteQr(
      { source: 'crm', address: { onelinkId: 'A1b3', shortlinkId: 'spring' } },
      'qr/crm/A1b3/spring.png',
    );
    world.images.set('qr/crm/A1b3/spring.png', Buffer.from([1, 2, 3]));
    const qr = { href: '/live/v1/links/A1b3/spring/qr', state: 'ready', mediaType: 'image/png' };

    expect((await world.get('/v1/requests/spring%2Fcustomer-7')).body.qr).toEqual(qr);
    for (const content of [asked, { ...asked, qr: { size: 900 } }]) {
      expect((await put(world, content, now)).body).toMatchObject({ change: 'unchanged', qr });
      expect((await put(world, content)).body.qr).toEqual({ ...qr, base64: 'AQID' });
    }
    expect(world.sent).toHaveLength(1);
  });

  it('reports that a chosen ID is taken, each time', async () => {
    const world = new HttpWorld();
    await put(world, { ...body, shortlinkId: 'spring' }, { path: '/v1/links/by-key/spring/other' });
    const mine = { ...body, data: { pid: 'tv' }, shortlinkId: 'spring' };

    for (const _ of [1, 2]) {
      const answer = await put(world, mine);
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({
        type: expect.stringMatching(/#id-taken$/),
        reason: 'shortlink-id-taken',
        detail: expect.stringContaining('ended as conflict: shortlink-id-taken.'),
      });
    }
  });

  it('takes the version of the contract, and no other', async () => {
    expect(await put(new HttpWorld(), { ...body, specVersion: '1.0' })).toMatchObject({ status: 200 });
    const refused = { status: 422, body: { errors: [{ pointer: '#/specVersion' }] } };
    expect(await put(new HttpWorld(), { ...body, specVersion: '2.0' })).toMatchObject(refused);
  });

  it('leaves the header Idempotency-Key without effect', async () => {
    const world = new HttpWorld();
    const first = await put(world, body, { headers: { 'Idempotency-Key': 'one', Prefer: 'wait=25' } });
    expect(first).toMatchObject({ status: 200, body: { requestId: 'spring/customer-7' } });
    world.link.now += 1_000;
    const other = { ...body, data: { pid: 'tv' } };
    const second = await put(world, other, { headers: { 'Idempotency-Key': 'one', Prefer: 'wait=25' } });
    expect(second).toMatchObject({ status: 200, body: { change: 'updated' } });
  });

  it.each([
    [{ ...body, action: 'update' }, '#/action'],
    [{ ...body, requestId: 'mine' }, '#/requestId'],
    [{ ...body, data: {} }, '#/data/pid'],
  ])('refuses %j', async (content, pointer) => {
    const world = new HttpWorld();
    const answer = await put(world, content);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    expect(world.sent).toEqual([]);
  });

  it('refuses a list', async () => {
    expect((await put(new HttpWorld(), [body])).status).toBe(400);
  });
});

describe('a key whose create has made no link', () => {
  it('is tried again if its time was up, and then has one link', async () => {
    const world = new HttpWorld();
    await late(world, body);

    const made = await put(world);
    expect(made).toMatchObject({ status: 200, body: { requestId: 'spring/customer-7@2', change: 'created' } });
    expect(await put(world)).toMatchObject({
      status: 200,
      body: { requestId: 'spring/customer-7@2', change: 'unchanged', link: made.body.link },
    });
    world.link.now += 1_000;
    const updated = await put(world, { ...body, data: { pid: 'tv' } });
    expect(updated).toMatchObject({ status: 200, body: { change: 'updated', link: { version: 2 } } });
    expect(updated.body.requestId).toMatch(/^spring\/customer-7@2@[0-9a-f]{8}\.1$/);
    expect(world.link.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });

  it('answers a repeat whose time is still up', async () => {
    const world = new HttpWorld();
    const timed = await late(world, body);

    const answer = await put(world, timed);

    expect(answer).toMatchObject({ status: 409, body: { detail: expect.stringContaining('valid-until-passed') } });
    expect(answer.body.type).toMatch(/#not-applied$/);
    expect(world.sent).toHaveLength(1);
  });

  it.each([
    ['a derived ID', { shortlinkId: 'spring', onConflict: 'derive' }],
    ['no ID of its own', {}],
    ['another ID', { shortlinkId: 'summer' }],
  ])('makes it after a conflict, with %s', async (_, chosen) => {
    const world = new HttpWorld();
    await put(world, { ...body, shortlinkId: 'spring' }, { path: '/v1/links/by-key/spring/other' });
    const mine = { ...body, data: { pid: 'tv' } };
    expect((await put(world, { ...mine, shortlinkId: 'spring' })).status).toBe(409);
    const again = await put(world, { ...mine, shortlinkId: 'spring' });
    expect(again.body.detail).toContain('"onConflict": "derive"');

    const made = await put(world, { ...mine, ...chosen });

    expect(made).toMatchObject({ status: 200, body: { requestId: 'spring/customer-7@2', change: 'created' } });
    expect(await put(world, { ...mine, ...chosen })).toMatchObject({ body: { change: 'unchanged' } });
    // The content of the conflict meets the link, and no longer the conflict.
    const moved = await put(world, { ...mine, shortlinkId: 'spring', onConflict: 'reject' });
    expect(moved.body.type).not.toMatch(/#id-taken$/);
  });

  it('makes one link of two contents at once', async () => {
    const world = new HttpWorld();
    await late(world, body);

    const both = await Promise.all(['summer', 'autumn'].map((c) => put(world, { ...body, data: { pid: 'sms', c } })));

    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both.map(({ body: { change } }) => change).sort()).toEqual(['created', 'updated']);
    expect(world.link.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });

  it('is used up after nine creates', async () => {
    const world = new HttpWorld();
    await put(world, { ...body, shortlinkId: 'spring' }, { path: '/v1/links/by-key/spring/other' });
    const mine = (c: string) => put(world, { ...body, data: { pid: 'tv', c }, shortlinkId: 'spring' });
    for (const c of '123456789') expect((await mine(c)).body.type).toMatch(/#id-taken$/);

    const answer = await mine('10');

    expect(answer).toMatchObject({ status: 409, body: { detail: expect.stringContaining('9 creates') } });
    expect(answer.body.type).toMatch(/#key-ended$/);
    expect(world.sent).toHaveLength(10);
  });

  /** Asks for a content whose time is up before the worker has it. */
  async function late(world: HttpWorld, content: object) {
    const validUntil = new Date(world.link.now + 60_000).toISOString();
    world.isWorking = false;
    expect((await put(world, { ...content, validUntil }, { headers: {} })).status).toBe(202);
    world.link.now += 120_000;
    await world.work();
    world.isWorking = true;
    return { ...content, validUntil };
  }

  it.each([
    ['updated', { data: { pid: 'tv' } }],
    ['qr', { qr: { size: 300 } }],
  ])('is not that of a change whose time was up: %s is tried again', async (change, part) => {
    const world = new HttpWorld();
    await put(world);
    world.link.now += 1_000;
    const timed = await late(world, { ...body, ...part });
    expect((await put(world, timed)).body.type).toMatch(/#not-applied$/);
    expect(world.sent).toHaveLength(2);

    const answer = await put(world, { ...body, ...part }, { headers: { Prefer: 'wait=1' } });

    expect(answer.body.change).toBe(change);
    expect(answer.headers['Idempotent-Replayed']).toBeUndefined();
    expect(world.sent).toHaveLength(3);
  });
});
