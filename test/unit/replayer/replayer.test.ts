import { describe, expect, it } from 'vitest';
import type { LaneControl } from '../../../lambdas/domain/control-record.ts';
import type { ParkedCommand } from '../../../lambdas/domain/parked-command.ts';
import { replayer } from '../../../lambdas/replayer/replayer.ts';
import { InMemoryControl } from '../../world/in-memory-control.ts';

const line = (lane: string, requestId: string): ParkedCommand => ({
  v: 1,
  lane,
  messageId: `m-${requestId}`,
  sentAtMilliseconds: 1,
  receiveCount: 1,
  parkedAtMilliseconds: 2,
  source: 'crm',
  requestId,
  body: '{}',
});

class ReplayedWorld {
  now = Date.parse('2026-04-01T00:10:00Z');
  remaining = 300_000;
  readonly control = new InMemoryControl();
  /** By lane, the oldest first: each lot's request IDs. */
  readonly lots = new Map<string, string[][]>();
  readonly sent: string[] = [];
  readonly removed: string[] = [];
  /** Lots that were taken up and not removed yet. */
  open = 0;
  mostOpen = 0;
  depth = 0;
  /** What the workers carry out in a second. */
  drainedPerSecond = 1_000;
  readonly metrics: Record<string, number> = {};
  failNextSend = false;

  readonly run = replayer(
    {
      LEDGER_TABLE_NAME: 'ledger',
      ARCHIVE_BUCKET_NAME: 'archive',
      LANES: [
        { name: 'transactional', queueUrl: 'http://q/transactional', commandsPerSecond: 100, sendAhead: 1_000 },
        { name: 'campaign', queueUrl: 'http://q/campaign', commandsPerSecond: 1_000, sendAhead: 1_000 },
      ],
    },
    {
      control: this.control,
      parked: {
        lots: (lane) => this.#list(lane),
        read: async ({ key }) => {
          this.open++;
          this.mostOpen = Math.max(this.mostOpen, this.open);
          const [lane = '', index = ''] = key.split('/');
          return (this.lots.get(lane)?.[Number(index)] ?? []).map((requestId) => line(lane, requestId));
        },
        remove: async ({ key }) => {
          this.open--;
          this.removed.push(key);
        },
      },
      queue: {
        depth: async () => this.depth,
        send: async (queueUrl, commands) => {
          if (this.failNextSend) {
            this.failNextSend = false;
            throw new Error('SQS is away');
          }
          this.depth += commands.length;
          this.sent.push(...commands.map(({ requestId }) => `${queueUrl.slice(9)} ${requestId}`));
        },
      },
      laneObserver: (lane) => ({
        count: (metric, by = 1) =>
          void Object.assign(this.metrics, { [`${lane} ${metric}`]: (this.metrics[`${lane} ${metric}`] ?? 0) + by }),
        level: (metric, value) => void Object.assign(this.metrics, { [`${lane} ${metric}`]: value }),
        milliseconds: () => {},
        info: () => {},
        warn: () => {},
      }),
      clock: {
        wallMilliseconds: () => this.now,
        monotonicMilliseconds: () => this.now,
        sleep: async (milliseconds) => {
          this.now += milliseconds;
          this.remaining -= milliseconds;
          this.depth = Math.max(0, this.depth - (milliseconds / 1000) * this.drainedPerSecond);
          // The governor runs meanwhile.
          if (this.control.control !== undefined) this.control.control.governedAt = this.now;
        },
      },
    },
  );

  constructor() {
    this.control.say(this.now, { parkedAt: this.now - 3_600_000 });
  }

  replay(): Promise<void> {
    return this.run({ remainingMilliseconds: () => this.remaining });
  }

  async *#list(lane: string) {
    for (const [index, requests] of (this.lots.get(lane) ?? []).entries()) {
      const key = `${lane}/${index}`;
      if (!this.removed.includes(key)) yield { key, commands: requests.length };
    }
  }
}

