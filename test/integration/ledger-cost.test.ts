import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { governorReadUnitsPerRun } from '../../cli/cost/monthly-cost.ts';
import { ControlTable } from '../../lambdas/adapters/control-table.ts';
import { Ledger } from '../../lambdas/adapters/ledger.ts';
import { emptyControl } from '../../lambdas/domain/control/control-record.ts';
import type { LinkRecord } from '../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../lambdas/domain/link/removal.ts';
import { expiryIntake } from '../../lambdas/expiry-intake/expiry-intake.ts';
import { governor } from '../../lambdas/governor/governor.ts';
import { EmulatedApi } from '../world/emulated-api.ts';
import { ExpiryWorld, now, poster } from '../world/expiry-world.ts';
import { create, LinkWorld } from '../world/link-world.ts';
import { silentObserver, stillClock } from '../world/stillness.ts';
import { givenTable } from './lambdas/adapters/given-engines.ts';

const clock = stillClock();

interface Cost {
  calls: Record<string, number>;
  /** Capacity units of DynamoDB: a write unit is 1 KB, and a strongly consistent read unit is 4 KB. */
  units: number;
  /** Writes by key. */
  writes: Map<string, number>;
  largestItemBytes: number;
}

/** Records the requests to DynamoDB, and the capacity that DynamoDB reports for them. */
function meter(client: DynamoDBClient): () => Cost {
  let cost: Cost = { calls: {}, units: 0, writes: new Map(), largestItemBytes: 0 };
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = args.input as { Item?: { pk: string }; Key?: { pk: string } };
      const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } } as typeof args);
      const { ConsumedCapacity } = answer.output as {
        ConsumedCapacity?: { CapacityUnits: number } | { CapacityUnits: number }[];
      };
      const name = context.commandName?.replace('Command', '') ?? '';
      cost.calls[name] = (cost.calls[name] ?? 0) + 1;
      for (const { CapacityUnits } of [ConsumedCapacity ?? []].flat()) cost.units += CapacityUnits;
      const key = input.Item?.pk ?? (name === 'UpdateItem' ? input.Key?.pk : undefined);
      if (key !== undefined) cost.writes.set(key, (cost.writes.get(key) ?? 0) + 1);
      if (input.Item) cost.largestItemBytes = Math.max(cost.largestItemBytes, JSON.stringify(input.Item).length);
      return answer;
    },
    { step: 'initialize', name: 'meter', priority: 'low' },
  );
  return () => {
    const taken = cost;
    cost = { calls: {}, units: 0, writes: new Map(), largestItemBytes: 0 };
    return taken;
  };
}

const data = { pid: 'sms', c: 'spring_price_drop', deep_link_value: `https://shop.example/?q=${'x'.repeat(1_200)}` };
const creates = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    body: { ...create, requestId: `dispatch-20260301-${from + index}`, data },
    messageId: `m-${from + index}`,
  }));

let world: LinkWorld;
let taken: () => Cost;

beforeAll(async () => {
  const { client, table } = await givenTable();
  const control = new ControlTable(client, table, clock);
  world = new LinkWorld({}, { ledger: new Ledger(client, table, clock), control });
  const governedAt = world.now;
  const quota = { remaining: 5_000_000, polledAt: governedAt, own: 0 };
  await control.write({ ...emptyControl, governedAt, quota }, await control.read());
  taken = meter(client);
});

describe('the capacity that a command needs in the ledger', () => {
  it('is the same for a create in a small and a large ledger: two write units, and few reads for each batch', async () => {
    const costs: Cost[] = [];
    for (const from of [0, 200, 1_400]) {
      if (from === 1_400) await world.deliver(...creates(400, 1_000));
      taken();
      await world.deliver(...creates(from, 200));
      costs.push(taken());
    }
    for (const cost of costs) {
      // For each batch: the control record and the signals, the request records in groups of 25, and the count of calls.
      expect(cost.calls).toEqual({ BatchGetItem: 9, PutItem: 400, UpdateItem: 1 });
      // One unit for each write, and one read unit for each missing request record, the control record and the signals.
      expect(cost.units).toBe(400 + 1 + 200 + 2);
    }
    expect(new Set(world.outcomeKinds)).toEqual(new Set(['created']));
  }, 60_000);

  it('is spread over separate keys, far below DynamoDB’s 1,000 writes a second for one key', async () => {
    taken();
    await world.deliver(...creates(5_000, 500));
    const { writes, largestItemBytes } = taken();
    // 950 creates a second make 1,900 writes a second on 1,900 keys. A batch also writes once to its lane’s count of calls.
    expect(writes.size).toBe(1_001);
    expect(Math.max(...writes.values())).toBe(1);
    // The JSON size is about DynamoDB's size. So a write costs one unit, whatever the length of the link's data.
    expect(largestItemBytes).toBeLessThan(1_024);
  }, 60_000);

  it('is one read unit more for each subject in a group of 25, and no request more', async () => {
    taken();
    const bodies = creates(6_000, 200).map(({ body, messageId }, index) => ({
      body: { ...body, subject: `customer ${index % 50}` },
      messageId,
    }));
    await world.deliver(...bodies);
    const { calls, units } = taken();
    expect(calls).toEqual({ BatchGetItem: 9, PutItem: 400, UpdateItem: 1 });
    expect(units).toBe(400 + 1 + 200 + 2 + 200);
  }, 60_000);

  it('is, for an update, a read, a lease, a link record and a request record', async () => {
    const made = { ...create, requestId: 'poster', shortlinkId: 'poster', data };
    await world.deliver({ body: made });
    taken();
    const update = { ...made, action: 'update', requestId: 'u-1', requestedAt: '2026-03-01T10:00:02Z' };
    await world.deliver({ body: update, messageId: 'm-2' });
    const { calls, units } = taken();
    expect(calls).toEqual({ GetItem: 1, BatchGetItem: 2, UpdateItem: 3, PutItem: 1 });
    expect(units).toBeLessThanOrEqual(9);
  });
});

