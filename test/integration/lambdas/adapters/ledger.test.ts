import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { ControlTable } from '../../../../lambdas/adapters/control-table.ts';
import { Ledger } from '../../../../lambdas/adapters/ledger.ts';
import { removalInStreamRecord } from '../../../../lambdas/adapters/ledger-item.ts';
import type { LinkRecord, RequestRecord } from '../../../../lambdas/domain/link/ledger-record.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { givenOutcome } from '../../../world/given-outcome.ts';
import { stillClock } from '../../../world/stillness.ts';
import { clientSettings, givenTable } from './given-engines.ts';

const dynamo = await givenTable();
const slept: number[] = [];
const clock = { ...stillClock(), sleep: async (milliseconds: number) => void slept.push(milliseconds) };

const ledger = new Ledger(dynamo.client, dynamo.table, clock);
const control = new ControlTable(dynamo.client, dynamo.table, clock);
const outcome = givenOutcome({ requestId: 'r' });

function request(requestId: string, source = 'crm'): RequestRecord {
  return { source, requestId, commandDigest: 'digest', outcome: { ...outcome, source, requestId }, expiresAt: 1 };
}

const link = (shortlinkId: string, change: Partial<LinkRecord> = {}) =>
  givenLinkAt(shortlinkId, { requestId: 'r', dataDigest: 'digest', expiresAt: 1_773_144_000, ...change });

/** The requests to DynamoDB during this work. */
async function inputsOf(run: () => Promise<void>): Promise<unknown[]> {
  const inputs: unknown[] = [];
  dynamo.client.middlewareStack.add(
    (next) => (args) => {
      inputs.push(args.input);
      return next(args);
    },
    { step: 'initialize', name: 'note', priority: 'low' },
  );
  await run();
  dynamo.client.middlewareStack.remove('note');
  return inputs;
}

describe('link records', () => {
  it('keep parameters of any name, including names of built-in properties of JavaScript objects', async () => {
    const data = { pid: 'sms', constructor: 'a', toJSON: 'b', hasOwnProperty: 'c' };
    await ledger.addLink(link('odd-names', { data }));
    expect((await ledger.link(link('odd-names').address))?.data).toEqual(data);
  });
});

describe('request records', () => {
  it('are found only by source and request', async () => {
    await ledger.rememberRequest(request('a/b'));
    await ledger.rememberRequest(request('a/b', 'shop'));
    expect(await ledger.request({ source: 'crm', requestId: 'a/b' })).toMatchObject(request('a/b'));
    expect(await ledger.request({ source: 'shop', requestId: 'a/b' })).toMatchObject(request('a/b', 'shop'));
    expect(await ledger.request({ source: 'crm', requestId: 'a' })).toBeUndefined();
    expect(await ledger.request({ source: 'CRM', requestId: 'a/b' })).toBeUndefined();
  });

  it('are found for a batch of any size, with copies and unknown requests in it', async () => {
    const ids = Array.from({ length: 230 }, (_, index) => `batch-${index}`);
    await Promise.all(ids.map((id) => ledger.rememberRequest(request(id))));
    const asked = [...ids, ...ids.slice(0, 50), 'unknown-1', 'unknown-2'];
    const found = await ledger.requests(asked.map((requestId) => ({ source: 'crm', requestId })));
    expect(found.size).toBe(230);
    expect(found.get('crm/batch-229')).toMatchObject(request('batch-229'));
    expect(found.has('crm/unknown-1')).toBe(false);
  });

  it('are empty for an empty batch, without a call', async () => {
    let found: unknown;
    const inputs = await inputsOf(async () => {
      found = await ledger.requests([]);
    });
    expect(found).toEqual(new Map());
    expect(inputs).toEqual([]);
  });

  it('are read again after a pause if DynamoDB left some unread', async () => {
    // Given: the first answer omits the last two keys, the second the last key.
    slept.length = 0;
    for (const id of ['p1', 'p2', 'p3']) await ledger.rememberRequest(request(id));
    let left = 3;
    dynamo.client.middlewareStack.add(
      (next) => async (args) => {
        const { RequestItems } = args.input as { RequestItems: Record<string, { Keys: object[] }> };
        const keys = RequestItems.ledger?.Keys ?? [];
        const taken = keys.slice(0, 1);
        left--;
        const answer = await next({ ...args, input: { RequestItems: { ledger: { Keys: taken } } } } as typeof args);
        const UnprocessedKeys = left > 0 ? { ledger: { Keys: keys.slice(1) } } : {};
        return { ...answer, output: { ...answer.output, UnprocessedKeys } };
      },
      { step: 'initialize', name: 'leave-some-unread', priority: 'low' },
    );
    // When
    const asked = ['p1', 'p2', 'p3'].map((requestId) => ({ source: 'crm', requestId }));
    const found = await ledger.requests(asked);
    dynamo.client.middlewareStack.remove('leave-some-unread');
    // Then
    expect([...found.keys()].toSorted()).toEqual(['crm/p1', 'crm/p2', 'crm/p3']);
    expect(slept).toEqual([200, 400]);
  });

  it('raise an error if they stay unread, because a missing record would make a second link', async () => {
    slept.length = 0;
    dynamo.client.middlewareStack.add(
      () => async (args) => ({
        response: {},
        output: { $metadata: {}, UnprocessedKeys: (args.input as { RequestItems: object }).RequestItems },
      }),
      { step: 'initialize', name: 'read-nothing', priority: 'low' },
    );
    await expect(ledger.requests([{ source: 'crm', requestId: 'p1' }])).rejects.toThrow('unread eight times');
    dynamo.client.middlewareStack.remove('read-nothing');
    expect(slept).toEqual([200, 400, 800, 1_600, 2_000, 2_000, 2_000, 2_000]);
  });
});

