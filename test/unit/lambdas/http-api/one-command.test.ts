import { describe, expect, it } from 'vitest';
import { subjectDigest } from '../../../../lambdas/domain/link/digest.ts';
import { HttpWorld } from '../../../world/http-world.ts';
import { create, linkIdSecret } from '../../../world/link-world.ts';

const { specVersion: _, source: __, requestId: ___, requestedAt: ____, ...bare } = create;
const key = (value: string) => ({ 'Idempotency-Key': value });
const wait = { Prefer: 'wait=10' };

describe('POST /commands with one command', () => {
  it('sends a bare command with what it lacks, and names where to ask for its outcome', async () => {
    const world = new HttpWorld();

    const answer = await world.post(bare, key('"order-17"'));

    expect(answer).toMatchObject({
      status: 202,
      headers: { Location: '/live/v1/requests/order-17', 'Retry-After': '2', 'Cache-Control': 'no-store' },
      body: { requestId: 'order-17', status: 'queued', since: '2026-03-01T10:00:05.000Z' },
    });
    expect(world.sent).toHaveLength(1);
    expect(world.sent[0]).toMatchObject({ lane: 'campaign', sender: 'source:crm', groupId: 'http:crm' });
    expect(JSON.parse(world.sent[0]?.body ?? '')).toEqual({
      ...bare,
      specVersion: '1.0',
      source: 'crm',
      requestId: 'order-17',
      requestedAt: '2026-03-01T10:00:05.000Z',
    });
  });

  it.each(['.', '..'])('refuses the key %s, which no path can name', async (text) => {
    const world = new HttpWorld();
    const inHeader = await world.post(bare, key(text));
    expect(inHeader).toMatchObject({
      status: 400,
      body: { type: expect.stringMatching(/#idempotency-key-malformed$/) },
    });
    const inBody = await world.post({ ...bare, requestId: text });
    expect(inBody).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/requestId', rule: 'format' }] } });
    expect((await world.post([{ ...bare, requestId: text }])).status).toBe(422);
    expect(world.sent).toEqual([]);
  });

  it.each(['...', '.a', '..a', 'a.', '.'.repeat(128)])('names the request %s by its path', async (text) => {
    const world = new HttpWorld();
    const answer = await world.post(bare, key(text));
    expect(answer.body.requestId).toBe(text);
    expect(await world.get(answer.body.href.replace('/live', ''))).toMatchObject({
      status: 200,
      body: { requestId: text },
    });
  });

  it('refuses a partial that is neither true nor false, as for a list', async () => {
    const world = new HttpWorld();
    const answer = await world.post(bare, key('order-17'), { query: { partial: 'TRUE' } });
    expect(answer).toMatchObject({ status: 400, body: { type: expect.stringMatching(/#bad-request$/) } });
    expect(world.sent).toEqual([]);
  });

  it.each([null, 1, 'x', []])('refuses %j, which is JSON, but no command', async (body) => {
    const answer = await new HttpWorld().post(JSON.stringify(body), key('order-17'));
    expect(answer).toMatchObject({ status: 400, body: { title: 'The body is not JSON of commands' } });
  });

  it('keeps the digest of its subject, and not the subject', async () => {
    const world = new HttpWorld();

    await world.post({ ...bare, subject: 'customer 7' }, key('"order-17"'));

    const record = world.records.records.get('crm/order-17');
    expect(record?.subject).toBe(subjectDigest(linkIdSecret, 'customer 7'));
    expect(JSON.stringify(record)).not.toContain('customer 7');
    expect(JSON.parse(world.sent[0]?.body ?? '')).toMatchObject({ subject: 'customer 7' });
  });

  it('waits for the link, and returns it with its outcome', async () => {
    const world = new HttpWorld();

    const answer = await world.post(bare, { ...key('order-17'), ...wait });

    expect(answer).toMatchObject({
      status: 200,
      headers: { 'Preference-Applied': 'wait=10' },
      body: {
        requestId: 'order-17',
        status: 'done',
        outcome: { outcome: 'created', requestId: 'order-17', repeat: false },
        link: { onelinkId: 'A1b3', shortUrl: expect.stringMatching(/^https:\/\/acme\.onelink\.me\/A1b3\//) },
      },
    });
    expect(answer.headers).not.toHaveProperty('Idempotent-Replayed');
    expect(world.limits.places.size).toBe(0);
  });

  it('returns the earlier result to a repeat, and sends nothing', async () => {
    const world = new HttpWorld();
    const first = await world.post(bare, { ...key('order-17'), ...wait });
    world.link.now += 60_000;

    const again = await world.post(bare, key('"order-17"'));

    expect(again).toMatchObject({ status: 200, headers: { 'Idempotent-Replayed': 'true' }, body: first.body });
    expect(world.sent).toHaveLength(1);
  });

  it('refuses another command under the same key, done or not', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    const other = { ...bare, data: { pid: 'print' } };
    await world.post(bare, key('order-17'));

    expect((await world.post(other, key('order-17'))).body).toMatchObject({
      type: 'https://abcdefghij.execute-api.eu-west-1.amazonaws.com/live/problems#key-reused',
      status: 422,
    });
    await world.work();
    expect((await world.post(other, key('order-17'))).status).toBe(422);
    expect(world.sent).toHaveLength(1);
  });

  it('answers a repeat that the request is under way, or waits for the same link', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    await world.post(bare, key('order-17'));

    const busy = await world.post(bare, key('order-17'));
    expect(busy).toMatchObject({
      status: 409,
      headers: { 'Retry-After': '2' },
      body: { title: 'The request is under way' },
    });

    world.isWorking = true;
    const waited = await world.post(bare, { ...key('order-17'), ...wait });
    expect(waited).toMatchObject({ status: 200, body: { link: { onelinkId: 'A1b3' } } });
    expect(waited.headers).not.toHaveProperty('Idempotent-Replayed');
    expect(world.sent).toHaveLength(1);
  });

  it('answers ten calls with one key with one link and one body', async () => {
    const world = new HttpWorld();

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => world.post(bare, { ...key('order-17'), Prefer: 'wait=25' })),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ raw }) => raw.body)).size).toBe(1);
    expect(world.sent).toHaveLength(1);
    expect(world.link.outcomes).toHaveLength(1);
  });

  it('ends a wait when its time is up, and then the outcome is still to come', async () => {
    const world = new HttpWorld();
    world.isWorking = false;

    const answer = await world.post(bare, { ...key('order-17'), ...wait });

    expect(answer).toMatchObject({
      status: 202,
      headers: { 'Preference-Applied': 'wait=10', 'Retry-After': '2', Location: '/live/v1/requests/order-17' },
      body: { status: 'queued' },
    });
    expect(world.link.now - Date.parse('2026-03-01T10:00:05Z')).toBe(10_000);
    expect(world.counts.get('HttpWaitTimedOut')).toBe(1);
  });

  it('waits no longer than the rest of the function’s time allows', async () => {
    const world = new HttpWorld();
    world.isWorking = false;
    world.remainingMilliseconds = 8_000;

    await world.post(bare, { ...key('order-17'), Prefer: 'wait=25' });

    expect(world.link.now - Date.parse('2026-03-01T10:00:05Z')).toBe(5_500);
  });

  it('does not wait if the function has room for one call alone', async () => {
    const world = new HttpWorld({ WAITING_SLOTS: '0' });
    expect((await world.post(bare, { ...key('order-17'), ...wait })).status).toBe(202);
  });

  it('opens no envelope', async () => {
    const world = new HttpWorld();
    const command = { ...create, requestId: 'k' };
    const envelopes = [
      { Type: 'Notification', Message: JSON.stringify(command) },
      { 'detail-type': 'x', detail: command },
      { specversion: '1.0', data: command },
    ];
    for (const envelope of envelopes)
      expect((await world.post(envelope, key('k'))).body.type).toMatch(/#invalid-command$/);
    expect(world.sent).toEqual([]);
  });

  it('does not wait if every place is taken', async () => {
    const world = new HttpWorld({ WAITING_SLOTS: '1' });
    world.limits.places.set(0, world.link.now + 1_000);

    const answer = await world.post(bare, { ...key('order-17'), ...wait });

    expect(answer.status).toBe(202);
    expect(answer.headers).not.toHaveProperty('Preference-Applied');
    expect(world.counts.get('HttpWaitingFull')).toBe(1);
  });

  it.each([
    [{ ...bare, source: 'studio' }, key('k'), 403, 'other-source'],
    [bare, {}, 400, 'idempotency-key-missing'],
    [bare, key('two words'), 400, 'idempotency-key-malformed'],
    [{ ...bare, requestId: 'r-2' }, key('r-1'), 422, 'key-mismatch'],
    [[{ ...bare, requestId: 'r-2' }], key('r-2'), 400, 'idempotency-key-malformed'],
    ['{', key('k'), 400, 'invalid-json'],
    ['"text"', key('k'), 400, 'invalid-json'],
    [[], key('k'), 400, 'invalid-json'],
    [bare, { ...key('k'), 'Content-Type': 'text/plain' }, 415, 'unsupported-media-type'],
    [bare, { ...key('k'), 'Content-Type': 'application/json; charset=latin1' }, 415, 'unsupported-media-type'],
    [bare, { ...key('k'), 'Content-Encoding': 'gzip' }, 415, 'unsupported-media-type'],
    [' '.repeat(1_048_577), key('k'), 413, 'body-too-large'],
  ])('refuses a malformed call (case %#)', async (body, headers, status, problem) => {
    const world = new HttpWorld();

    const answer = await world.post(body, headers as Record<string, string>);

    expect(answer.status).toBe(status);
    expect(answer.headers['Content-Type']).toBe('application/problem+json');
    expect(answer.body.type).toMatch(new RegExp(`/live/problems#${problem}$`));
    expect(answer.body.instance).toBe('urn:uuid:call-1');
    expect(world.sent).toEqual([]);
  });

  it('that reads a link is refused with a pointer to the GET of a link, and is not sent', async () => {
    const world = new HttpWorld();
    const read = { action: 'get', onelinkId: 'A1b3', shortlinkId: 'spring' };
    const answer = await world.post(read, key('k'));
    expect(answer).toMatchObject({
      status: 422,
      body: {
        type: expect.stringMatching(/#invalid-command$/),
        errors: [{ rule: 'read-by-get', detail: expect.stringMatching(/GET \/v1\/links/) }],
      },
    });
    expect(world.sent).toEqual([]);
  });

  it.each(['adopt', 'migrate'])('that takes a link over is sent: %s', async (action) => {
    const world = new HttpWorld();
    const answer = await world.post({ action, onelinkId: 'A1b3', shortlinkId: 'spring' }, key('k'));
    expect(answer.status).toBe(202);
    expect(JSON.parse(world.sent[0]?.body ?? '')).toMatchObject({ action, shortlinkId: 'spring' });
  });

  it('names every fault of a command, with its pointer', async () => {
    const world = new HttpWorld();

    const answer = await world.post({ ...bare, data: { 'af_sub/1': 7 }, ttl: '0d', colour: 1 }, key('k'));

    expect(answer).toMatchObject({ status: 422, body: { type: expect.stringMatching(/#invalid-command$/) } });
    const pointers = answer.body.errors.map(({ pointer, rule }: { pointer: string; rule: string }) => [pointer, rule]);
    expect(pointers).toContainEqual(['#/data/pid', 'required']);
    expect(pointers).toContainEqual(['#/ttl', 'ttl']);
    expect(pointers).toContainEqual(['#/colour', 'unknown-field']);
  });

  it('finds a field that the body has twice', async () => {
    const world = new HttpWorld();
    const text = '{"action":"create","onelinkId":"A1b3","data":{"pid":"sms","pid":"print"}}';

    const answer = await world.post(text, key('k'));

    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/data/pid', rule: 'duplicate' }] } });
  });

  it('sends nothing to a paused lane, and still returns recorded outcomes', async () => {
    const world = new HttpWorld();
    await world.post(bare, { ...key('order-17'), ...wait });
    world.link.control.setRecord(world.link.now, {
      lanes: { campaign: { state: 'paused', reason: 'operator' } },
    } as never);

    expect(await world.post(bare, key('order-18'))).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '60' },
      body: { type: expect.stringMatching(/#lane-paused$/) },
    });
    expect((await world.post(bare, key('order-17'))).status).toBe(200);
    expect(world.sent).toHaveLength(1);
  });

  it('sends to the lane that the query names, if it is the producer’s', async () => {
    const world = new HttpWorld();
    await world.post(bare, key('k'), { query: { lane: 'fast' } });
    expect(world.sent[0]?.lane).toBe('fast');

    const other = await world.post(bare, key('l'), { query: { lane: 'fast' }, source: 'studio' });
    expect(other.body.type).toMatch(/#unknown-lane$/);
  });

  it.each([
    ['chosen ID taken', 409, 'id-taken', 'shortlink-id-taken'],
    ['stale', 409, 'not-applied', 'valid-until-passed'],
  ])('answers an outcome without effect as a problem: %s', async (what, status, problem, reason) => {
    const world = new HttpWorld();
    const chosen = { ...bare, shortlinkId: 'spring' };
    if (what === 'chosen ID taken') await world.post(chosen, { ...key('first'), ...wait });
    const body =
      what === 'stale' ? { ...bare, validUntil: '2026-03-01T09:00:00Z' } : { ...chosen, data: { pid: 'tv' } };

    const answer = await world.post(body, { ...key('second'), ...wait });

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ type: expect.stringMatching(new RegExp(`#${problem}$`)), reason });
    // A repeat gets the same problem.
    const again = await world.post(body, key('second'));
    expect([again.status, again.headers['Idempotent-Replayed']]).toEqual([status, 'true']);
  });
});
