import { describe, expect, it } from 'vitest';
import { HttpLimits } from '../../../../lambdas/adapters/http-limits.ts';
import { HttpRecords } from '../../../../lambdas/adapters/http-records.ts';
import type { CampaignCheckerPorts } from '../../../../lambdas/campaign-checker/ports.ts';
import type { HttpRecord } from '../../../../lambdas/domain/http/record.ts';
import type { HttpApiPorts } from '../../../../lambdas/http-api/ports.ts';
import type { LinkWorkerPorts } from '../../../../lambdas/link-worker/ports.ts';
import { InMemoryHttpLimits, InMemoryHttpRecords } from '../../../world/in-memory-http.ts';
import { stillClock } from '../../../world/stillness.ts';
import { givenTable } from './given-engines.ts';

const clock = stillClock();
const table = givenTable();

const record = (requestId: string, change: Partial<HttpRecord> = {}): HttpRecord => ({
  source: 'crm',
  requestId,
  commandDigest: 'digest',
  lane: 'campaign',
  messageId: 'm-1',
  claimedAt: 1_000,
  expiresAt: 1_773_144_000,
  ...change,
});
const keyOf = ({ source, requestId, messageId }: HttpRecord) => ({ source, requestId, messageId });

type Records = HttpApiPorts['records'] & LinkWorkerPorts['httpRecords'] & CampaignCheckerPorts['calls'];

