import { test as base, describe, expect } from 'vitest';
import { OtherLinkIdSecretError } from '../../../../lambdas/domain/link/link-id-secret.ts';
import {
  chosen,
  create,
  creates,
  derivedIdOfCreate,
  LinkWorld,
  linkIdSecret,
  qr,
  update,
} from '../../../world/link-world.ts';

const it = base.extend('world', () => new LinkWorld());

describe('a batch', () => {
  it('is returned whole, without a call, while the link-ID secret is not the ledger’s', async () => {
    const secret = { known: false };
    const world = new LinkWorld(
      {},
      {
        linkIdSecret: {
          value: async () => {
            if (!secret.known) throw new OtherLinkIdSecretError('arn:link-id');
            return linkIdSecret;
          },
        },
      },
    );
    expect(await world.deliver({ body: create }, { body: 'no JSON' })).toEqual(['lane-paused', 'lane-paused']);
    expect(world.api.calls).toEqual([]);
    expect(world.outcomes).toEqual([]);
    expect(world.counts.get('CommandReturned')).toBe(2);

    secret.known = true;
    expect(await world.deliver({ body: create })).toEqual(['done']);
    expect(world.outcomeKinds).toEqual(['created']);
  });

  it('fails only when its poll of the quota has ended, because the invocation ends with it', async () => {
    // Given: the secret cannot be read, there is no control record, and the poll takes long.
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const polls: string[] = [];
    const world: LinkWorld = new LinkWorld(
      {},
      {
        linkIdSecret: {
          value: async () => {
            throw new Error('the secret cannot be read');
          },
        },
        quota: async (accountId) => {
          polls.push('begun');
          await answered;
          const quota = await world.api.client.quota(accountId);
          polls.push('ended');
          return quota;
        },
      },
    );
    world.control.control = undefined;
    // When
    const failed = world.deliver({ body: create }).catch(({ message }: Error) => polls.push(message));
    await new Promise(setImmediate);
    // Then
    expect(polls).toEqual(['begun']);
    // When
    answer();
    await failed;
    // Then
    expect(polls).toEqual(['begun', 'ended', 'the secret cannot be read']);
  });

  it('makes one link for two copies, and answers the second as a repeat', async ({ world }) => {
    const copy = { ...create, requestedAt: '2026-03-01T10:00:03Z' };
    expect(await world.deliver({ body: create }, { body: copy })).toEqual(['done', 'done']);
    expect(world.api.calls).toEqual(['create']);
    expect(world.outcomes.map(({ outcome, repeat, messageId }) => [outcome, repeat, messageId])).toEqual([
      ['created', false, 'm-1'],
      ['created', true, 'm-2'],
    ]);
    expect(world.outcomes[0]?.outcomeId).toBe(world.outcomes[1]?.outcomeId);
  });

  it('makes one link for three creates with the same chosen ID, without a 409', async ({ world }) => {
    const create = (requestId: string) => ({ body: { ...chosen, requestId, data: { pid: requestId } } });
    await world.deliver(create('r-1'), create('r-2'), create('r-3'));
    expect(world.outcomeKinds).toEqual(['created', 'conflict', 'conflict']);
    expect(world.api.calls.filter((call) => call === 'create')).toEqual(['create']);
  });

  it('carries out the changes of one link in the order of `requestedAt`', async ({ world }) => {
    const change = (requestId: string, requestedAt: string) => ({ body: { ...update, requestId, requestedAt } });
    const later = change('u-2', '2026-03-01T12:00:02+02:00');
    await world.deliver(later, change('u-1', '2026-03-01T10:00:01Z'), { body: chosen });
    expect(world.outcomes.map(({ requestId, outcome }) => `${requestId} ${outcome}`)).toEqual([
      'r-1 created',
      'u-1 updated',
      'u-2 updated',
    ]);
  });

  it('answers a repeat of an earlier batch with the same outcome, without a call', async ({ world }) => {
    await world.deliver({ body: create });
    world.now += 86_400_000;
    await world.deliver({ body: create, messageId: 'm-9' });
    expect(world.api.calls).toEqual(['create']);
    const [first, again] = world.outcomes;
    expect(again).toEqual({ ...first, messageId: 'm-9', repeat: true });
  });

  it('counts a link once, although the campaign sender sends its row again under one message ID', async ({ world }) => {
    await world.deliver({ body: create, messageId: 'm-1' });
    await world.deliver({ body: create, messageId: 'm-1' });
    expect(world.outcomes.map(({ repeat }) => repeat)).toEqual([false, false]);
    expect([world.counts.get('LinkCreated'), world.counts.get('CommandRepeated')]).toEqual([1, 1]);
  });

  it('counts a link for the delivery after a crash, whose own count is lost', async ({ world }) => {
    world.failNext.add('publish');
    await world.deliver({ body: create, messageId: 'm-1' });
    expect(world.counts.get('LinkCreated')).toBeUndefined();
    await world.deliver({ body: create, messageId: 'm-1', receiveCount: 2 });
    expect([world.counts.get('LinkCreated'), world.counts.get('CommandRepeated')]).toEqual([1, undefined]);
  });

  it('rejects another command under a used requestId, and keeps the first outcome', async ({ world }) => {
    await world.deliver({ body: create }, { body: { ...create, data: { pid: 'mail' } } });
    expect(world.outcomes[1]).toMatchObject({
      outcome: 'rejected',
      reason: 'request-id-reused',
      faults: [{ path: 'requestId', rule: 'unique', message: 'was used for another command before' }],
    });
    await world.deliver({ body: create, messageId: 'm-3' });
    expect(world.outcomeKinds).toEqual(['created', 'rejected', 'created*']);
    expect(world.api.quotaCalls).toBe(1);
  });

  it.each([1, 2])('ends a stale command after a GET, whatever the quota (delivery %i)', async (receiveCount) => {
    const world = new LinkWorld();
    const parking = { state: 'parking', reason: 'quota-reserve-reached', since: 1 } as const;
    world.control.setRecord(world.now, { lanes: { campaign: parking } });
    const late = { ...create, validUntil: '2026-03-01T10:00:04Z' };
    await world.deliver({ body: late, receiveCount });
    expect(world.api.calls).toEqual(['read']);
    await world.deliver({ body: late, messageId: 'm-2' });
    expect(world.api.calls).toEqual(['read']);
    expect(world.outcomeKinds).toEqual(['stale', 'stale*']);
  });

  it('ends a stale create as `created` if an earlier delivery made its link in time', async ({ world }) => {
    const inTime = { ...create, validUntil: '2026-03-01T10:00:10Z' };
    world.ledger.failNext.add('addLink');
    await world.deliver({ body: inTime });
    world.now += 3_600_000;
    await world.deliver({ body: inTime, receiveCount: 2 });
    expect(world.outcomeKinds).toEqual(['created']);
  });

  it('publishes every fault of an invalid command, archives it whole, and acknowledges it', async ({ world }) => {
    const invalid = { ...create, ttl: '400d', brandDomain: 'elsewhere.example', data: { c: 'x' } };
    expect(await world.deliver({ body: invalid })).toEqual(['done']);
    expect(world.api.calls).toEqual([]);
    const refused = { outcome: 'rejected', reason: 'invalid-command', source: 'crm', requestId: 'r-1' };
    expect(world.outcomes[0]).toMatchObject(refused);
    expect(world.outcomes[0]?.faults?.map(({ path, rule }) => `${path}: ${rule}`)).toEqual([
      'data.pid: required',
      'ttl: ttl',
      'brandDomain: not-allowed',
    ]);
    expect(world.rejected).toMatchObject([{ body: JSON.stringify(invalid), sentAt: '2026-03-01T10:00:01.000Z' }]);
  });

  it('accepts a corrected command under the requestId of a rejected one', async ({ world }) => {
    await world.deliver({ body: { ...create, ttl: '400d' } });
    await world.deliver({ body: create, messageId: 'm-2' });
    expect(world.outcomeKinds).toEqual(['rejected', 'created']);
  });

  it('acknowledges a rejected command only after it is in the archive', async ({ world }) => {
    world.failNext.add('archive');
    expect(await world.deliver({ body: 'not JSON' })).toEqual(['try-again']);
    expect(world.outcomes).toEqual([]);
  });

  it('returns commands unstarted if no time is left', async ({ world }) => {
    world.remainingMilliseconds = 14_999;
    expect(await world.deliver({ body: create })).toEqual(['out-of-time']);
    expect(world.api.calls).toEqual([]);
  });

  it('runs messages from their third delivery on alone and last', async ({ world }) => {
    const suspect = { body: { ...chosen, requestId: 'suspect' }, messageId: 'm-s', receiveCount: 3 };
    await world.deliver(suspect, ...creates(5));
    expect(world.outcomes.at(-1)?.requestId).toBe('suspect');
  });

  it('returns commands with unreadable request records, without a call', async ({ world }) => {
    world.ledger.failNext.add('requests');
    expect(await world.deliver({ body: create })).toEqual(['try-again']);
    expect(world.api.calls).toEqual([]);
  });

  it('reads request records late and in small groups, so that it sees other environments’ outcomes', async () => {
    const world = new LinkWorld({ CALLS_IN_FLIGHT: 1 });
    const elsewhere = new LinkWorld();
    await elsewhere.deliver({ body: { ...create, requestId: 'r-59' }, messageId: 'elsewhere' });
    world.api.afterCalls(30, () => {
      for (const [key, record] of elsewhere.ledger.answered) world.ledger.answered.set(key, record);
    });
    await world.deliver(...creates(60));
    expect(world.api.calls).toHaveLength(59);
    expect(world.outcomeKinds.filter((kind) => kind === 'created*')).toHaveLength(1);
  });

  it('publishes an outcome within SNS’s 256 KiB, however many faults a command has', async ({ world }) => {
    const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`${index}${'x'.repeat(300)}`, 1]));
    await world.deliver({ body: { ...create, ...fields } });
    expect(JSON.stringify(world.outcomes[0]).length).toBeLessThan(100_000);
    expect(world.outcomes[0]?.faults?.at(-1)).toEqual({ path: '', rule: 'more', message: 'and 19980 more faults' });
  });

  it('ends a repeat of a stale command as `stale`, whatever its validUntil', async ({ world }) => {
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
  ])('compares a repeat as it is written, with data as text: %j and %j', async (first, second, expected) => {
    const world = new LinkWorld();
    await world.deliver({ body: { ...create, ...first } });
    await world.deliver({ body: { ...create, ...second }, messageId: 'm-2' });
    expect(world.outcomes.map(({ outcome, repeat }) => `${outcome} ${repeat}`)).toEqual(['created false', expected]);
  });

  it('gives each rejection of a command its own outcome ID', async ({ world }) => {
    await world.deliver({ body: { ...create, ttl: '400d' } }, { body: { ...create, ttl: '500d' } });
    expect(new Set(world.outcomes.map(({ outcomeId }) => outcomeId)).size).toBe(2);
  });

  it('queues a QR job for the link’s source, and rejects another source’s command', async ({ world }) => {
    await world.deliver({ body: create });
    const drawn = { ...qr, shortlinkId: derivedIdOfCreate };
    await world.deliver(
      { body: { ...drawn, qr: { format: 'jpg' } }, messageId: 'm-2' },
      { body: { ...drawn, requestId: 'q-2', source: 'studio' }, messageId: 'm-3' },
    );
    expect(world.qrJobs).toMatchObject([
      { lane: 'campaign', requestId: 'q-1', action: 'qr', messageId: 'm-2', qr: { format: 'jpg' }, version: 1 },
    ]);
    expect(world.outcomes.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'not-owner', requestId: 'q-2' });
  });

  it('gives a QR job the message group of its lane, and of its command within it', async ({ world }) => {
    await world.deliver(
      { body: { ...create, requestId: 'a', qr: {} } },
      { body: { ...create, requestId: 'b', qr: {} }, messageId: 'm-2', groupId: 'crm/spring' },
      { body: { ...create, requestId: 'c', qr: {} }, messageId: 'm-3', groupId: 'x'.repeat(128) },
    );
    expect(world.qrJobs.map(({ requestId, lane }) => `${requestId} ${lane}`)).toEqual([
      'a campaign',
      'b campaign',
      'c campaign',
    ]);
    // SQS refuses a group of more than 128 characters.
    expect(world.qrGroups).toEqual(['campaign', 'campaign/crm/spring', `campaign/${'x'.repeat(119)}`]);
  });
});
