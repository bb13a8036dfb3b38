import { beforeEach, describe, expect, it } from 'vitest';
import { emptyControl, type LaneControl } from '../../../../lambdas/domain/control/control-record.ts';
import type { SpentOnDay } from '../../../../lambdas/domain/control/quota-tally.ts';
import type { Operation } from '../../../../lambdas/domain/onelink/operation.ts';
import type { ObservedFields } from '../../../../lambdas/domain/work/observer.ts';
import { governor } from '../../../../lambdas/governor/governor.ts';
import { EmulatedApi, operationOf } from '../../../world/emulated-api.ts';
import { InMemoryControl } from '../../../world/in-memory-control.ts';
import { silentObserver } from '../../../world/stillness.ts';

const minute = 60_000;

interface Account {
  quotaFrom?: 'api' | 'own-count';
  /** The pipeline's share of the month's quota. */
  shareCalls?: number;
  /** Other pipelines on the account. */
  siblings?: number;
}

const spentCalls = (calls: number): SpentOnDay[] => [
  { lane: 'campaign', day: '2026-03-09', calls, byHour: new Map([[11, calls]]) },
];

class GovernedWorld {
  now = Date.parse('2026-03-09T12:00:00Z');
  readonly api = new EmulatedApi({ now: () => this.now, sleep: async () => {} });
  /** Runs while the quota poll waits for its answer. */
  duringPoll: () => Promise<void> = async () => {};
  readonly control = new InMemoryControl();
  readonly mappings = new Map([
    ['campaign-links', 'on'],
    ['campaign-codes', 'on'],
    ['transactional-links', 'on'],
    ['expired', 'on'],
  ]);
  secret: 'of the ledger' | 'another' | 'unreadable' = 'of the ledger';
  failMapping: string | undefined;
  metrics: Record<string, number> = {};
  readonly warnings: [string, ObservedFields | undefined][] = [];

  readonly run: () => Promise<void>;
  /** What each sibling answers when its counts are read. */
  siblings: (() => Promise<SpentOnDay[]>)[] = [];
  readonly #governorWith = ({ quotaFrom = 'api', shareCalls, siblings = 0 }: Account) =>
    governor(
      {
        QUOTA_FROM: quotaFrom,
        ...(shareCalls !== undefined && { MONTHLY_SHARE_CALLS: shareCalls }),
        API_DIALECT: 'v2.0',
        API_BASE_URL: 'http://127.0.0.1:1',
        API_PROXY_URL: '',
        API_TOKEN_SECRET_ARN: 'arn:token',
        LINK_ID_SECRET_ARN: 'arn:link-id',
        APPSFLYER_ACCOUNT_ID: 'acc-demo',
        CALL_TIMEOUT_MILLISECONDS: 10_000,
        MONTHLY_QUOTA_CALLS: 7_500_000,
        LEDGER_TABLE_NAME: 'ledger',
        PROBE_TEMPLATE_ID: 'A1b3',
        LANES: [
          {
            name: 'campaign',
            reserveCalls: 750_000,
            hourlyCapCalls: 3_000_000,
            mappings: ['campaign-links', 'campaign-codes'],
          },
          { name: 'transactional', reserveCalls: 20_000, dailyCapCalls: 500_000, mappings: ['transactional-links'] },
          { name: 'expiry', reserveCalls: 20_000, mappings: ['expired'] },
        ],
      },
      {
        api: this.api.clientOver(
          {
            send: async (call) => {
              if (operationOf(call) === 'quota') await this.duringPoll();
              return this.api.send(call);
            },
          },
          () => this.now,
        ),
        control: this.control,
        linkIdSecret: {
          isOfLedger: async () => {
            if (this.secret === 'unreadable') throw new Error('Secrets Manager is unavailable');
            return this.secret === 'of the ledger';
          },
        },
        siblings: Array.from({ length: siblings }, (_, index) => ({
          spent: async () => this.siblings[index]?.() ?? [],
        })),
        mappings: {
          state: async (id) => this.mappings.get(id) as 'on' | 'off' | 'changing',
          switch: async (id, on) => {
            if (id === this.failMapping) throw new Error('Lambda is throttled');
            this.mappings.set(id, on ? 'on' : 'off');
          },
        },
        observer: this.#observer(''),
        laneObserver: (lane) => this.#observer(`${lane} `),
        clock: { wallMilliseconds: () => this.now, monotonicMilliseconds: () => 0, sleep: async () => {} },
      },
    );

