import { test as base, describe, expect } from 'vitest';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import type { ParkedCommand } from '../../../../lambdas/domain/contract/parked-command.ts';
import type { SenderDecisions } from '../../../../lambdas/domain/contract/sender.ts';
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
  readonly quarantinedLines: string[] = [];
  readonly outcomes: Outcome[] = [];
  readonly warnings: object[] = [];
  /** The lots of each sender, `{source}/{sender}`. A text is an unreadable line. */
  readonly held = new Map<string, (ParkedCommand | string)[][]>();
  decisions: SenderDecisions = {};
  decisionsRead = 0;
  /** How many commands were held after each run. */
  readonly levels: number[] = [];
  readonly #sleepers: { wakesAt: number; resolve: () => void }[] = [];

  readonly run = replayer(
    {
      LEDGER_TABLE_NAME: 'ledger',
      ARCHIVE_BUCKET_NAME: 'archive',
      OUTCOME_TOPIC_ARN: 'arn:outcomes',
      SENDERS: { crm: ['AROACRM'], studio: ['AROASTUDIO'] },
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
        keepLines: async (_, key, reason, lines) => {
          this.quarantined.push(`${key} ${reason} ${lines.length}`);
          this.quarantinedLines.push(...lines);
        },
      },
      held: {
        senders: () => this.#heldSenders(),
        lots: ({ source, sender }) => this.#heldLots(`${source}/${sender}`),
        read: async ({ key }) => {
          if (this.unreadableLots.has(key)) throw new Error('S3 is away');
          const [of, index = ''] = key.split('#');
          const lines = this.held.get(of ?? '')?.[Number(index)] ?? [];
          return {
            commands: lines.filter((one) => typeof one !== 'string'),
            unreadable: lines.filter((one) => typeof one === 'string'),
          };
        },
        remove: async ({ key }) => void this.removed.push(key),
      },
      senders: {
        decisions: async () => {
          this.decisionsRead++;
          return this.decisions;
        },
      },
      outcomes: { publish: async (outcome) => void this.outcomes.push(outcome) },
      observer: {
        count: () => {},
        milliseconds: () => {},
        info: () => {},
        level: (_, value) => void this.levels.push(value),
        warn: (message, fields = {}) => void this.warnings.push({ message, ...fields }),
      },
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

  async *#heldSenders() {
    for (const of of this.held.keys()) {
      const [source = '', sender = ''] = of.split('/');
      yield { source, sender };
    }
  }

  async *#heldLots(of: string) {
    for (const [index, lines] of (this.held.get(of) ?? []).entries()) {
      const key = `${of}#${index}`;
      if (!this.removed.includes(key)) yield { key, commands: lines.length, bytes: this.sizes.get(key) ?? 1 };
    }
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