const many = (lots: number, size: number) =>
  Array.from({ length: lots }, (_, lot) => Array.from({ length: size }, (_, index) => `r-${lot}-${index}`));

describe('the replayer', () => {
  it('sends what is parked back to its lane, the oldest first, and counts it', async () => {
    const world = new ReplayedWorld();
    world.lots.set('campaign', [['a', 'b'], ['c']]).set('transactional', [['t']]);
    await world.replay();
    expect(world.sent).toEqual(['transactional t', 'campaign a', 'campaign b', 'campaign c']);
    expect(world.removed).toEqual(['transactional/0', 'campaign/0', 'campaign/1']);
    expect(world.metrics).toEqual({
      'transactional CommandsParked': 1,
      'transactional CommandReplayed': 1,
      'campaign CommandsParked': 3,
      'campaign CommandReplayed': 3,
    });
  });

  it('holds one lot at a time, and keeps to the lane’s rate and to what the workers make room for', async () => {
    const world = new ReplayedWorld();
    world.lots.set('campaign', many(40, 500));
    world.drainedPerSecond = 500;
    const began = world.now;
    await world.replay();
    expect(world.sent).toHaveLength(20_000);
    expect(world.mostOpen).toBe(1);
    // 20,000 at 500 a second, of which some 1,500 are ahead.
    expect((world.now - began) / 1000).toBeGreaterThan(36);
    expect((world.now - began) / 1000).toBeLessThan(45);
  });

  it('stops in time, and the next run goes on where it was', async () => {
    const world = new ReplayedWorld();
    world.lots.set('campaign', many(40, 500));
    world.remaining = 20_000;
    await world.replay();
    const first = world.sent.length;
    expect(first).toBeGreaterThan(4_000);
    expect(first).toBeLessThan(7_000);
    world.remaining = 300_000;
    await world.replay();
    expect(world.sent).toHaveLength(20_000);
    expect(new Set(world.sent).size).toBe(20_000);
  });

  it('that dies between sending and removing sends the lot again: nothing is lost', async () => {
    const world = new ReplayedWorld();
    world.lots.set('campaign', [['a'], ['b']]);
    world.failNextSend = true;
    await expect(world.replay()).rejects.toThrow('SQS is away');
    await world.replay();
    expect(world.sent).toEqual(['campaign a', 'campaign b']);
  });

  it.each<[string, LaneControl]>([
    ['parks', { state: 'parking', reason: 'quota-reserve-reached', since: 1 }],
    ['is paused', { state: 'paused', reason: 'operator', since: 1 }],
  ])('leaves a lane alone that %s', async (_, campaign) => {
    const world = new ReplayedWorld();
    world.lots.set('campaign', [['a']]).set('transactional', [['t']]);
    world.control.say(world.now, { lanes: { campaign }, parkedAt: world.now });
    await world.replay();
    expect(world.sent).toEqual(['transactional t']);
  });

  it('stops at once when a worker meets a spent quota, and sends nothing while the governor is silent', async () => {
    const world = new ReplayedWorld();
    world.lots.set('campaign', [['a']]);
    await world.control.signal('quotaExceededAt', world.now + 1);
    await world.replay();
    world.control.signals = {};
    world.now += 5 * 60_000;
    await world.replay();
    expect(world.sent).toEqual([]);
  });

  it('says that nothing is parked any more when it finds nothing, a quarter of an hour after the last lane parked', async () => {
    const world = new ReplayedWorld();
    world.lots.set('campaign', [['a']]);
    await world.replay();
    expect(world.control.control?.parkedAt).toBeDefined();
    await world.replay();
    expect(world.control.control).not.toHaveProperty('parkedAt');

    world.control.say(world.now, { parkedAt: world.now - 899_000 });
    await world.replay();
    expect(world.control.control?.parkedAt).toBeDefined();
  });
});