/** The behaviour that the use cases rely on. The tests' records in memory must behave exactly as the real ones. */
describe.each<[string, () => Promise<Records>]>([
  ['in memory', async () => new InMemoryHttpRecords()],
  [
    'over DynamoDB’s wire',
    async () => {
      const { client, table: name } = await table;
      return new HttpRecords(client, name, clock);
    },
  ],
])('the HTTP records %s', (_, given) => {
  const held = async (records: HttpApiPorts['records'], requestId: string) =>
    (await records.find([{ source: 'crm', requestId }])).get(`crm/${requestId}`);

  it('give a key to one of ten calls', async () => {
    const records = await given();
    const claims = Array.from({ length: 10 }, (_, index) => record('ten', { messageId: `m-${index}` }));

    const won = await Promise.all(claims.map((claim) => records.claim(claim)));

    expect(won.filter(Boolean)).toEqual([true]);
    expect(await held(records, 'ten')).toEqual(claims[won.indexOf(true)]);
  });

  it('recognise a claim whose answer was lost', async () => {
    const records = await given();
    expect(await records.claim(record('lost'))).toBe(true);
    expect(await records.claim(record('lost'))).toBe(true);
  });

  it('find the existing ones of many', async () => {
    const records = await given();
    await records.claim(record('a/b', { qr: true }));
    const found = await records.find(['a/b', 'none', 'a/b'].map((requestId) => ({ source: 'crm', requestId })));
    expect([...found]).toEqual([['crm/a/b', record('a/b', { qr: true })]]);
  });

  it('let one of two calls take over a claim that was not sent', async () => {
    const records = await given();
    const crashed = record('crashed');
    await records.claim(crashed);

    const second = await records.claim({ ...crashed, claimedAt: 20_000 }, crashed);
    const third = await records.claim({ ...crashed, claimedAt: 20_001 }, crashed);

    expect([second, third]).toEqual([true, false]);
  });

  it('do not let a call take over a claim that was sent in the meantime', async () => {
    const records = await given();
    const claimed = record('sent');
    await records.claim(claimed);
    await records.markSent(keyOf(claimed), 2_000);

    expect(await records.claim({ ...claimed, claimedAt: 20_000 }, claimed)).toBe(false);
    expect(await held(records, 'sent')).toEqual({ ...claimed, sentAt: 2_000 });
  });

  it('mark no other message as sent', async () => {
    const records = await given();
    await records.claim(record('other'));
    await records.markSent({ ...keyOf(record('other')), messageId: 'm-2' }, 2_000);
    await records.markSent(keyOf(record('nobody')), 2_000);
    expect(await held(records, 'other')).toEqual(record('other'));
    expect(await held(records, 'nobody')).toBeUndefined();
  });

  it('give up a claim, but not one that was sent or taken over', async () => {
    const records = await given();
    const mine = record('given-up');
    await records.claim(mine);
    await records.giveUp(mine);
    expect(await held(records, 'given-up')).toEqual({ ...mine, claimedAt: 0 });

    await records.giveUp({ ...mine, claimedAt: 5 });
    await records.claim({ ...mine, claimedAt: 30_000 }, { ...mine, claimedAt: 0 });
    await records.giveUp(mine);
    expect(await held(records, 'given-up')).toEqual({ ...mine, claimedAt: 30_000 });
    await records.markSent(keyOf(mine), 31_000);
    await records.giveUp({ ...mine, claimedAt: 30_000 });
    expect(await held(records, 'given-up')).toMatchObject({ claimedAt: 30_000, sentAt: 31_000 });
  });

  it('withdraw a claim, but not one that was sent or taken over', async () => {
    const records = await given();
    const mine = record('withdrawn');
    await records.claim(mine);
    await records.withdraw({ ...mine, messageId: 'm-2' });
    await records.withdraw({ ...mine, claimedAt: 5 });
    expect(await held(records, 'withdrawn')).toEqual(mine);
    await records.withdraw(mine);
    expect(await held(records, 'withdrawn')).toBeUndefined();
    await records.withdraw(mine);

    await records.claim(mine);
    await records.markSent(keyOf(mine), 2_000);
    await records.withdraw(mine);
    expect(await held(records, 'withdrawn')).toEqual({ ...mine, sentAt: 2_000 });
  });

  it('keep the worker’s note of the same message, and make no record for others', async () => {
    const records = await given();
    const claimed = record('noted');
    await records.claim(claimed);
    const note = {
      state: 'rejected',
      reason: 'invalid-command',
      at: 3_000,
      faults: [{ path: 'ttl', rule: 'ttl', message: 'm' }],
    } as const;

    await records.note({ ...keyOf(claimed), messageId: 'm-2' }, { state: 'parked', at: 2_000 });
    await records.note(keyOf(claimed), { ...note, faults: [...note.faults] });
    await records.note(keyOf(record('nobody')), { state: 'parked', at: 2_000 });

    expect(await held(records, 'noted')).toEqual({ ...claimed, waiting: note });
    expect(await held(records, 'nobody')).toBeUndefined();
  });

  it('note campaigns by source and name', async () => {
    const records = await given();
    await records.noteCampaign({ source: 'crm', name: 'spring' }, 1_780_000_000);
    expect(await records.isCampaignNoted({ source: 'crm', name: 'spring' })).toBe(true);
    expect(await records.isCampaignNoted({ source: 'crm', name: 'summer' })).toBe(false);
    expect(await records.isCampaignNoted({ source: 'studio', name: 'spring' })).toBe(false);
  });

  it('note one next change of a key’s link, by what the call has read', async () => {
    const records = await given();
    const key = { source: 'crm', requestId: 'spring/7' };
    expect(await records.lastChange(key)).toBeUndefined();

    expect(await records.noteChange(key, 'spring/7@a.1', undefined)).toBe(true);
    expect(await records.noteChange(key, 'spring/7@a.1', undefined)).toBe(true);
    expect(await records.noteChange(key, 'spring/7@b.1', undefined)).toBe(false);
    expect(await records.noteChange(key, 'spring/7@b.1', 'spring/7@a.1')).toBe(true);
    expect(await records.lastChange(key)).toBe('spring/7@b.1');
  });

  it('name the last request of a link’s code, for its source only', async () => {
    const records = await given();
    const address = { onelinkId: 'A1b3', shortlinkId: 'spring' };
    expect(await records.lastCode('crm', address)).toBeUndefined();

    await records.noteCode({ source: 'crm', requestId: 'code-1' }, address, 2_000_000_000);
    await records.noteCode({ source: 'crm', requestId: 'code-2' }, address, 2_000_000_000);
    expect(await records.lastCode('crm', address)).toBe('code-2');
    expect(await records.lastCode('studio', address)).toBeUndefined();
    expect(await records.lastCode('crm', { ...address, shortlinkId: 'autumn' })).toBeUndefined();
  });

  it('let a call claim a rejected command anew, once', async () => {
    const records = await given();
    const rejected = record('anew', { sentAt: 2_000 });
    await records.claim(record('anew'));
    await records.markSent(keyOf(rejected), 2_000);
    await records.note(keyOf(rejected), { state: 'rejected', at: 3_000 });
    const read = (await held(records, 'anew')) as HttpRecord;

    expect(await records.claim(record('anew', { messageId: 'm-2', claimedAt: 4_000 }), read)).toBe(true);
    expect(await records.claim(record('anew', { messageId: 'm-3', claimedAt: 4_000 }), read)).toBe(false);
    expect(await held(records, 'anew')).toEqual(record('anew', { messageId: 'm-2', claimedAt: 4_000 }));
  });
});

