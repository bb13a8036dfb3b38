import { test as base, describe, expect } from 'vitest';
import { chosen, create, LinkWorld, update } from '../../../world/link-world.ts';

const [crmRole, studioRole, stranger] = ['AROACRM', 'AROASTUDIO', 'AROASTRANGER'];
const SENDERS = { crm: [crmRole], studio: [studioRole] };
const it = base.extend('world', () => new LinkWorld({ SENDERS }));

const decided = (decision: 'confirmed' | 'rejected') => ({
  [`crm/${stranger}`]: { decision, at: 1, reason: 'a new role' },
});

describe('a command from a sender', () => {
  it('of its own source is carried out, without a look at the decisions', async ({ world }) => {
    await world.deliver({ body: create, sender: crmRole });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.decisionsRead).toBe(0);
  });

  it('of an unbound source is carried out, from every sender', async () => {
    const world = new LinkWorld({ SENDERS: { studio: [studioRole] } });
    await world.deliver({ body: create, sender: stranger });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.decisionsRead).toBe(0);
  });

  it('is parked with its first sender and message group', async ({ world }) => {
    world.control.setRecord(world.now, {
      lanes: { campaign: { state: 'parking', since: world.now, reason: 'quota-reserve-reached' } },
    });
    await world.deliver({ body: create, sender: crmRole, groupId: 'tenant-7' });
    expect(world.parked).toMatchObject([{ sender: crmRole, groupId: 'tenant-7' }]);
  });
});

describe('a command from another producer’s sender', () => {
  it('is rejected, archived and counted, and its outcome goes to the producer that sent it', async ({ world }) => {
    const metadata = { note: 'mine' };
    expect(await world.deliver({ body: { ...create, metadata }, messageId: 'm-7', sender: studioRole })).toEqual([
      'done',
    ]);
    const faults = [
      { path: 'source', rule: 'not-allowed', message: 'must name the producer whose role or user sent the message' },
    ];
    expect(world.outcomes).toMatchObject([
      {
        outcome: 'rejected',
        reason: 'sender-not-allowed',
        source: 'studio',
        requestId: 'r-1',
        messageId: 'm-7',
        faults,
      },
    ]);
    expect(world.rejected).toMatchObject([
      { source: 'studio', messageId: 'm-7', body: JSON.stringify({ ...create, metadata }) },
    ]);
    expect(Object.fromEntries(world.counts)).toMatchObject({ SenderNotAllowed: 1, CommandRejected: 1 });
    expect(world.api.calls).toEqual([]);
  });

  it('is rejected before the contract is checked, and if it names an unbound source', async () => {
    const world = new LinkWorld({ SENDERS: { studio: [studioRole] } });
    await world.deliver({ body: { ...create, ttl: 'soon' }, sender: studioRole });
    expect(world.outcomes).toMatchObject([{ reason: 'sender-not-allowed', source: 'studio' }]);
    expect(world.outcomes[0]?.faults).toHaveLength(1);
  });

  it('leaves the record of the request to the producer that it names', async ({ world }) => {
    await world.deliver({ body: create, messageId: 'm-1', sender: studioRole });
    await world.deliver({ body: create, messageId: 'm-2', sender: crmRole });
    expect(world.outcomes).toMatchObject([
      { outcome: 'rejected', source: 'studio' },
      { outcome: 'created', source: 'crm', repeat: false },
    ]);
  });

  it('without a readable source is refused by the contract', async ({ world }) => {
    await world.deliver({ body: 'not JSON', sender: studioRole });
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'invalid-command', source: null }]);
  });
});

