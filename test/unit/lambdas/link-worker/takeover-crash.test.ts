import { describe, expect, it } from 'vitest';
import { CrashPoint } from '../../../world/crashing.ts';
import { InMemoryLedger } from '../../../world/in-memory-ledger.ts';
import { adopt, LinkWorld, migrate, spring } from '../../../world/link-world.ts';

const day = 86_400;

/** A world whose ledger, topic and API crash the worker at one of their calls. */
function givenWorld() {
  const point = new CrashPoint();
  const ledger = new InMemoryLedger();
  const published: string[] = [];
  const outcomes = {
    publish: async (outcome: { messageId: string }) => void published.push(JSON.stringify(outcome)),
  };
  const qrImages = point.around({ remove: async () => {} });
  const world = new LinkWorld({}, { ledger: point.around(ledger), outcomes: point.around(outcomes), qrImages });
  world.api.control.changeSettings({ crossVersion: 'newer' });
  const { send } = point.around({ send: world.api.send.bind(world.api) });
  world.api.send = send;
  const expiresAt = Math.floor(world.now / 1000) + 9 * day;
  world.api.links.set(spring, { data: { pid: 'sms', c: 'a%2Fb' }, ttlSeconds: 20 * day, expiresAt, api: 'v1.0' });
  return { world, point, ledger, published };
}

/** Every port call of one command, so that the table below is complete. */
async function portCalls(body: unknown): Promise<number> {
  const { world, point } = givenWorld();
  await world.deliver({ body, receiveCount: 2 });
  return point.calls;
}

const commands = { adopt, migrate };
const table = await Promise.all(
  (['adopt', 'migrate'] as const).map(async (action) => {
    const calls = await portCalls(commands[action]);
    return Array.from({ length: calls }, (_, index) =>
      (['before', 'after'] as const).map((when) => [action, when, index + 1] as const),
    ).flat();
  }),
);

describe('a crash of the worker', () => {
  it('has many places', () => {
    expect(table.map((points) => points.length)).toEqual([expect.any(Number), expect.any(Number)]);
    for (const points of table) expect(points.length).toBeGreaterThan(10);
  });

  it.each(table.flat())(
    'of an %s %s its port call %i ends with one outcome and one owner',
    async (action, when, at) => {
      const { world, point, ledger, published } = givenWorld();
      const body = commands[action];
      point.arm(at, when);
      await world.deliver({ body, receiveCount: 2 });
      point.recover();
      // The lease of a crashed worker has ended.
      world.now += 120_000;
      world.control.setRecord(world.now);
      await world.deliver({ body, receiveCount: 3 });
      await world.deliver({ body, receiveCount: 4, messageId: 'm-copy' });

      const kind = action === 'adopt' ? 'adopted' : 'migrated';
      const outcomes = published.map((text) => JSON.parse(text));
      expect(outcomes.map(({ outcome, repeat }) => [outcome, repeat])).toEqual([
        ...outcomes.slice(1).map(() => [kind, false]),
        [kind, true],
      ]);
      expect(
        new Set(published.map((text) => JSON.stringify({ ...JSON.parse(text), messageId: '', repeat: 0 }))).size,
      ).toBe(1);
      expect(ledger.links.get(spring)).toMatchObject({ source: 'crm', requestId: body.requestId, state: 'live' });
      expect(ledger.links.get(spring)).not.toHaveProperty('lease');
      expect(world.api.links.get(spring)?.api).toBe(action === 'adopt' ? 'v1.0' : 'v2.0');
      expect(world.api.control.stats().links).toMatchObject({ updated: action === 'adopt' ? 0 : 1 });
    },
  );
});