describe('link records', () => {
  it('are added once, and the second writer gets the first record', async () => {
    const first = link('added');
    expect(await ledger.addLink(first)).toBeUndefined();
    expect(await ledger.addLink(link('added', { source: 'shop', requestId: 'other' }))).toMatchObject(first);
    expect(await ledger.link(first.address)).toMatchObject(first);
  });

  it('are separate for one ID under two templates, and for IDs that differ in case', async () => {
    await ledger.addLink(link('Case'));
    expect(await ledger.link({ onelinkId: 'A1b3', shortlinkId: 'case' })).toBeUndefined();
    expect(await ledger.link({ onelinkId: 'abc123', shortlinkId: 'Case' })).toBeUndefined();
  });

  it('are added by exactly one of many concurrent writers', async () => {
    const tries = Array.from({ length: 20 }, (_, index) => ledger.addLink(link('raced', { requestId: `r${index}` })));
    const held = await Promise.all(tries);
    const winner = (await ledger.link(link('raced').address))?.requestId;
    expect(held.filter((record) => record === undefined)).toHaveLength(1);
    expect(new Set(held.flatMap((record) => record?.requestId ?? []))).toEqual(new Set([winner]));
  });

  it('are returned after their expiry until DynamoDB removes them, and the reader judges', async () => {
    await ledger.addLink(link('expired', { expiresAt: 1 }));
    expect(await ledger.link(link('expired').address)).toMatchObject({ expiresAt: 1 });
    expect(await ledger.addLink(link('expired'))).toMatchObject({ expiresAt: 1 });
  });

  it('of a kept link have a TTL attribute a week before its expiry, and keep the expiry', async () => {
    const kept = link('kept', { keepUntil: 1_900_000_000, ttlSeconds: 31 * 86_400 });
    await ledger.addLink(kept);
    const raw = async () => {
      const key = { pk: { S: 'link#A1b3/kept' } };
      return (await dynamo.client.send(new GetItemCommand({ TableName: dynamo.table, Key: key }))).Item;
    };
    expect(await raw()).toMatchObject({ expiresAt: { N: '1772539200' }, linkExpiresAt: { N: '1773144000' } });
    expect(await ledger.link(kept.address)).toMatchObject({ expiresAt: 1_773_144_000, keepUntil: 1_900_000_000 });
    const { keepUntil: _, ...free } = kept;
    await ledger.replaceLink({ ...free, version: 2 }, { version: 1, nowSeconds: 1 });
    expect(await raw()).toMatchObject({ expiresAt: { N: '1773144000' } });
    expect(await raw()).not.toHaveProperty('linkExpiresAt');
    const image = JSON.stringify({ eventID: 'e-1', dynamodb: { OldImage: await raw() } });
    expect(removalInStreamRecord(image)).toMatchObject({ token: 'e-1', record: { ...free, version: 2 } });
    expect(
      removalInStreamRecord('{"eventID":"e-1","dynamodb":{"OldImage":{"pk":{"S":"request#crm/1"}}}}'),
    ).toBeUndefined();
    expect(removalInStreamRecord('none')).toBeUndefined();
  });

  it('omit undefined values, and have the table’s key, version and expiry', async () => {
    const record = { ...link('raw'), campaign: undefined } as unknown as LinkRecord;
    await ledger.addLink(record);
    const { Item } = await dynamo.client.send(
      new GetItemCommand({ TableName: dynamo.table, Key: { pk: { S: 'link#A1b3/raw' } } }),
    );
    expect(Item).toMatchObject({ pk: { S: 'link#A1b3/raw' }, v: { N: '1' }, expiresAt: { N: '1773144000' } });
    expect(Item).not.toHaveProperty('campaign');
  });
});