  constructor(account: Account = {}) {
    this.run = this.#governorWith(account);
    this.left(6_000_000);
  }

  /** Sets the calls that the account has left, and lets the API answer the poll. */
  left(quotaRemaining: number): void {
    this.api.control.clearFaults();
    this.api.control.changeSettings({ quotaRemaining });
  }

  /** The API gives this answer to each call of the operation, until the faults are cleared. */
  always(operation: Operation, status: number, errorType?: string): void {
    const error = { kind: 'status', status, ...(errorType !== undefined && { errorType }) } as const;
    this.api.control.addFaults({ ...error, operation, probability: 1 });
  }

  /** Sets whether the API accepts the pipeline's token. */
  knowsToken(isKnown: boolean): void {
    this.api.control.changeSettings({ token: isKnown ? 'local-token' : 'another' });
  }

  /** Runs the governor this often, a minute apart. */
  async minutes(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      this.now += minute;
      await this.run();
    }
  }

  get lanes(): Record<string, string> {
    const lanes = Object.entries(this.control.control?.lanes ?? {});
    return Object.fromEntries(lanes.map(([name, { state, reason }]) => [name, reason ? `${state}: ${reason}` : state]));
  }

  get off(): string[] {
    return [...this.mappings].flatMap(([id, state]) => (state === 'off' ? [id] : []));
  }

  #observer(prefix: string) {
    const set = (metric: string, value: number) => void Object.assign(this.metrics, { [`${prefix}${metric}`]: value });
    return {
      ...silentObserver,
      count: (metric: string, by = 1) => set(metric, by),
      level: set,
      warn: (message: string, fields?: ObservedFields) => void this.warnings.push([message, fields]),
    };
  }
}

let world: GovernedWorld;
beforeEach(async () => {
  world = new GovernedWorld();
  await world.run();
});

const paused = (reason: string) => ({
  campaign: `paused: ${reason}`,
  transactional: `paused: ${reason}`,
  expiry: `paused: ${reason}`,
});
const allOpen = { campaign: 'open', transactional: 'open', expiry: 'open' };

