import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { HeldStore } from '../../../../lambdas/adapters/held-store.ts';
import { SenderDecisionsTable } from '../../../../lambdas/adapters/sender-decisions-table.ts';
import type { ParkedCommand } from '../../../../lambdas/domain/contract/parked-command.ts';
import { givenEngines, givenTable } from './given-engines.ts';

const engines = await givenEngines();
const heldAt = Date.parse('2026-03-09T10:15:30.123Z');

const command = (requestId: string, change: Partial<ParkedCommand> = {}): ParkedCommand => ({
  v: 1,
  lane: 'campaign',
  messageId: `m-${requestId}`,
  sentAtMilliseconds: 1_773_000_000_000,
  receiveCount: 1,
  parkedAtMilliseconds: heldAt,
  source: 'crm',
  requestId,
  sender: 'AROASTRANGER',
  groupId: 'tenant-7',
  body: JSON.stringify({ requestId }),
  ...change,
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('the held store', () => {
  it('keeps the commands of each sender of a source in lots of their own, and names the senders', async () => {
    // Given commands of several senders and sources, in any order
    const store = new HeldStore(engines.s3, await engines.bucket('held'));
    const [other, feed] = [{ sender: 'AIDAOTHER' }, { source: 'feed' }];
    const commands = [
      command('a'),
      command('x', other),
      command('f', feed),
      command('b'),
      command('', { requestId: '' }),
    ];
    // When they are held at once
    await Promise.all(commands.map((one) => store.add(one)));
    // Then each sender has its commands
    expect(await all(store.senders())).toEqual([
      { source: 'crm', sender: 'AIDAOTHER' },
      { source: 'crm', sender: 'AROASTRANGER' },
      { source: 'feed', sender: 'AROASTRANGER' },
    ]);
    const [lot, ...more] = await all(store.lots({ source: 'crm', sender: 'AROASTRANGER' }));
    expect(more).toEqual([]);
    expect(lot).toMatchObject({
      key: expect.stringMatching(/^held\/crm\/AROASTRANGER\/20260309T101530123Z-3-[0-9a-f]{32}\.ndjson$/),
      commands: 3,
    });
    const read = await store.read(lot ?? { key: '' });
    expect(read).toEqual({ commands: [command('a'), command('b'), command('')], unreadable: [] });
    // And a removed lot is gone, with its sender
    await store.remove(lot ?? { key: '' });
    expect(await all(store.senders())).toEqual([
      { source: 'crm', sender: 'AIDAOTHER' },
      { source: 'feed', sender: 'AROASTRANGER' },
    ]);
  });

  it('refuses to write a line that the replayer could not read', async () => {
    const store = new HeldStore(engines.s3, await engines.bucket('held-unreadable'));
    await expect(store.add(command('a', { receiveCount: Number.NaN }))).rejects.toThrow('not a parked command');
    expect(await all(store.senders())).toEqual([]);
  });
});

describe('the decisions about senders', async () => {
  const { client, table } = await givenTable();
  const clock = { wallMilliseconds: () => 0, monotonicMilliseconds: () => 0, sleep: async () => {} };
  const senders = new SenderDecisionsTable(client, table, clock);
  const decision = (reason: string) => ({ decision: 'confirmed' as const, at: heldAt, reason });

  it('are kept side by side, the last one about a sender and a source, also if operators write at once', async () => {
    expect(await senders.decisions()).toEqual({});
    const mistake = decision('by mistake');
    await senders.decide('crm', 'AROASTRANGER', mistake);
    const written = await Promise.all([
      senders.decide('crm', 'AROASTRANGER', { ...decision('a stranger'), decision: 'rejected' }, mistake),
      senders.decide('feed', 'AROASTRANGER', decision('a new role')),
    ]);
    expect(written).toEqual([true, true]);
    for (const known of [undefined, mistake, { ...mistake, decision: 'rejected' as const, at: heldAt + 1 }]) {
      expect(await senders.decide('crm', 'AROASTRANGER', decision('who knows no better'), known)).toBe(false);
    }
    expect(await senders.decisions()).toEqual({
      'crm/AROASTRANGER': { decision: 'rejected', at: heldAt, reason: 'a stranger' },
      'feed/AROASTRANGER': decision('a new role'),
    });
  });

  it('count for nothing if their record is malformed, and nobody overwrites it', async () => {
    const Item = { pk: { S: 'senders' }, v: { N: '9' }, revision: { N: '1' }, decisions: { M: {} } };
    await client.send(new PutItemCommand({ TableName: table, Item }));
    expect(await senders.decisions()).toEqual({});
    await expect(senders.decide('crm', 'AROASTRANGER', decision('a new role'), undefined)).rejects.toThrow('malformed');
  });
});