describe('every read', () => {
  it('is strongly consistent, because a repeat may follow within milliseconds', async () => {
    const inputs = await inputsOf(async () => {
      await ledger.request({ source: 'crm', requestId: 'x' });
      await ledger.link({ onelinkId: 'A1b3', shortlinkId: 'x' });
      await control.read();
      await ledger.requests([{ source: 'crm', requestId: 'x' }]);
    });
    const consistent = { ConsistentRead: true };
    const batch = { RequestItems: { ledger: consistent } };
    expect(inputs).toMatchObject([consistent, consistent, batch, batch]);
  });
});

it('throws an error of the table, and returns false only for a refused condition', async () => {
  const elsewhere = new Ledger(dynamo.client, 'no-such-table', clock);
  await expect(elsewhere.addLink(link('x'))).rejects.toThrow();
  await expect(elsewhere.requests([{ source: 'crm', requestId: 'x' }])).rejects.toThrow();
  await expect(
    elsewhere.noteQr({ source: 'crm', address: { onelinkId: 'A1b3', shortlinkId: 'x' } }, 'key'),
  ).rejects.toThrow();
});

describe('a lease whose first answer was lost', () => {
  /** Applies the first write and loses its answer, so the client repeats the write. */
  async function givenLosingLedger(): Promise<Ledger> {
    const engine = await dynamo.client.config.endpoint?.();
    const client = new DynamoDBClient({
      ...clientSettings(`http://${engine?.hostname}:${engine?.port}`),
      maxAttempts: 3,
    });
    let lost = false;
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        if (lost) return answer;
        lost = true;
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      },
      { step: 'deserialize', priority: 'high' },
    );
    return new Ledger(client, dynamo.table, clock);
  }
  const lease = { action: 'delete', requestId: 'd', requestedAt: '2026-03-10T12:00:00Z', until: 200 } as const;

  it('is taken', async () => {
    await ledger.addLink(link('leased'));
    const losing = await givenLosingLedger();
    expect(await losing.leaseLink(link('leased').address, { ...lease, token: 'one' }, 1, 100)).toBe(true);
    expect((await ledger.link(link('leased').address))?.lease).toMatchObject({ token: 'one' });
  });

  it('is refused if another attempt, even of the same change, holds one', async () => {
    await ledger.addLink(link('held', { lease: { ...lease, token: 'other' } }));
    expect(await ledger.leaseLink(link('held').address, { ...lease, token: 'one' }, 1, 100)).toBe(false);
    expect(await ledger.leaseLink(link('held').address, lease, 1, 100)).toBe(false);
  });
});