describe('the governor, each minute', () => {
  it('publishes the remaining quota to metrics and workers, with two free calls', async () => {
    expect(world.api.quotaPolls).toBe(1);
    expect(world.api.calls).toEqual(['read']);
    expect(world.metrics).toEqual({
      QuotaRemaining: 6_000_000,
      QuotaUsed: 1_500_000,
      QuotaUsedPercent: 20,
      QuotaBurnPerHour: 0,
      QuotaSpentElsewhere: 0,
      AccountRefused: 0,
      ApiUnreachable: 0,
    });
    expect(world.control.control).toMatchObject({
      revision: 1,
      governedAt: world.now,
      quota: { remaining: 6_000_000, polledAt: world.now },
    });
    expect(world.lanes).toEqual(allOpen);
    expect(world.warnings).toEqual([]);
  });

  it('writes no quota metric when its poll fails, which triggers the heartbeat alarm', async () => {
    world.metrics = {};
    world.always('quota', 503);
    await world.minutes(1);
    expect(world.metrics).not.toHaveProperty('QuotaUsed');
    expect(world.metrics).toMatchObject({ ApiUnreachable: 0 });
    expect(world.control.control?.quota?.polledAt).toBe(world.now - minute);
  });

  it('parks each lane at its reserve, and opens it when a poll shows room', async () => {
    world.left(750_000);
    await world.minutes(1);
    expect(world.lanes).toEqual({ ...allOpen, campaign: 'parking: quota-reserve-reached' });
    expect(world.control.control?.parkedAt).toBe(world.now);
    world.left(19_000);
    await world.minutes(30);
    expect(world.lanes.transactional).toBe('parking: quota-reserve-reached');
    expect(world.metrics['campaign LaneParkingMinutes']).toBe(30);
    expect(world.off).toEqual([]);
    // A new month opens no lane before a poll does.
    world.now = Date.parse('2026-04-01T00:00:30Z');
    world.always('quota', 503);
    await world.run();
    expect(world.lanes.campaign).toBe('parking: quota-reserve-reached');
    world.left(7_500_000);
    await world.minutes(1);
    expect(world.lanes).toEqual(allOpen);
    expect(world.control.control?.lanes.campaign?.openedAt).toBe(world.now);
    // `parkedAt` stays until the replayer finds nothing parked.
    expect(world.control.control?.parkedAt).toBeDefined();
  });

  it('subtracts our own calls since the last poll when a new poll fails', async () => {
    world.always('quota', 503);
    await world.control.addSpent('campaign', 5_260_000, world.now);
    await world.minutes(1);
    expect(world.lanes.campaign).toBe('parking: quota-reserve-reached');
  });

  it('parks all lanes after a worker received quota_exceeded, until a later poll shows room', async () => {
    world.always('quota', 503);
    await world.control.signal('quotaExceededAt', world.now + 1);
    await world.minutes(1);
    expect(world.lanes.transactional).toBe('parking: quota-exceeded');
    world.left(6_000_000);
    await world.minutes(1);
    expect(world.lanes).toEqual(allOpen);
  });

  it('parks a lane at its hourly or daily cap, and opens it in the next hour or day', async () => {
    await world.control.addSpent('campaign', 3_000_000, world.now);
    await world.control.addSpent('transactional', 500_000, world.now);
    await world.minutes(1);
    expect(world.lanes).toMatchObject({
      campaign: 'parking: hourly-cap-reached',
      transactional: 'parking: daily-cap-reached',
    });
    world.now += 60 * minute;
    await world.run();
    expect(world.lanes).toMatchObject({ campaign: 'open', transactional: 'parking: daily-cap-reached' });
    world.now += 24 * 60 * minute;
    await world.run();
    expect(world.lanes).toEqual(allOpen);
  });

  it('pauses what needs the link-ID secret while that is not the ledger’s, and opens it when it is back', async () => {
    world.metrics = {};
    world.secret = 'another';
    await world.minutes(1);
    expect(world.lanes).toEqual(paused('link-id-secret-differs'));
    expect(world.metrics).toMatchObject({ LinkIdSecretDiffers: 1, QuotaUsed: 1_500_000 });
    expect(world.off).toHaveLength(4);

    world.secret = 'of the ledger';
    await world.minutes(1);
    expect(world.lanes).toEqual(allOpen);
    expect(world.off).toEqual([]);
  });

  it('leaves the lanes as they are while the link-ID secret cannot be read', async () => {
    world.secret = 'unreadable';
    await world.minutes(1);
    expect(world.lanes).toEqual(allOpen);
    expect(world.warnings).toContainEqual(['the link-ID secret could not be checked', { error: 'Error' }]);
  });

  it.each([
    ['while the quota poll succeeds', false, { AccountRefused: 1, ApiUnreachable: 0, QuotaUsed: 1_500_000 }],
    ['while the quota poll fails too', true, { AccountRefused: 1, ApiUnreachable: 0 }],
  ])(
    'pauses every lane when the API refuses the token (%s), and opens them after two good minutes',
    async (_, quotaNeedsToken, metrics) => {
      world.metrics = {};
      world.api.control.changeSettings({ quotaNeedsToken });
      world.knowsToken(false);
      await world.minutes(2);
      expect(world.metrics).toMatchObject(metrics);
      expect('QuotaUsed' in world.metrics).toBe(!quotaNeedsToken);
      expect(world.lanes).toEqual(paused('token-refused'));
      expect(world.off).toHaveLength(4);
      world.knowsToken(true);
      await world.minutes(1);
      expect(world.off).toHaveLength(4);
      await world.minutes(1);
      expect(world.lanes).toEqual(allOpen);
      expect(world.off).toEqual([]);
      expect(world.api.calls).toContain('create');
      expect(world.api.links.size).toBe(0);
    },
  );

  it('pauses for a disabled feature by a worker’s signal, and opens by a canary', async () => {
    await world.control.signal('featureOffAt', world.now + 1);
    await world.minutes(1);
    expect(world.lanes).toEqual(paused('feature-off'));
    world.api.control.changeSettings({ featureEnabled: false });
    await world.minutes(30);
    expect(world.lanes).toEqual(paused('feature-off'));
    expect(world.metrics['campaign LanePausedMinutes']).toBe(30);
    world.api.control.changeSettings({ featureEnabled: true });
    await world.minutes(2);
    expect(world.lanes).toEqual(allOpen);
  });

  it('pauses for an outage of POSTs alone, and stays paused while the canary fails', async () => {
    for (let index = 0; index < 4; index++) {
      await world.control.signal('apiOutageAt', world.now + 1);
      await world.minutes(1);
    }
    expect(world.lanes).toEqual(paused('api-outage'));
    world.always('create', 503);
    await world.minutes(10);
    expect(world.lanes).toEqual(paused('api-outage'));
    world.api.control.clearFaults();
    world.always('create', 429, 'quota_exceeded');
    await world.minutes(2);
    expect(world.lanes).toEqual(allOpen);
  });

  it('keeps an operator’s pause, and switches a mapping off again after a deployment', async () => {
    const operator: LaneControl = { state: 'paused', reason: 'operator', note: 'maintenance', since: 5 };
    world.control.setRecord(world.now, { lanes: { campaign: operator } });
    await world.minutes(1);
    expect(world.off).toEqual(['campaign-links', 'campaign-codes']);
    world.mappings.set('campaign-links', 'on');
    await world.minutes(1);
    expect(world.off).toEqual(['campaign-links', 'campaign-codes']);
    expect(world.control.control?.lanes.campaign).toEqual(operator);
    expect(world.lanes.transactional).toBe('open');
  });
});