describe('held commands', () => {
  const stranger = 'crm/AROASTRANGER';
  const held = (requestId: string, lane = 'campaign', sender = 'AROASTRANGER', source = 'crm') => {
    return { ...line(lane, requestId), source, sender };
  };
  const ofCrm = (requestId: string, lane = 'campaign') => held(requestId, lane, 'AROACRM');
  const decided = (decision: 'confirmed' | 'rejected') => ({ decision, at: 1, reason: 'a new role' });

  it('stay in the archive, counted, until somebody decides about their sender', async ({ world }) => {
    world.held.set(stranger, [[held('a'), held('b')], [held('c')]]);
    await world.replay();
    expect(world.sent).toEqual([]);
    expect(world.removed).toEqual([]);
    expect(world.levels).toEqual([3]);
  });

  it.each(['confirmed', 'rejected'] as const)(
    'go back to their lanes once an operator has %s the sender: the worker ends them',
    async (decision) => {
      const world = new ReplayedWorld();
      world.held.set(stranger, [[held('a')], [held('t', 'transactional')]]).set('crm/AROAOTHER', [[held('x')]]);
      world.decisions = { [stranger]: decided(decision) };
      await world.replay();
      expect(world.sent).toEqual(['campaign a', 'transactional t']);
      expect(world.removed).toEqual([`${stranger}#0`, `${stranger}#1`]);
      expect(world.levels).toEqual([1]);
      expect(world.metrics).toMatchObject({ 'campaign CommandReplayed': 1, 'transactional CommandReplayed': 1 });
    },
  );

  it('go back once the configuration knows the sender, as its source’s or as another’s', async ({ world }) => {
    world.held
      .set('crm/AROACRM', [[ofCrm('a')]])
      .set('crm/AROASTUDIO', [[held('b', 'campaign', 'AROASTUDIO')]])
      .set('feed/AROANEW', [[held('c', 'campaign', 'AROANEW', 'feed')]]);
    await world.replay();
    // Nothing binds the source `feed` any more.
    expect(world.sent).toEqual(['campaign a', 'campaign b', 'campaign c']);
    expect(world.levels).toEqual([0]);
  });

  it('go back while their lane waits for quota: the worker parks them', async ({ world }) => {
    world.control.setRecord(world.now, { lanes: { campaign: { state: 'parking', since: 0 } } });
    world.held.set('crm/AROACRM', [[ofCrm('a')]]);
    await world.replay();
    expect(world.sent).toEqual(['campaign a']);
  });

  it('wait for room in their lane’s queue', async ({ world }) => {
    world.depth = 1_000;
    world.held.set('crm/AROACRM', [[ofCrm('a')]]);
    await world.replay();
    expect(world.sent).toEqual([]);
    expect(world.levels).toEqual([1]);
  });

  it('are sent again if the replayer crashes before it removes their lot', async ({ world }) => {
    world.held.set('crm/AROACRM', [[ofCrm('a')]]);
    const remove = world.removed.push.bind(world.removed);
    world.removed.push = () => {
      throw new Error('crash');
    };
    await expect(world.replay()).rejects.toThrow('held commands');
    world.removed.push = remove;
    await world.replay();
    expect(world.sent).toEqual(['campaign a', 'campaign a']);
    expect(world.levels).toEqual([1, 0]);
  });

  it('of one lot do not stop those of another, nor parked commands', async ({ world }) => {
    world.held.set('crm/AROACRM', [
      [ofCrm('a')],
      ['trash'],
      [ofCrm('gone', 'removed')],
      [ofCrm('b'), 'trash'],
      [ofCrm('bad')],
    ]);
    world.unreadableLots.add('crm/AROACRM#0');
    world.lots.set('campaign', [['parked']]);
    await expect(world.replay()).rejects.toThrow('could not be replayed to the end: held commands');
    expect(world.sent).toEqual(expect.arrayContaining(['campaign b', 'campaign parked']));
    expect(world.quarantined).toEqual(['crm/AROACRM#3 unreadable 1', 'crm/AROACRM#4 refused 1']);
    expect(world.removed).toEqual(expect.arrayContaining(['crm/AROACRM#3', 'crm/AROACRM#4', 'campaign/0']));
    // The lot that S3 does not return, the unreadable one, and the one whose lane is not configured.
    expect(world.levels).toEqual([3]);
  });

  it.each([
    ['another sender', held('forged', 'campaign', 'AROACRM')],
    ['another source', held('forged', 'campaign', 'AROASTRANGER', 'studio')],
    ['no sender', { ...held('forged'), sender: undefined }],
  ])('of a line with %s than its folder’s go to quarantine, without a sender', async (_, forged) => {
    const world = new ReplayedWorld();
    world.held.set(stranger, [[held('a'), forged], [forged]]);
    world.decisions = { [stranger]: decided('confirmed') };
    await world.replay();
    expect(world.sent).toEqual(['campaign a']);
    expect(world.quarantined).toEqual([`${stranger}#0 unreadable 1`, `${stranger}#1 unreadable 1`]);
    expect(world.quarantinedLines.map((one) => JSON.parse(one).sender)).toEqual(['unknown', 'unknown']);
    expect(world.removed).toEqual([`${stranger}#0`, `${stranger}#1`]);
  });

  it('of a rejected sender reach no producer, not even if their queue refuses them', async ({ world }) => {
    world.held.set(stranger, [[held('bad')]]);
    world.decisions = { [stranger]: decided('rejected') };
    await world.replay();
    expect(world.quarantined).toEqual([`${stranger}#0 refused 1`]);
    expect(world.outcomes).toEqual([]);
    expect(world.metrics['campaign CommandQuarantined']).toBe(1);
  });

  it('of a confirmed sender are reported if their queue refuses them', async ({ world }) => {
    world.held.set(stranger, [[held('bad')]]);
    world.decisions = { [stranger]: decided('confirmed') };
    await world.replay();
    expect(world.outcomes).toMatchObject([{ outcome: 'parked', reason: 'quarantined', source: 'crm' }]);
  });

  it('cost no read of the decisions if there are none', async ({ world }) => {
    await world.replay();
    expect([world.decisionsRead, world.levels]).toEqual([0, [0]]);
  });
});
