import { test as base, describe, expect } from 'vitest';
import { create, derivedIdOfCreate, LinkWorld } from '../../../world/link-world.ts';

const it = base.extend('world', () => new LinkWorld());

describe('a batch', () => {
  it('makes one link of two copies, and answers the second as a repeat', async ({ world }) => {
    const dispositions = await world.deliver(
      { body: create },
      { body: { ...create, requestedAt: '2026-03-01T10:00:03Z' } },
    );
    expect(dispositions).toEqual(['done', 'done']);
    expect(world.api.calls).toEqual(['create']);
    expect(world.outcomes.map(({ outcome, repeat, messageId }) => [outcome, repeat, messageId])).toEqual([
      ['created', false, 'm-1'],
      ['created', true, 'm-2'],
    ]);
    expect(world.outcomes[0]?.outcomeId).toBe(world.outcomes[1]?.outcomeId);
  });

  it('makes one link of three creates that chose the same ID, and pays for no 409', async ({ world }) => {
    const chosen = (requestId: string) => ({
      body: { ...create, requestId, shortlinkId: 'spring', data: { pid: requestId } },
    });
    await world.deliver(chosen('r-1'), chosen('r-2'), chosen('r-3'));
    expect(world.told).toEqual(['created', 'conflict', 'conflict']);
    expect(world.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });

  it('carries out the changes of one link in the order in which they were asked for', async ({ world }) => {
    const made = { ...create, shortlinkId: 'spring' };
    const change = (requestId: string, requestedAt: string) => ({
      body: { ...made, action: 'update', requestId, requestedAt, data: { pid: requestId } },
    });
    await world.deliver(change('u-2', '2026-03-01T12:00:02+02:00'), change('u-1', '2026-03-01T10:00:01Z'), {
      body: made,
    });
    expect(world.outcomes.map(({ requestId, outcome }) => `${requestId} ${outcome}`)).toEqual([
      'r-1 created',
      'u-1 updated',
      'u-2 updated',
    ]);
  });

  it('answers a repeat of an earlier batch in the same words, without a call', async ({ world }) => {
    await world.deliver({ body: create });
    world.now += 86_400_000;
    await world.deliver({ body: create, messageId: 'm-9' });
    expect(world.api.calls).toEqual(['create']);
    const [first, again] = world.outcomes;
    expect(again).toEqual({ ...first, messageId: 'm-9', repeat: true });
  });

  it('rejects another command under a requestId that was used, and keeps the first’s answer', async ({ world }) => {
    await world.deliver({ body: create }, { body: { ...create, data: { pid: 'mail' } } });
    expect(world.outcomes[1]).toMatchObject({
      outcome: 'rejected',
      reason: 'request-id-reused',
      faults: [{ path: 'requestId', rule: 'unique', message: 'was used for another command before' }],
    });
    await world.deliver({ body: create, messageId: 'm-3' });
    expect(world.told).toEqual(['created', 'rejected', 'created*']);
    expect(world.api.quotaCalls).toBe(1);
  });

  it('answers what is stale after a free look, whatever the quota, and remembers it', async ({ world }) => {
    const parking = { state: 'parking', reason: 'quota-reserve-reached', since: 1 } as const;
    world.control.say(world.now, { lanes: { campaign: parking } });
    const late = { ...create, validUntil: '2026-03-01T10:00:04Z' };
    await world.deliver({ body: late });
    expect(world.api.calls).toEqual(['read']);
    await world.deliver({ body: late, messageId: 'm-2' });
    expect(world.api.calls).toEqual(['read']);
    expect(world.told).toEqual(['stale', 'stale*']);
  });

  it('does not call stale what an earlier delivery made in time', async ({ world }) => {
    const inTime = { ...create, validUntil: '2026-03-01T10:00:10Z' };
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: inTime });
    world.now += 3_600_000;
    await world.deliver({ body: inTime, receiveCount: 2 });
    expect(world.told).toEqual(['created']);
  });

  it('calls stale what no earlier delivery has made, after a free look', async ({ world }) => {
    await world.deliver({ body: { ...create, validUntil: '2026-03-01T10:00:04Z' }, receiveCount: 2 });
    expect(world.api.calls).toEqual(['read']);
    expect(world.told).toEqual(['stale']);
  });

  it('tells every fault of an invalid command, archives it whole, and acknowledges it', async ({ world }) => {
    const invalid = { ...create, ttl: '400d', brandDomain: 'elsewhere.example', data: { c: 'x' } };
    expect(await world.deliver({ body: invalid })).toEqual(['done']);
    expect(world.api.calls).toEqual([]);
    expect(world.outcomes[0]).toMatchObject({
      outcome: 'rejected',
      reason: 'invalid-command',
      source: 'crm',
      requestId: 'r-1',
    });
    expect(world.outcomes[0]?.faults?.map(({ path, rule }) => `${path}: ${rule}`)).toEqual([
      'data.pid: required',
      'ttl: ttl',
      'brandDomain: not-allowed',
    ]);
    expect(world.rejected).toMatchObject([{ body: JSON.stringify(invalid), sentAt: '2026-03-01T10:00:01.000Z' }]);
  });

  it('lets a mended command through under the requestId of a rejected one', async ({ world }) => {
    await world.deliver({ body: { ...create, ttl: '400d' } });
    await world.deliver({ body: create, messageId: 'm-2' });
    expect(world.told).toEqual(['rejected', 'created']);
  });

  it('acknowledges a rejected command only when it is in the archive', async ({ world }) => {
    world.failNext.add('archive');
    expect(await world.deliver({ body: 'not JSON' })).toEqual(['try-again']);
    expect(world.outcomes).toEqual([]);
  });

  it('gives back what it has no time for, without beginning it', async ({ world }) => {
    world.remainingMilliseconds = 14_999;
    expect(await world.deliver({ body: create })).toEqual(['out-of-time']);
    expect(world.api.calls).toEqual([]);
  });

  it('does messages that were seen before thrice alone and last', async ({ world }) => {
    const suspect = {
      body: { ...create, requestId: 'suspect', shortlinkId: 'suspect' },
      messageId: 'm-s',
      receiveCount: 3,
    };
    const others = Array.from({ length: 5 }, (_, index) => ({
      body: { ...create, requestId: `r-${index}` },
      messageId: `m-${index}`,
    }));
    await world.deliver(suspect, ...others);
    expect(world.outcomes.at(-1)?.requestId).toBe('suspect');
  });

  it('brings back the commands whose request records cannot be read, without a call', async ({ world }) => {
    world.ledger.failNext.add('requests');
    expect(await world.deliver({ body: create })).toEqual(['try-again']);
    expect(world.api.calls).toEqual([]);
  });

  it('reads request records in small groups, as late as it can, so that it sees what others did meanwhile', async () => {
    const world = new LinkWorld({ CALLS_IN_FLIGHT: 1 });
    const batch = Array.from({ length: 60 }, (_, index) => ({
      body: { ...create, requestId: `r-${index}` },
      messageId: `m-${index}`,
    }));
    const elsewhere = new LinkWorld();
    await elsewhere.deliver({ body: { ...create, requestId: 'r-59' }, messageId: 'elsewhere' });
    world.api.afterCalls(30, () => {
      for (const [key, record] of elsewhere.ledger.answered) world.ledger.answered.set(key, record);
    });
    await world.deliver(...batch);
    expect(world.api.calls).toHaveLength(59);
    expect(world.told.filter((kind) => kind === 'created*')).toHaveLength(1);
  });

  it('fits an outcome into SNS’s 256 KiB, however many faults a command has', async ({ world }) => {
    const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`${index}${'x'.repeat(300)}`, 1]));
    await world.deliver({ body: { ...create, ...fields } });
    expect(JSON.stringify(world.outcomes[0]).length).toBeLessThan(100_000);
    expect(world.outcomes[0]?.faults?.at(-1)).toEqual({ path: '', rule: 'more', message: 'and 19980 more faults' });
  });

  it('answers a stale command as stale again, under whatever validUntil it is repeated', async ({ world }) => {
    const past = new Date(world.now - 1_000).toISOString();
    const later = new Date(world.now + 3_600_000).toISOString();
    await world.deliver({ body: { ...create, validUntil: past } });
    await world.deliver({ body: { ...create, validUntil: later }, messageId: 'm-2' });
    await world.deliver({ body: { ...create, requestId: 'another', validUntil: later }, messageId: 'm-3' });
    expect(world.outcomes.map(({ outcome, repeat }) => `${outcome} ${repeat}`)).toEqual([
      'stale false',
      'stale true',
      'created false',
    ]);
  });

  it.each([
    [{ data: { pid: 'sms', x: 7 } }, { data: { x: '7', pid: 'sms' } }, 'created true'],
    [{ qr: {} }, { qr: { format: 'png' } }, 'created true'],
    [{ ttl: 14 }, { ttl: '14' }, 'rejected false'],
    [{ ttl: '14' }, { ttl: '14d' }, 'rejected false'],
    [{}, { renewTtl: true }, 'rejected false'],
    [{ qr: { format: 'jpg' } }, { qr: { format: 'jpeg' } }, 'rejected false'],
    [{ data: { pid: 'sms', x: '<' } }, { data: { pid: 'sms', x: '%3C' } }, 'rejected false'],
  ])('compares a repeat as it is written, data as text: %j and %j', async (first, second, told) => {
    const world = new LinkWorld();
    await world.deliver({ body: { ...create, ...first } });
    await world.deliver({ body: { ...create, ...second }, messageId: 'm-2' });
    expect(world.outcomes.map(({ outcome, repeat }) => `${outcome} ${repeat}`)).toEqual(['created false', told]);
  });

  it('gives each rejection of a command that was mended in vain an outcome of its own', async ({ world }) => {
    await world.deliver({ body: { ...create, ttl: '400d' } }, { body: { ...create, ttl: '500d' } });
    expect(new Set(world.outcomes.map(({ outcomeId }) => outcomeId)).size).toBe(2);
  });

  it('hands a QR command of the link’s owner on, and refuses a stranger’s', async ({ world }) => {
    await world.deliver({ body: create });
    const qr = { ...create, data: undefined, action: 'qr', shortlinkId: derivedIdOfCreate };
    await world.deliver(
      { body: { ...qr, requestId: 'q-1', qr: { format: 'jpg' } }, messageId: 'm-2' },
      { body: { ...qr, requestId: 'q-2', source: 'studio' }, messageId: 'm-3' },
    );
    expect(world.qrJobs).toMatchObject([
      { requestId: 'q-1', action: 'qr', messageId: 'm-2', qr: { format: 'jpg' }, version: 1 },
    ]);
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'not-owner', requestId: 'q-2' });
  });
});