describe('a run of the governor', () => {
  it('judges again when an operator has written the record during the run', async () => {
    world.duringPoll = async () => {
      world.duringPoll = async () => {};
      const read = await world.control.read();
      const lanes = { ...read.control?.lanes, campaign: { state: 'paused', reason: 'operator', since: 7 } as const };
      await world.control.write({ ...emptyControl, ...read.control, lanes }, read);
    };
    await world.minutes(1);
    expect(world.lanes).toEqual({ ...allOpen, campaign: 'paused: operator' });
    expect(world.control.control?.governedAt).toBe(world.now);
    expect(world.off).toEqual(['campaign-links', 'campaign-codes']);
  });

  it('ignores its poll when the record holds a later one', async () => {
    const later = { remaining: 9, polledAt: world.now + 10 * minute, own: 0 };
    world.control.setRecord(world.now + 10 * minute, { quota: later });
    await world.minutes(1);
    expect(world.control.control).toMatchObject({ quota: later, governedAt: world.now + 9 * minute });
    expect(world.lanes.campaign).toBe('parking: quota-reserve-reached');
  });

  it.each(['read', 'spent', 'write'])(
    'that fails at the control table’s %s is repeated by the next run',
    async (method) => {
      world.control.failNext.add(method);
      await expect(world.minutes(1)).rejects.toThrow();
      world.knowsToken(false);
      await world.minutes(2);
      expect(world.lanes).toEqual(paused('token-refused'));
    },
  );

  it('pauses the lanes even if it cannot count the renewals, and then fails', async () => {
    // Given
    world.api.control.changeSettings({ quotaNeedsToken: false });
    world.knowsToken(false);
    await world.minutes(1);
    world.control.failNext.add('renewals');
    // When
    const run = world.minutes(1);
    // Then
    await expect(run).rejects.toThrow('the control table fails at renewals');
    expect(world.off).toHaveLength(4);
  });

  it('switches the other mappings if one fails, then fails, and the next run tries again', async () => {
    world.failMapping = 'campaign-links';
    world.knowsToken(false);
    await world.minutes(1);
    await expect(world.minutes(1)).rejects.toThrow('throttled');
    expect(world.off).toEqual(['campaign-codes', 'transactional-links', 'expired']);
    world.failMapping = undefined;
    await world.minutes(1);
    expect(world.off).toHaveLength(4);
  });

  it('waits for a mapping in transition', async () => {
    world.mappings.set('expired', 'changing');
    world.knowsToken(false);
    await world.minutes(2);
    expect(world.mappings.get('expired')).toBe('changing');
    world.mappings.set('expired', 'on');
    await world.minutes(1);
    expect(world.off).toContain('expired');
  });
});