describe('a command from an unknown sender', () => {
  it('is held with all that a replay needs, and its source hears that it waits', async ({ world }) => {
    const sent = { body: create, messageId: 'm-7', receiveCount: 2, sender: stranger, groupId: 'tenant-7' };
    expect(await world.deliver(sent)).toEqual(['done']);
    expect(world.held).toEqual([
      {
        v: 1,
        lane: 'campaign',
        messageId: 'm-7',
        sentAtMilliseconds: Date.parse('2026-03-01T10:00:01Z'),
        receiveCount: 2,
        parkedAtMilliseconds: Date.parse('2026-03-01T10:00:05Z'),
        source: 'crm',
        requestId: 'r-1',
        sender: stranger,
        groupId: 'tenant-7',
        body: expect.any(String),
      },
    ]);
    expect(JSON.parse(world.held[0]?.body ?? '')).toEqual(create);
    expect(world.outcomes).toMatchObject([
      { outcome: 'parked', reason: 'sender-unknown', source: 'crm', requestId: 'r-1' },
    ]);
    expect(Object.fromEntries(world.counts)).toMatchObject({ CommandHeld: 1 });
    expect(world.counts.has('CommandParked')).toBe(false);
    expect(world.api.calls).toEqual([]);
  });

  it('gives its source no metadata, because they are the words of a stranger', async ({ world }) => {
    const metadata = { note: 'call +1 555 0100' };
    await world.deliver({ body: { ...create, metadata }, sender: stranger });
    await world.deliver({ body: { ...create, metadata, ttl: 'soon' }, messageId: 'm-2', sender: stranger });
    expect(world.outcomes.map(({ reason }) => reason)).toEqual(['sender-unknown', 'sender-unknown']);
    expect(JSON.stringify(world.outcomes)).not.toContain('555');
    expect(JSON.parse(world.held[0]?.body ?? '')).toMatchObject({ metadata });
  });

  it('may name a request that has its final outcome', async ({ world }) => {
    await world.deliver({ body: create, messageId: 'm-1', sender: crmRole });
    await world.deliver({ body: create, messageId: 'm-2', sender: stranger });
    expect(world.outcomes).toMatchObject([
      { outcome: 'created', requestId: 'r-1', messageId: 'm-1' },
      { outcome: 'parked', reason: 'sender-unknown', requestId: 'r-1', messageId: 'm-2' },
    ]);
  });

  it('is held unchanged if it is invalid, even without a request ID', async ({ world }) => {
    const body = '{ "source": "crm", "requestId": "a b", "ttl": 14.0 }';
    await world.deliver({ body, sender: stranger });
    expect(world.held).toMatchObject([{ source: 'crm', requestId: '', body }]);
    expect(world.outcomes).toMatchObject([
      { outcome: 'parked', reason: 'sender-unknown', source: 'crm', requestId: null },
    ]);
  });

  it('does not stop the commands of known senders, not even those of the same link', async ({ world }) => {
    world.control.setRecord(world.now, { parkedAt: world.now });
    expect(await world.deliver({ body: update, sender: stranger }, { body: chosen, sender: crmRole })).toEqual([
      'done',
      'done',
    ]);
    expect(world.outcomeKinds.toSorted()).toEqual(['created', 'parked']);
    expect(await world.ledger.parkOrder({ onelinkId: 'A1b3', shortlinkId: 'spring' })).toEqual([]);
  });

  it.each(['hold', 'publish'] as const)(
    'returns if the worker fails at %s, and is held with the next delivery',
    async (what) => {
      const world = new LinkWorld({ SENDERS });
      world.failNext.add(what);
      expect(await world.deliver({ body: create, sender: stranger })).toEqual(['try-again']);
      expect(world.outcomes).toEqual([]);
      expect(await world.deliver({ body: create, sender: stranger, receiveCount: 2 })).toEqual(['done']);
      expect(world.held.length).toBeGreaterThan(0);
      expect(world.outcomeKinds).toEqual(['parked']);
    },
  );

  it('is carried out once an operator has confirmed the sender', async ({ world }) => {
    world.decisions = decided('confirmed');
    await world.deliver({ body: create, sender: stranger });
    expect(world.outcomeKinds).toEqual(['created']);
  });

  it('is rejected once an operator has rejected the sender, and its outcome is nobody’s', async ({ world }) => {
    world.decisions = decided('rejected');
    await world.deliver({ body: create, messageId: 'm-7', sender: stranger });
    expect(world.outcomes).toMatchObject([
      { outcome: 'rejected', reason: 'sender-not-allowed', source: null, messageId: 'm-7' },
    ]);
    expect(Object.fromEntries(world.counts)).toMatchObject({ SenderNotAllowed: 1 });
  });

  it('costs one read of the decisions in thirty seconds, and one more for what the replayer sends back', async ({
    world,
  }) => {
    const strange = { body: create, sender: stranger };
    await world.deliver(strange, strange);
    world.now += 29_999;
    await world.deliver(strange);
    expect(world.decisionsRead).toBe(1);
    world.decisions = decided('confirmed');
    await world.deliver({ ...strange, replayed: true });
    expect(world.decisionsRead).toBe(2);
    expect(world.outcomeKinds.at(-1)).toBe('created');
    world.now += 30_000;
    await world.deliver({ ...strange, body: { ...create, requestId: 'r-2' } });
    expect(world.decisionsRead).toBe(3);
  });

  it('is carried out once, however often it was held', async ({ world }) => {
    await world.deliver({ body: create, messageId: 'm-1', sender: stranger });
    await world.deliver({ body: create, messageId: 'm-1', receiveCount: 2, sender: stranger });
    world.decisions = decided('confirmed');
    for (const { body, messageId, sender } of world.held) {
      await world.deliver({ body: JSON.parse(body), messageId, ...(sender && { sender }), replayed: true });
    }
    expect(world.api.calls.filter((call) => call === 'create')).toHaveLength(1);
    expect(
      new Set(world.outcomes.filter(({ outcome }) => outcome === 'created').map(({ outcomeId }) => outcomeId)).size,
    ).toBe(1);
  });
});
