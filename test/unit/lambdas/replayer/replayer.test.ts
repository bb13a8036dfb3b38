import { test as base, describe, expect } from 'vitest';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import type { ParkedCommand } from '../../../../lambdas/domain/contract/parked-command.ts';
import type { LaneControl } from '../../../../lambdas/domain/control/control-record.ts';
import { replayer } from '../../../../lambdas/replayer/replayer.ts';
import { InMemoryControl } from '../../../world/in-memory-control.ts';
import { silentObserver } from '../../../world/stillness.ts';

const it = base.extend('world', () => new ReplayedWorld());

const line = (lane: string, requestId: string): ParkedCommand => ({
  v: 1,
  lane,
  messageId: `m-${requestId}`,
  sentAtMilliseconds: 1,
  receiveCount: 1,
  parkedAtMilliseconds: 2,
  source: 'crm',
  requestId,
  body: JSON.stringify({ source: 'crm', requestId }),
});

class ReplayedWorld {
  now = Date.parse('2026-04-01T00:10:00Z');
  remaining = 300_000;
  readonly control = new InMemoryControl();
  /** The request IDs of each lot by lane, oldest first. */
  readonly lots = new Map<string, string[][]>();
  readonly sent: string[] = [];
  readonly removed: string[] = [];
  /** Lots that were read and are not removed yet. */
  open = 0;
  mostOpen = 0;
  depth = 0;
  /** The commands that the workers carry out in a second. */
  drainedPerSecond = 1_000;
  readonly metrics: Record<string, number> = {};
  /** Lanes whose queue refuses every message. */
  readonly failing = new Set<string>();
  /** Lots that S3 fails to return. */
  readonly unreadableLots = new Set<string>();
  readonly sizes = new Map<string, number>();
  readonly sentAt = new Map<string, number>();
  readonly quarantined: string[] = [];
  readonly outcomes: Outcome[] = [];
  readonly warnings: object[] = [];
  readonly #sleepers: { wakesAt: number; resolve: () => void }[] = [];

  readonly run = replayer(
    {
      LEDGER_TABLE_NAME: 'ledger',
      ARCHIVE_BUCKET_NAME: 'archive',
      OUTCOME_TOPIC_ARN: 'arn:outcomes',
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
          if (this.unreadableLots.has(key)) throw new Error('S3 is away');
          const requests = this.lots.get(lane)?.[Number(index)] ?? [];
          return {
            commands: requests.filter((text) => !text.startsWith('{')).map((requestId) => line(lane, requestId)),
            unreadable: requests.filter((text) => text.startsWith('{')),
          };
        },
        remove: async ({ key }) => {
          this.open--;
          this.removed.push(key);
        },
      },
      queue: {
        depth: async () => this.depth,
        send: async (queueUrl, commands) => {
          if (this.failing.has(queueUrl.slice(9))) throw Object.assign(new Error('SQS is away'), { name: 'SqsAway' });
          const refused = commands.filter(({ requestId }) => requestId.startsWith('bad'));
          const taken = commands.filter((command) => !refused.includes(command));
          this.depth += taken.length;
          this.sent.push(...taken.map(({ requestId }) => `${queueUrl.slice(9)} ${requestId}`));
          for (const { requestId } of taken) this.sentAt.set(requestId, this.now);
          return refused;
        },
      },
      quarantine: {
        keepLot: async (_, key) => void this.quarantined.push(key),
        keepLines: async (_, key, reason, lines) => void this.quarantined.push(`${key} ${reason} ${lines.length}`),
      },
      outcomes: { publish: async (outcome) => void this.outcomes.push(outcome) },
      laneObserver: (lane) => ({
        ...silentObserver,
        count: (metric, by = 1) =>
          void Object.assign(this.metrics, { [`${lane} ${metric}`]: (this.metrics[`${lane} ${metric}`] ?? 0) + by }),
        level: (metric, value) => void Object.assign(this.metrics, { [`${lane} ${metric}`]: value }),
        warn: (message, fields = {}) => void this.warnings.push({ message, ...fields }),
      }),
      clock: {
        wallMilliseconds: () => this.now,
        monotonicMilliseconds: () => this.now,
        sleep: (milliseconds) =>
          new Promise((resolve) => this.#sleepers.push({ wakesAt: this.now + milliseconds, resolve })),
      },
    },
  );

  constructor() {
    this.control.setRecord(this.now, { parkedAt: this.now - 3_600_000 });
  }

  /** Moves the time only while all lanes sleep, to the first lane's wake-up. */
  async replay(): Promise<void> {
    let ended = false;
    const run = this.run({ remainingMilliseconds: () => this.remaining }).finally(() => {
      ended = true;
    });
    run.catch(() => {});
    while (!ended) {
      await new Promise((resolve) => setImmediate(resolve));
      const [first] = this.#sleepers.sort((one, other) => one.wakesAt - other.wakesAt);
      if (first === undefined) continue;
      this.#sleepers.shift();
      this.#pass(Math.max(0, first.wakesAt - this.now));
      first.resolve();
    }
    return run;
  }

  #pass(milliseconds: number): void {
    this.now += milliseconds;
    this.remaining -= milliseconds;
    this.depth = Math.max(0, this.depth - (milliseconds / 1000) * this.drainedPerSecond);
    // The governor also runs in this time.
    if (this.control.control !== undefined) this.control.control.governedAt = this.now;
  }

  async *#list(lane: string) {
    for (const [index, requests] of (this.lots.get(lane) ?? []).entries()) {
      const key = `${lane}/${index}`;
      if (!this.removed.includes(key)) yield { key, commands: requests.length, bytes: this.sizes.get(key) ?? 1 };
    }
  }
}