describe('a lost control record', () => {
  it.each([
    ['missing', () => (world.control.control = undefined)],
    ['corrupt', () => (world.control.corrupt = true)],
  ])(
    '(%s) is rebuilt with a warning, and lanes whose mappings are off stay paused until an operator resumes them',
    async (_, lose) => {
      world.mappings.set('campaign-codes', 'off');
      lose();
      await world.minutes(1);
      expect(world.lanes).toEqual({ ...allOpen, campaign: 'paused: control-record-lost' });
      expect(world.metrics).toMatchObject({ ControlRebuilt: 1 });
      expect(world.warnings).toContainEqual([
        'the control record was lost: lanes whose mappings are off stay paused',
        { count: 1 },
      ]);
      expect(world.control.control?.parkedAt).toBe(world.now);
      await world.minutes(5);
      expect(world.lanes.campaign).toBe('paused: control-record-lost');
      expect(world.off).toEqual(['campaign-links', 'campaign-codes']);
    },
  );
});

describe('the governor of an account whose API reports no quota', () => {
  let counting: GovernedWorld;
  beforeEach(async () => {
    counting = new GovernedWorld({ quotaFrom: 'own-count' });
    await counting.run();
  });

  it('counts the pipeline’s own calls of the month, without a poll', async () => {
    await counting.control.addSpent('campaign', 500_000, counting.now);
    await counting.minutes(1);
    expect(counting.api.quotaPolls).toBe(0);
    expect(counting.control.control).toMatchObject({ quota: { remaining: 7_000_000, polledAt: counting.now } });
    expect(counting.metrics).toMatchObject({ QuotaRemaining: 7_000_000, QuotaSpentElsewhere: 0 });
    expect(counting.lanes).toEqual(allOpen);
  });

  it('parks each lane at its reserve, by that count', async () => {
    await counting.control.addSpent('transactional', 6_800_000, counting.now - 86_400_000);
    await counting.minutes(1);
    expect(counting.lanes).toEqual({ ...allOpen, campaign: 'parking: quota-reserve-reached' });
  });

  it('parks for an hour after a refusal, since other users of the account spend the same quota', async () => {
    await counting.control.signal('quotaExceededAt', counting.now);
    await counting.minutes(59);
    expect(counting.lanes).toMatchObject({ campaign: 'parking: quota-exceeded', expiry: 'parking: quota-exceeded' });
    await counting.minutes(2);
    expect(counting.lanes).toEqual(allOpen);
  });

  it('opens when the month turns', async () => {
    counting.now = Date.parse('2026-03-31T23:50:00Z');
    await counting.control.signal('quotaExceededAt', counting.now);
    await counting.minutes(5);
    expect(counting.lanes).toMatchObject({ campaign: 'parking: quota-exceeded' });
    await counting.minutes(6);
    expect(counting.lanes).toEqual(allOpen);
  });
});