describe('the capacity that the end of a link needs in the ledger', () => {
  it('is a write to restore the record, a read, and a write to remove it; none if the link certainly ends', async () => {
    const { client, table } = await givenTable();
    const ledger = new Ledger(client, table, stillClock(now * 1000));
    const { qrKey: _, ...link } = poster;
    const ends = new ExpiryWorld({}, { ledger });
    const removalIn = (body: string) => JSON.parse(body) as Removal;
    const intake = expiryIntake(
      { CHECK_LOST_AFTER_DAYS: 15 },
      {
        ledger,
        checks: { enqueue: async () => {} },
        removalIn,
        observer: silentObserver,
        clock: stillClock(now * 1000),
      },
    );
    const used = meter(client);
    const end = async (record: LinkRecord) => {
      expect(await intake([JSON.stringify({ record, token: 'removal-1' })])).toEqual([true]);
      expect(await ends.check(record)).toEqual(['done']);
      return used();
    };
    // Given, when: the API has no such link
    const checked = await end(link);
    const certain = await end({ ...link, renewTtl: false });
    // Then: as test/bench/lives/bill.ts has it
    expect(ends.outcomes.map(({ outcome }) => outcome)).toEqual(['expired', 'expired']);
    expect([checked.calls, checked.units]).toEqual([{ PutItem: 1, GetItem: 1, DeleteItem: 1 }, 3]);
    expect([certain.calls, certain.units]).toEqual([{}, 0]);
  });
});

describe('the capacity that a run of the governor needs in the ledger', () => {
  it('is a read for each lane and past day of the month, one for each future day, and a write of two units', async () => {
    const { client, table } = await givenTable();
    let now = Date.parse('2026-11-08T12:00:07.123Z');
    const ofRun = { wallMilliseconds: () => now, monotonicMilliseconds: () => now, sleep: async () => {} };
    const api = new EmulatedApi({ now: () => now, sleep: ofRun.sleep });
    const lane = { reserveCalls: 20_000, mappings: [] };
    const settings = {
      QUOTA_FROM: 'api' as const,
      API_DIALECT: 'v2.0' as const,
      API_BASE_URL: 'http://127.0.0.1:1',
      API_PROXY_URL: '',
      API_TOKEN_SECRET_ARN: 'arn:token',
      LINK_ID_SECRET_ARN: 'arn:link-id',
      APPSFLYER_ACCOUNT_ID: 'acc-demo',
      CALL_TIMEOUT_MILLISECONDS: 10_000,
      MONTHLY_QUOTA_CALLS: 7_500_000,
      LEDGER_TABLE_NAME: table,
      PROBE_TEMPLATE_ID: 'A1b3',
      LANES: ['campaign', 'transactional', 'expiry'].map((name) => ({ name, ...lane })),
    };
    const mappings = { state: async () => 'on' as const, switch: async () => {} };
    const control = new ControlTable(client, table, ofRun);
    const govern = governor(settings, {
      api: api.client,
      control,
      linkIdSecret: { isOfLedger: async () => true },
      siblings: [],
      mappings,
      observer: silentObserver,
      laneObserver: () => silentObserver,
      clock: ofRun,
    });

    // Given a control record that has grown for a week and an hour
    let remaining = 7_000_000;
    const minutes = async (count: number, apart: number) => {
      for (let run = 0; run < count; run++, now += apart) {
        await control.addSpent('campaign', 251_317, now);
        remaining -= 254_321;
        api.control.changeSettings({ quotaRemaining: remaining });
        await govern();
      }
    };
    await minutes(8, 86_400_000);
    await minutes(13, 300_000);
    const read = meter(client);
    await govern();

    // On the 16th of 30 days: the control record and the signals, 3 lanes × 16 days, and 15 future days
    const { calls, units } = read();
    expect(calls).toEqual({ BatchGetItem: 3, PutItem: 1 });
    expect(units).toBe(2 + 3 * 16 + 15 + 2);
    // The mean over a month, in the cost model
    expect(governorReadUnitsPerRun(2)).toBe(64);
  }, 60_000);
});
