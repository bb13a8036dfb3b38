import { describe, expect, it } from 'vitest';
import { HttpWorld } from '../../../world/http-world.ts';
import { create } from '../../../world/link-world.ts';

const { specVersion: _, source: __, requestId: ___, requestedAt: ____, ...bare } = create;
const named = (requestId: string, change: object = {}) => ({ ...bare, requestId, ...change });
const invalid = { ...bare, requestId: 'bad', data: {} };

describe('POST /commands with a list', () => {
  it('sends all of a valid list, and answers in its order', async () => {
    const world = new HttpWorld();

    const answer = await world.post([named('r-1'), named('r-2')]);

    expect(answer).toMatchObject({
      status: 202,
      headers: { 'Retry-After': '2' },
      body: {
        commands: [
          { requestId: 'r-1', status: 'queued' },
          { requestId: 'r-2', status: 'queued' },
        ],
      },
    });
    expect(world.sent.map(({ body }) => JSON.parse(body).requestId)).toEqual(['r-1', 'r-2']);
  });

  it('waits for all of them', async () => {
    const world = new HttpWorld();

    const answer = await world.post([named('r-1'), named('r-2')], { Prefer: 'wait=5' });

    expect(answer).toMatchObject({
      status: 200,
      body: { commands: [{ status: 'done', link: { onelinkId: 'A1b3' } }, { status: 'done' }] },
    });
  });

  it('sends nothing of a list with an invalid command, and names all faults', async () => {
    const world = new HttpWorld();

    const answer = await world.post([named('r-1'), invalid, { ...bare }, 7]);

    expect(answer).toMatchObject({ status: 422, body: { type: expect.stringMatching(/#invalid-command$/) } });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/1/data/pid',
      '#/2/requestId',
      '#/3',
    ]);
    expect(world.sent).toEqual([]);
  });

  it('sends the valid part of a list with partial=true', async () => {
    const world = new HttpWorld();

    const answer = await world.post([invalid, named('r-2')], {}, { query: { partial: 'true' } });

    expect(answer).toMatchObject({
      status: 202,
      body: {
        commands: [
          { requestId: 'bad', problem: { status: 422, errors: [{ pointer: '#/0/data/pid', rule: 'required' }] } },
          { requestId: 'r-2', status: 'queued' },
        ],
      },
    });
    expect(answer.body.commands[0].problem.detail).toContain('It was not sent.');
    expect(answer.body.commands[0].problem.detail).not.toContain('Nothing was sent');
    expect(world.sent).toHaveLength(1);
  });

  it('is 200 if each command that was sent is done, and names the wait', async () => {
    const world = new HttpWorld();

    const answer = await world.post([invalid, named('r-2')], { Prefer: 'wait=26' }, { query: { partial: 'true' } });

    expect(answer).toMatchObject({
      status: 200,
      headers: { 'Preference-Applied': 'wait=25' },
      body: { commands: [{ requestId: 'bad', problem: {} }, { status: 'done' }] },
    });
  });

  it('gives an entry no request ID that is not readable', async () => {
    const world = new HttpWorld();
    const list = [named('two words'), named('r-2'), named('x'.repeat(129)), { ...bare, requestId: 7 }, 'text'];

    const answer = await world.post(list, {}, { query: { partial: 'true' } });

    const ids = answer.body.commands.map(({ requestId }: { requestId?: string }) => requestId);
    expect(ids).toEqual([undefined, 'r-2', undefined, undefined, undefined]);
  });

  it('is 202 while a command is parked, and asks to come later', async () => {
    const world = new HttpWorld();
    await world.post([named('r-1')]);
    const held = [...world.records.records.values()];
    for (const record of held) record.waiting = { state: 'parked', reason: 'quota-exceeded', at: world.link.now };

    const answer = await world.post([named('r-1')]);

    expect(answer).toMatchObject({
      status: 202,
      headers: { 'Retry-After': '60' },
      body: { commands: [{ status: 'parked' }] },
    });
  });

  it('refuses a partial list without a valid command', async () => {
    const world = new HttpWorld();
    expect((await world.post([invalid], {}, { query: { partial: 'true' } })).status).toBe(422);
  });

  it('refuses two commands of one request ID', async () => {
    const world = new HttpWorld();

    const answer = await world.post([named('r-1'), named('r-1')]);

    expect(answer.body.errors).toEqual([
      { pointer: '#/1/requestId', rule: 'unique', detail: 'is that of an earlier command in the list' },
    ]);
    expect(world.sent).toEqual([]);
  });

  it('finds a number whose digits would be lost, in the third command', async () => {
    const world = new HttpWorld();
    const text = `[${JSON.stringify(named('r-1'))} , ${JSON.stringify(named('r-2'))},
      {"requestId":"r-3","action":"create","onelinkId":"A1b3","data":{"pid":"a,[\\"]}","n":12345678901234567890}}]`;

    const answer = await world.post(text);

    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/2/data/n', rule: 'number' }] } });
  });

  it('refuses a list if a key of it was used for another command, unless it is partial', async () => {
    const world = new HttpWorld();
    await world.post([named('r-1')], { Prefer: 'wait=5' });
    const list = [named('r-1', { data: { pid: 'tv' } }), named('r-2')];

    const whole = await world.post(list);
    expect(whole).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/0/requestId', rule: 'unique' }] } });
    expect(whole.body.type).toMatch(/#key-reused$/);
    expect(world.sent).toHaveLength(1);

    const part = await world.post(list, {}, { query: { partial: 'true' } });
    expect(part.body.commands[0].problem.type).toMatch(/#key-reused$/);
    expect(world.sent).toHaveLength(2);
  });

  it('returns the recorded outcomes of a list that is repeated', async () => {
    const world = new HttpWorld();
    await world.post([named('r-1')], { Prefer: 'wait=5' });

    const answer = await world.post([named('r-1'), named('r-2')], { Prefer: 'wait=5' });

    expect(answer).toMatchObject({ status: 200, body: { commands: [{ status: 'done' }, { status: 'done' }] } });
    expect(world.sent).toHaveLength(2);
  });

  it('takes a hundred commands, and no more', async () => {
    const world = new HttpWorld();
    const list = (count: number) => Array.from({ length: count }, (_, index) => named(`r-${index}`));

    expect((await world.post(list(101))).status).toBe(400);
    expect((await world.post(list(100))).status).toBe(202);
    expect(world.sent).toHaveLength(100);
  });

  it('cuts the faults of a hostile list', async () => {
    const world = new HttpWorld();
    const hostile = Array.from({ length: 100 }, () =>
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${'é'.repeat(20)}${index}`, 1])),
    );

    const answer = await world.post(hostile);

    expect(answer.status).toBe(422);
    expect(answer.body.errors).toHaveLength(101);
    expect(answer.raw.body.length).toBeLessThan(300_000);
  });
});