describe('the governor of a pipeline with a share of the month’s quota', () => {
  const shareCalls = 3_000_000;

  it('parks each lane when the share is down to its reserve, though the account has quota', async () => {
    const brand = new GovernedWorld({ shareCalls });
    await brand.run();
    await brand.control.addSpent('campaign', 2_250_000, brand.now);
    await brand.minutes(1);
    expect(brand.lanes).toEqual({ ...allOpen, campaign: 'parking: quota-share-reached' });
    expect(brand.control.control).toMatchObject({ quota: { remaining: 750_000 } });
    // Three quarters of the share are used, and a fifth of the account's quota.
    expect(brand.metrics).toMatchObject({ QuotaRemaining: 750_000, QuotaUsedPercent: 75 });
  });

  it('has no more left than the account', async () => {
    const brand = new GovernedWorld({ shareCalls });
    brand.left(700_000);
    await brand.minutes(1);
    expect(brand.control.control).toMatchObject({ quota: { remaining: 700_000 } });
    expect(brand.lanes).toEqual({ ...allOpen, campaign: 'parking: quota-reserve-reached' });
  });

  it('opens when the month turns', async () => {
    const brand = new GovernedWorld({ shareCalls });
    brand.now = Date.parse('2026-03-31T23:58:00Z');
    await brand.run();
    await brand.control.addSpent('campaign', 2_990_000, brand.now);
    await brand.minutes(1);
    expect(brand.lanes).toEqual({
      campaign: 'parking: quota-share-reached',
      transactional: 'parking: quota-share-reached',
      expiry: 'parking: quota-share-reached',
    });
    await brand.minutes(2);
    expect(brand.lanes).toEqual(allOpen);
  });
});

describe('the governor of one of several pipelines on an account', () => {
  it('counts as spent elsewhere only what no sibling has counted', async () => {
    const brand = new GovernedWorld({ siblings: 2 });
    brand.siblings = [async () => spentCalls(100_000), async () => spentCalls(5_000)];
    await brand.run();
    // Given 30,000 more calls: 10,000 of this pipeline, 15,000 of a sibling, and 5,000 of another system
    brand.now += 10 * minute;
    brand.left(5_970_000);
    await brand.control.addSpent('campaign', 10_000, brand.now);
    brand.siblings[0] = async () => spentCalls(115_000);
    await brand.run();
    expect(brand.metrics).toMatchObject({ QuotaSpentElsewhere: 5_000 });
    expect(brand.control.control).toMatchObject({ quota: { own: 10_000, counted: 130_000 } });
  });

  it('goes on if a sibling cannot be read, and logs it', async () => {
    const brand = new GovernedWorld({ siblings: 1 });
    brand.siblings = [
      async () => Promise.reject(Object.assign(new Error('denied'), { name: 'AccessDeniedException' })),
    ];
    await brand.run();
    expect(brand.lanes).toEqual(allOpen);
    expect(brand.warnings).toEqual([
      ['the calls of another pipeline on the account cannot be read', { error: 'AccessDeniedException' }],
    ]);
  });

  it('shares an account that reports no quota: what the siblings have counted is gone', async () => {
    const brand = new GovernedWorld({ quotaFrom: 'own-count', siblings: 1 });
    brand.siblings = [async () => spentCalls(6_000_000)];
    await brand.control.addSpent('campaign', 800_000, brand.now);
    await brand.run();
    expect(brand.control.control).toMatchObject({ quota: { remaining: 700_000 } });
    expect(brand.lanes).toEqual({ ...allOpen, campaign: 'parking: quota-reserve-reached' });
  });
});
