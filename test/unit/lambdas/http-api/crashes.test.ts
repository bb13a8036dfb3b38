import { describe, expect, it } from 'vitest';
import { HttpWorld } from '../../../world/http-world.ts';
import { create } from '../../../world/link-world.ts';

const { specVersion: _, source: __, requestId: ___, requestedAt: ____, ...bare } = create;
const key = { 'Idempotency-Key': 'order-17' };
const wait = { ...key, Prefer: 'wait=25' };

/** A call that dies after this step, as if its environment was killed. */
async function dies(world: HttpWorld, after: 'claim' | 'send'): Promise<void> {
  world.isWorking = false;
  world.records.failNext.add('giveUp');
  if (after === 'claim') world.failSend = 'before';
  else world.failSend = 'after';
  expect((await world.post(bare, key)).status).toBe(503);
  world.isWorking = true;
}

describe.each(['claim', 'send'] as const)('after a call died behind its %s', (step) => {
  it('another call finds the request under way for ten seconds, and then sends it again', async () => {
    const world = new HttpWorld();
    await dies(world, step);

    world.link.now += 9_999;
    expect((await world.post(bare, key)).status).toBe(409);
    world.link.now += 1;
    expect((await world.post(bare, key)).status).toBe(202);

    expect(world.sent).toHaveLength(step === 'claim' ? 1 : 2);
    // Both copies are the same message to the worker.
    expect(new Set(world.sent.map(({ messageId }) => messageId)).size).toBe(1);
  });

  it('a waiting call sends it, and there is one link', async () => {
    const world = new HttpWorld();
    await dies(world, step);
    world.isWorking = step === 'claim';

    const answer = world.post(bare, wait);
    if (step === 'send') world.isWorking = true;

    expect(await answer).toMatchObject({ status: 200, body: { outcome: { outcome: 'created' } } });
    await world.work();
    expect(world.link.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });

  it('another content of the key stays refused', async () => {
    const world = new HttpWorld();
    await dies(world, step);
    world.link.now += 60_000;

    expect((await world.post({ ...bare, data: { pid: 'tv' } }, key)).body.type).toMatch(/#key-reused$/);
  });
});

describe('a call that dies behind its mark', () => {
  it('leaves a request under way, which the worker carries out', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    await world.post(bare, key);
    world.link.now += 60_000;

    expect((await world.post(bare, key)).status).toBe(409);
    await world.work();
    expect(await world.post(bare, key)).toMatchObject({ status: 200, headers: { 'Idempotent-Replayed': 'true' } });
    expect(world.sent).toHaveLength(1);
  });
});

describe('a failure of a service', () => {
  it.each(['before', 'after'] as const)(
    'the queue fails %s it accepts the command: the next call sends it at once',
    async (when) => {
      const world = new HttpWorld();
      world.failSend = when;
      world.isWorking = false;

      const failed = await world.post(bare, wait);
      expect(failed).toMatchObject({ status: 503, headers: { 'Retry-After': '2' } });
      expect(failed.body.type).toMatch(/#unavailable$/);

      world.isWorking = true;
      expect((await world.post(bare, wait)).status).toBe(200);
      await world.work();
      expect(world.link.api.calls.filter((call) => call === 'create')).toEqual(['create']);
      // The failed call has left its place.
      expect(world.limits.places.size).toBe(0);
    },
  );

  it('the mark fails: the command counts as sent once the call has its answer', async () => {
    const world = new HttpWorld();
    world.records.failNext.add('markSent');

    expect((await world.post(bare, wait)).status).toBe(200);
    expect(world.counts.get('HttpBookkeepingFailed')).toBe(1);
    expect(world.sent).toHaveLength(1);
  });

  it.each(['find', 'claim'] as const)('the table fails at %s: nothing is sent', async (method) => {
    const world = new HttpWorld();
    world.records.failNext.add(method);

    expect((await world.post(bare, key)).status).toBe(503);
    expect(world.sent).toEqual([]);
  });

  it('the place fails: the call does not wait', async () => {
    const world = new HttpWorld();
    world.limits.failNext.add('take');

    expect((await world.post(bare, wait)).status).toBe(202);
    expect(world.sent).toHaveLength(1);
  });
});

describe('a request that came another way', () => {
  it('is answered from its record', async () => {
    const world = new HttpWorld();
    await world.link.deliver({ body: { ...create, requestId: 'order-17' } });

    const answer = await world.post(bare, key);

    expect(answer).toMatchObject({ status: 200, headers: { 'Idempotent-Replayed': 'true' } });
    expect(world.sent).toEqual([]);
  });

  it('is under way in a queue: both copies get one link', async () => {
    const world = new HttpWorld();

    const answer = world.post(bare, wait);
    await world.link.deliver({ body: { ...create, requestId: 'order-17' } });

    expect(await answer).toMatchObject({ status: 200, body: { outcome: { outcome: 'created' } } });
    await world.work();
    expect(world.link.outcomeKinds).toEqual(['created', 'created*']);
  });

  it('comes over SQS after the call: the worker answers it as a repeat', async () => {
    const world = new HttpWorld();
    await world.post(bare, wait);

    await world.link.deliver({ body: { ...create, requestId: 'order-17' }, messageId: 'm-sqs' });

    expect(world.link.outcomeKinds).toEqual(['created', 'created*']);
  });
});

describe('what no request record shows', () => {
  it('a command that waits for quota is parked, and the waiting call ends at once', async () => {
    const world = new HttpWorld();
    world.link.control.setRecord(world.link.now, {
      lanes: { campaign: { state: 'parking', reason: 'quota-exceeded' } },
    } as never);

    const answer = await world.post(bare, wait);

    expect(answer).toMatchObject({
      status: 202,
      headers: { 'Retry-After': '60' },
      body: { status: 'parked', reason: 'quota-exceeded' },
    });
    expect(world.link.now - Date.parse('2026-03-01T10:00:05Z')).toBeLessThan(250);
    expect((await world.get('/v1/requests/order-17')).body).toMatchObject({ status: 'parked' });
    expect(await world.post(bare, key)).toMatchObject({ status: 409, headers: { 'Retry-After': '60' } });

    world.link.control.setRecord(world.link.now);
    const [line] = world.link.parked;
    await world.link.deliver({ ...line, body: line?.body, replayed: true } as never);
    expect((await world.get('/v1/requests/order-17')).body).toMatchObject({
      status: 'done',
      outcome: { outcome: 'created' },
    });
  });

  it('a command that the worker’s contract rejects may be corrected and sent again under its key', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    await world.post(bare, key);
    // The worker of another release knows another contract.
    const [message] = world.queue.splice(0);
    await world.link.deliver({ ...message, body: { ...JSON.parse(message?.body ?? ''), ttl: 'never' } } as never);

    const status = await world.get('/v1/requests/order-17');
    expect(status.body).toMatchObject({
      status: 'rejected',
      reason: 'invalid-command',
      errors: [{ pointer: '#/ttl', rule: 'ttl' }],
    });

    world.isWorking = true;
    const corrected = await world.post({ ...bare, data: { pid: 'tv' } }, wait);
    expect(corrected).toMatchObject({ status: 200, body: { outcome: { outcome: 'created' } } });
    // It is another message, so a late copy of the first does not count for it.
    expect(new Set(world.sent.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it('a command that is held for an operator is reported as such', async () => {
    const world = new HttpWorld({}, {}, undefined, {}, { SENDERS: { crm: ['AROAEXAMPLEOFCRMROLE1'] } });
    world.isWorking = false;
    await world.post(bare, key);
    // The worker does not believe the HTTP API that the caller is crm.
    const [message] = world.queue.splice(0);
    await world.link.deliver({ ...message, body: message?.body, sender: 'AROAOFNOBODY' });

    expect((await world.get('/v1/requests/order-17')).body).toMatchObject({ status: 'held', reason: 'sender-unknown' });
    expect(await world.post(bare, wait)).toMatchObject({ status: 202, body: { status: 'held' } });
  });

  it('another command of the ID comes over SQS at the same time, and is first', async () => {
    const world = new HttpWorld();
    const answer = world.post(bare, wait);
    await world.link.deliver({ body: { ...create, requestId: 'order-17', data: { pid: 'tv' } } });
    expect((await answer).body.type).toMatch(/#key-reused$/);
  });

  it('a note about an older message of the key does not count', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    await world.post(bare, key);
    const [message] = world.sent;
    const bad = { ...JSON.parse(message?.body ?? ''), ttl: 'never' };

    await world.link.deliver({ ...message, messageId: 'older', body: bad } as never);

    expect((await world.get('/v1/requests/order-17')).body).toMatchObject({ status: 'queued' });
  });

  it('a command of another group makes no record', async () => {
    const world = new HttpWorld();

    await world.link.deliver({ body: { ...create, ttl: 'never' }, groupId: 'crm/spring' });
    await world.link.deliver({ body: { ...create, ttl: 'never' }, groupId: 'http:studio' });

    expect(world.records.records.size).toBe(0);
  });

  it('a note that cannot be written does not stop the command', async () => {
    const world = new HttpWorld();
    world.link.control.setRecord(world.link.now, {
      lanes: { campaign: { state: 'parking', reason: 'quota-exceeded' } },
    } as never);
    world.records.failNext.add('note');
    world.isWorking = false;
    await world.post(bare, key);

    await world.work();

    expect(world.link.parked).toHaveLength(1);
    expect(world.link.counts.get('BookkeepingFailed')).toBe(1);
    expect((await world.get('/v1/requests/order-17')).body).toMatchObject({ status: 'queued' });
  });
});

describe('a claim that is written while the call reads', () => {
  const keyOf = { source: 'crm', requestId: 'order-17' };
  const held = async (world: HttpWorld) => (await world.records.find([keyOf])).size;

  it.each<[string, (world: HttpWorld) => Promise<void> | void, number]>([
    ['the lane is paused', (world) => world.pause(), 503],
    ['the producer exceeds its rate', (world) => void world.limits.nextPlaces.set('crm#20', 1e12), 429],
    ['the ledger cannot be read', (world) => void world.records.failNext.add('find'), 503],
    ['the request has an outcome', (world) => world.link.deliver({ body: { ...create, requestId: 'order-17' } }), 200],
    [
      'another command has the request ID',
      (world) => world.link.deliver({ body: { ...create, requestId: 'order-17', data: { pid: 'tv' } } }),
      422,
    ],
  ])('is withdrawn if %s', async (_, given, status) => {
    const world = new HttpWorld();
    await given(world);

    expect((await world.post(bare, key)).status).toBe(status);

    expect([world.sent.length, await held(world)]).toEqual([0, 0]);
  });

  it('leaves the key free for another content', async () => {
    const world = new HttpWorld();
    world.pause();
    await world.post(bare, key);
    world.link.control.setRecord(world.link.now);

    expect((await world.post({ ...bare, data: { pid: 'tv' } }, wait)).status).toBe(200);
  });

  it('that cannot be withdrawn is taken over after ten seconds', async () => {
    const world = new HttpWorld();
    world.pause();
    world.records.failNext.add('withdraw');
    expect((await world.post(bare, key)).status).toBe(503);
    expect(world.counts.get('HttpBookkeepingFailed')).toBe(1);
    world.link.control.setRecord(world.link.now);

    world.link.now += 10_000;

    expect((await world.post(bare, wait)).status).toBe(200);
  });

  it('is withdrawn while another call waits for it: that call sends the command', async () => {
    const world = new HttpWorld();
    const claim = {
      ...keyOf,
      lane: 'campaign',
      messageId: 'm-other',
      claimedAt: world.link.now,
      expiresAt: 2_000_000_000,
    };
    world.isWorking = false;
    await world.post(bare, key);
    const own = await world.records.find([keyOf]);
    const { commandDigest = '' } = own.get('crm/order-17') ?? {};
    world.queue.splice(0);
    world.sent.splice(0);
    world.records.records.set('crm/order-17', { ...claim, commandDigest });
    world.isWorking = true;

    const waiting = world.post(bare, wait);
    while (world.link.now === claim.claimedAt) await new Promise(setImmediate);
    await world.records.withdraw({ ...claim, commandDigest });

    expect(await waiting).toMatchObject({ status: 200, body: { outcome: { outcome: 'created' } } });
    expect(world.sent).toHaveLength(1);
  });

  it.each([
    ['the same content', bare, wait],
    ['the same content, without a wait', bare, key],
    ['another content', { ...bare, data: { pid: 'tv' } }, wait],
  ])('does not let another call send into a paused lane: %s', async (_, body, headers) => {
    const world = new HttpWorld();
    world.pause();
    const withdraw = world.records.withdraw.bind(world.records);
    const { promise: mayWithdraw, resolve: go } = Promise.withResolvers<void>();
    world.records.withdraw = async (record) => {
      await mayWithdraw;
      await withdraw(record);
    };
    const first = world.post(bare, key);
    while ((await held(world)) === 0) await new Promise(setImmediate);
    const before = world.link.now;

    const second = world.post(body, headers);
    if (headers === wait) while (world.link.now === before) await new Promise(setImmediate);
    else await second;
    go();

    expect((await first).body.type).toMatch(/#lane-paused$/);
    expect((await second).body.type).toMatch(headers === wait ? /#lane-paused$/ : /#in-progress$/);
    expect([world.sent.length, await held(world)]).toEqual([0, 0]);
  });

  it('is not written in a lane that this environment knows as paused', async () => {
    const world = new HttpWorld();
    world.pause();
    await world.post(bare, key);
    let claims = 0;
    const claim = world.records.claim.bind(world.records);
    world.records.claim = (...of) => {
      claims++;
      return claim(...of);
    };

    expect((await world.post(bare, key)).status).toBe(503);
    expect(claims).toBe(0);
    world.link.control.setRecord(world.link.now);
    expect((await world.post(bare, wait)).status).toBe(200);
    expect(claims).toBe(1);
  });

  it('that is not sent when the time of another call is up promises that call nothing', async () => {
    const world = new HttpWorld();
    await dies(world, 'claim');
    world.isWorking = false;

    const answer = await world.post(bare, { ...key, Prefer: 'wait=2' });

    expect([answer.status, answer.headers['Retry-After']]).toEqual([409, '2']);
    expect(world.sent).toEqual([]);
  });
});