describe.each<[string, () => Promise<HttpApiPorts['limits']>]>([
  ['in memory', async () => new InMemoryHttpLimits()],
  [
    'over DynamoDB’s wire',
    async () => {
      const { client, table: name } = await table;
      return new HttpLimits(client, name, clock);
    },
  ],
])('the HTTP API’s limits %s', (_, given) => {
  it('give the places of a rate to calls that come at once, and no more', async () => {
    const limits = await given();
    const places = { perSecond: 2, from: 198, until: 202 };

    const taken = await Promise.all(Array.from({ length: 7 }, () => limits.takeRate('crm', places, 1)));

    expect(taken.sort()).toEqual([202, 202, 202, undefined, undefined, undefined, undefined]);
    expect(await limits.takeRate('studio', places, 1)).toBeUndefined();
    expect(await limits.takeRate('crm', { ...places, perSecond: 3 }, 1)).toBeUndefined();
  });

  it('let a list go past the range, and forget places that are too old', async () => {
    const limits = await given();
    const places = (from: number) => ({ perSecond: 2, from, until: from + 4 });

    expect(await limits.takeRate('lists', places(198), 10)).toBeUndefined();
    expect(await limits.takeRate('lists', places(204), 1)).toBe(208);
    expect(await limits.takeRate('lists', places(206), 1)).toBeUndefined();
    expect(await limits.takeRate('lists', places(206), 1)).toBeUndefined();
    expect(await limits.takeRate('lists', places(206), 1)).toBe(210);
    expect(await limits.takeRate('lists', places(300), 4)).toBeUndefined();
    expect(await limits.takeRate('lists', places(300), 1)).toBe(304);
  });

  it('give a place to one call until its time is up, and tell others which are taken', async () => {
    const limits = await given();
    expect(await limits.take({ place: 0, until: 2_000 }, 1_000)).toBeUndefined();
    expect(await limits.take({ place: 1, until: 1_500 }, 1_000)).toBeUndefined();
    expect(await limits.take({ place: 0, until: 2_500 }, 1_100)).toEqual(new Set([0, 1]));
    expect(await limits.take({ place: 0, until: 2_600 }, 1_600)).toEqual(new Set([0]));
    // Its call has crashed.
    expect(await limits.take({ place: 0, until: 4_000 }, 2_001)).toBeUndefined();
  });

  it('free a place only for the call that has it', async () => {
    const limits = await given();
    await limits.take({ place: 7, until: 9_000 }, 1_000);
    await limits.leave({ place: 7, until: 8_000 });
    expect(await limits.take({ place: 7, until: 9_500 }, 1_000)).toEqual(expect.any(Set));
    await limits.leave({ place: 7, until: 9_000 });
    expect(await limits.take({ place: 7, until: 9_500 }, 1_000)).toBeUndefined();
  });
});

it('HttpLimits writes once for a call, and twice if another environment has moved the next place', async () => {
  const { client, table: name } = await table;
  let writes = 0;
  const counted = {
    send: (command: never) => {
      writes += 1;
      return client.send(command);
    },
  } as unknown as typeof client;
  const limits = new HttpLimits(counted, name, clock);
  const places = (second: number) => ({ perSecond: 20, from: second * 20 - 20, until: second * 20 + 20 });
  const writesOf = async (call: () => Promise<unknown>) => {
    const before = writes;
    await call();
    return writes - before;
  };

  expect(await writesOf(() => limits.takeRate('writer', places(10), 1))).toBe(1);
  expect(await writesOf(() => limits.takeRate('writer', places(10), 1))).toBe(1);
  expect(await writesOf(() => limits.takeRate('writer', places(12), 1))).toBe(1);
  await new HttpLimits(client, name, clock).takeRate('writer', places(20), 1);
  expect(await writesOf(() => limits.takeRate('writer', places(20), 1))).toBeGreaterThan(1);
});

it('HttpLimits learns that other environments take places of a rate, and that they have stopped', async () => {
  const { client, table: name } = await table;
  const commands: string[] = [];
  const counted = {
    send: (command: { constructor: { name: string } }) => {
      commands.push(command.constructor.name);
      return client.send(command as never);
    },
  } as unknown as typeof client;
  const [limits, other] = [new HttpLimits(counted, name, clock), new HttpLimits(client, name, clock)];
  const places = (second: number) => ({ perSecond: 20, from: second * 20 - 20, until: second * 20 + 20 });
  const writesIn = async (second: number, isOthersToo: boolean) => {
    if (isOthersToo) await other.takeRate('shared', places(second), 1);
    commands.length = 0;
    expect(await limits.takeRate('shared', places(second), 1)).toBeUndefined();
    return commands.filter((command) => command === 'UpdateItemCommand').length;
  };

  const shared = [
    await writesIn(10, true),
    await writesIn(12, true),
    await writesIn(14, true),
    await writesIn(16, true),
  ];
  const alone = [await writesIn(20, false), await writesIn(22, false), await writesIn(24, false)];

  expect(shared).toEqual([2, 2, 1, 1]);
  expect(alone).toEqual([2, 2, 1]);
});