const many = (lots: number, size: number) =>
  Array.from({ length: lots }, (_, lot) => Array.from({ length: size }, (_, index) => `r-${lot}-${index}`));

describe('the replayer', () => {
  it('sends parked commands back to their lane, oldest first, and counts them', async ({ world }) => {
    world.lots.set('campaign', [['a', 'b'], ['c']]).set('transactional', [['t']]);
    await world.replay();
    expect(world.sent).toEqual(['transactional t', 'campaign a', 'campaign b', 'campaign c']);
    expect(world.removed.toSorted()).toEqual(['campaign/0', 'campaign/1', 'transactional/0']);
    expect(world.metrics).toEqual({
      'transactional CommandsParked': 1,
      'transactional CommandReplayed': 1,
      'campaign CommandsParked': 3,
      'campaign CommandReplayed': 3,
    });
  });

  it('reads one lot at a time, at the lane’s rate, as the workers make room', async ({ world }) => {
    world.lots.set('campaign', many(40, 500));
    world.drainedPerSecond = 500;
    const began = world.now;
    await world.replay();
    expect(world.sent).toHaveLength(20_000);
    expect(world.mostOpen).toBe(1);
    // 20,000 at 500 a second. Some 1,500 of them are sent ahead.
    expect((world.now - began) / 1000).toBeGreaterThan(36);
    expect((world.now - began) / 1000).toBeLessThan(45);
  });

  it('stops in time, and the next run continues from there', async ({ world }) => {
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

  it('sends a lot again after a crash between sending and removing it', async ({ world }) => {
    world.lots.set('campaign', [['a'], ['b']]);
    world.failing.add('campaign');
    await expect(world.replay()).rejects.toThrow('could not be replayed to the end: campaign');
    expect(world.removed).toEqual([]);
    world.failing.clear();
    await world.replay();
    expect(world.sent).toEqual(['campaign a', 'campaign b']);
  });

  it.each<[string, LaneControl]>([
    ['parks', { state: 'parking', reason: 'quota-reserve-reached', since: 1 }],
    ['is paused', { state: 'paused', reason: 'operator', since: 1 }],
  ])('skips a lane that %s', async (_, campaign) => {
    const world = new ReplayedWorld();
    world.lots.set('campaign', [['a']]).set('transactional', [['t']]);
    world.control.setRecord(world.now, { lanes: { campaign }, parkedAt: world.now });
    await world.replay();
    expect(world.sent).toEqual(['transactional t']);
  });

  it('stops when a worker meets a spent quota, and while the control record is stale', async ({ world }) => {
    world.lots.set('campaign', [['a']]);
    await world.control.signal('quotaExceededAt', world.now + 1);
    await world.replay();
    world.control.signals = {};
    world.now += 5 * 60_000;
    await world.replay();
    expect(world.sent).toEqual([]);
  });

  it('clears `parkedAt` if it finds nothing a quarter of an hour after a lane last parked', async ({ world }) => {
    world.lots.set('campaign', [['a']]);
    await world.replay();
    expect(world.control.control?.parkedAt).toBeDefined();
    await world.replay();
    expect(world.control.control).not.toHaveProperty('parkedAt');

    world.control.setRecord(world.now, { parkedAt: world.now - 899_000 });
    await world.replay();
    expect(world.control.control?.parkedAt).toBeDefined();
  });

  it('continues after a failed lane, and fails at the end with the lane’s name', async ({ world }) => {
    world.lots.set('transactional', [['t']]).set('campaign', [['a'], ['b']]);
    world.failing.add('transactional');
    await expect(world.replay()).rejects.toThrow('could not be replayed to the end: transactional');
    expect(world.sent).toEqual(['campaign a', 'campaign b']);
    expect(world.metrics['transactional ReplayFailed']).toBe(1);
    expect(world.warnings).toEqual([
      { message: 'parked commands could not be replayed', lane: 'transactional', error: 'SqsAway' },
    ]);
  });

  it('continues after a failed lot, and stops the lane at the third failure in a row', async ({ world }) => {
    world.lots.set('campaign', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]);
    for (const index of [0, 2, 3, 4]) world.unreadableLots.add(`campaign/${index}`);
    await expect(world.replay()).rejects.toThrow('could not be replayed to the end: campaign');
    expect(world.sent).toEqual(['campaign b']);
    expect(world.metrics['campaign ReplayFailed']).toBe(4);
  });

  it('does not delay a fast lane by a slow one', async ({ world }) => {
    world.lots.set('transactional', [many(1, 500)[0] ?? [], ['late']]).set('campaign', many(10, 500).slice(1));
    const began = world.now;
    await world.replay();
    // The slow lane needs five seconds for 500 commands at 100 a second. The fast lane sends its ninth lot after four.
    expect(world.sentAt.get('late')).toBe(began + 5_000);
    expect(world.sentAt.get('r-9-0')).toBe(began + 4_000);
  });

  it('never sleeps past its deadline, however slow a lane is', async ({ world }) => {
    world.lots.set('transactional', [many(1, 500)[0] ?? [], ['later']]);
    world.remaining = 17_000;
    const began = world.now;
    await world.replay();
    expect(world.now - began).toBe(2_001);
    expect(world.removed).toEqual(['transactional/0']);
  });

  it('quarantines unreadable and refused commands, publishes outcomes, and continues', async ({ world }) => {
    const body = JSON.stringify({ source: 'crm', requestId: 'n-1', action: 'create', metadata: { note: 'a' } });
    const spoilt = JSON.stringify({ v: 1, messageId: 'm-n-1', sentAtMilliseconds: null, source: 'crm', body });
    world.lots.set('campaign', [['a', 'bad-1', spoilt, '{nobody knows'], ['{trash'], ['huge'], ['z']]);
    world.sizes.set('campaign/2', 33 * 1024 * 1024);
    await world.replay();
    expect(world.sent).toEqual(['campaign a', 'campaign z']);
    expect(world.quarantined).toEqual(['campaign/0 unreadable 2', 'campaign/0 refused 1', 'campaign/1', 'campaign/2']);
    expect(world.removed).toEqual(['campaign/0', 'campaign/1', 'campaign/2', 'campaign/3']);
    const quarantined = { outcome: 'parked', reason: 'quarantined', source: 'crm', lane: 'campaign' };
    expect(world.outcomes).toMatchObject([
      { ...quarantined, requestId: 'n-1', action: 'create', messageId: 'm-n-1', metadata: { note: 'a' } },
      { ...quarantined, requestId: 'bad-1', messageId: 'm-bad-1' },
    ]);
    expect(world.metrics['campaign CommandQuarantined']).toBe(5);
    expect(world.metrics['campaign CommandReplayed']).toBe(2);
  });
});
