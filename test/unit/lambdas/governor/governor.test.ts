import { beforeEach, describe, expect, it } from 'vitest';
import { emptyControl, type LaneControl } from '../../../../lambdas/domain/control/control-record.ts';
import type { Operation } from '../../../../lambdas/domain/onelink/operation.ts';
import type { ObservedFields } from '../../../../lambdas/domain/work/observer.ts';
import { governor } from '../../../../lambdas/governor/governor.ts';
import { EmulatedApi, operationOf } from '../../../world/emulated-api.ts';
import { InMemoryControl } from '../../../world/in-memory-control.ts';

const minute = 60_000;

class GovernedWorld {
  now = Date.parse('2026-03-09T12:00:00Z');
  readonly api = new EmulatedApi({ now: () => this.now, sleep: async () => {} });
  /** While the quota's answer is under way. */
  meanwhile: () => Promise<void> = async () => {};
  readonly control = new InMemoryControl();
  readonly mappings = new Map([
    ['campaign-links', 'on'],
    ['campaign-codes', 'on'],
    ['transactional-links', 'on'],
    ['expired', 'on'],
  ]);
  failMapping: string | undefined;
  metrics: Record<string, number> = {};
  readonly warnings: [string, ObservedFields | undefined][] = [];

  readonly run = governor(
    {
      API_BASE_URL: 'http://127.0.0.1:1',
      API_TOKEN_SECRET_ARN: 'arn:token',
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
            if (operationOf(call) === 'quota') await this.meanwhile();
            return this.api.send(call);
          },
        },
        () => this.now,
      ),
      control: this.control,
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

  constructor() {
    this.left(6_000_000);
  }

  /** What the account has left; the poll is answered. */
  left(quotaRemaining: number): void {
    this.api.control.clearFaults();
    this.api.control.changeSettings({ quotaRemaining });
  }

  /** Each call of the operation is answered so, until the faults are cleared. */
  always(operation: Operation, status: number, errorType?: string): void {
    const error = { kind: 'status', status, ...(errorType !== undefined && { errorType }) } as const;
    this.api.control.addFaults({ ...error, operation, probability: 1 });
  }

  /** Whether the API knows the pipeline's token. */
  knowsToken(isKnown: boolean): void {
    this.api.control.changeSettings({ token: isKnown ? 'local-token' : 'another' });
  }

  /** So many runs, a minute apart. */
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
      count: (metric: string, by = 1) => set(metric, by),
      level: set,
      milliseconds: () => {},
      info: () => {},
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
  it('tells what is left of the quota, in metrics and to the workers, at the cost of two free calls', async () => {
    expect(world.api.quotaPolls).toBe(1);
    expect(world.api.calls).toEqual(['read']);
    expect(world.metrics).toEqual({
      QuotaPolled: 1,
      QuotaRemaining: 6_000_000,
      QuotaUsed: 1_500_000,
      QuotaUsedPercent: 20,
      QuotaBurnPerHour: 0,
      QuotaHoursToEmpty: 744,
      QuotaSpentElsewhere: 0,
      AccountRefused: 0,
      ApiUnreachable: 0,
      'campaign LaneParkingMinutes': 0,
      'campaign LanePausedMinutes': 0,
      'transactional LaneParkingMinutes': 0,
      'transactional LanePausedMinutes': 0,
      'expiry LaneParkingMinutes': 0,
      'expiry LanePausedMinutes': 0,
    });
    expect(world.control.control).toMatchObject({
      revision: 1,
      governedAt: world.now,
      quota: { remaining: 6_000_000, polledAt: world.now },
    });
    expect(world.lanes).toEqual(allOpen);
    expect(world.warnings).toEqual([]);
  });

  it('falls silent on the quota when its poll fails: the heartbeat alarm counts on that', async () => {
    world.metrics = {};
    world.always('quota', 503);
    await world.minutes(1);
    expect(world.metrics).not.toHaveProperty('QuotaPolled');
    expect(world.metrics).toMatchObject({ ApiUnreachable: 0 });
    expect(world.control.control?.quota?.polledAt).toBe(world.now - minute);
  });

  it('parks lane by lane as the quota runs down to their reserves, and opens them by a poll that shows room', async () => {
    world.left(750_000);
    await world.minutes(1);
    expect(world.lanes).toEqual({ ...allOpen, campaign: 'parking: quota-reserve-reached' });
    expect(world.control.control?.parkedAt).toBe(world.now);
    world.left(19_000);
    await world.minutes(30);
    expect(world.lanes.transactional).toBe('parking: quota-reserve-reached');
    expect(world.metrics['campaign LaneParkingMinutes']).toBe(30);
    expect(world.off).toEqual([]);
    // The calendar alone opens nothing.
    world.now = Date.parse('2026-04-01T00:00:30Z');
    world.always('quota', 503);
    await world.run();
    expect(world.lanes.campaign).toBe('parking: quota-reserve-reached');
    world.left(7_500_000);
    await world.minutes(1);
    expect(world.lanes).toEqual(allOpen);
    expect(world.control.control?.lanes.campaign?.openedAt).toBe(world.now);
    // Until the replayer has found nothing more.
    expect(world.control.control?.parkedAt).toBeDefined();
  });

  it('without a new poll takes what we have spent since the last one for gone', async () => {
    world.always('quota', 503);
    await world.control.addSpent('campaign', 5_260_000, world.now);
    await world.minutes(1);
    expect(world.lanes.campaign).toBe('parking: quota-reserve-reached');
  });

  it('parks all lanes when a worker met quota_exceeded, until a poll that was started later shows room', async () => {
    world.always('quota', 503);
    await world.control.signal('quotaExceededAt', world.now + 1);
    await world.minutes(1);
    expect(world.lanes.transactional).toBe('parking: quota-exceeded');
    world.left(6_000_000);
    await world.minutes(1);
    expect(world.lanes).toEqual(allOpen);
  });

  it('parks a lane at the cap of its hour or day, and opens it in the next', async () => {
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

  it.each([
    ['the quota is told all the same', false, { AccountRefused: 1, ApiUnreachable: 0, QuotaPolled: 1 }],
    ['neither is the quota told', true, { AccountRefused: 1, ApiUnreachable: 0 }],
  ])(
    'pauses every lane when the token is refused (%s), and opens them two good minutes after',
    async (_, quotaNeedsToken, metrics) => {
      world.metrics = {};
      world.api.control.changeSettings({ quotaNeedsToken });
      world.knowsToken(false);
      await world.minutes(2);
      expect(world.metrics).toMatchObject(metrics);
      expect('QuotaPolled' in world.metrics).toBe(!quotaNeedsToken);
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

  it('learns of a feature that is off from a worker, and that it is on again from a canary', async () => {
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

  it('pauses for an outage that only POSTs meet, and does not open while the canary meets it', async () => {
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

  it('leaves an operator’s pause alone, whatever the API does, and puts right what a deployment switched on', async () => {
    const operator: LaneControl = { state: 'paused', reason: 'operator', note: 'maintenance', since: 5 };
    world.control.say(world.now, { lanes: { campaign: operator } });
    await world.minutes(1);
    expect(world.off).toEqual(['campaign-links', 'campaign-codes']);
    world.mappings.set('campaign-links', 'on');
    await world.minutes(1);
    expect(world.off).toEqual(['campaign-links', 'campaign-codes']);
    expect(world.control.control?.lanes.campaign).toEqual(operator);
    expect(world.lanes.transactional).toBe('open');
  });
});

describe('a run that meets others', () => {
  it('judges anew by what an operator wrote meanwhile', async () => {
    world.meanwhile = async () => {
      world.meanwhile = async () => {};
      const read = await world.control.read();
      const lanes = { ...read.control?.lanes, campaign: { state: 'paused', reason: 'operator', since: 7 } as const };
      await world.control.write({ ...emptyControl, ...read.control, lanes }, read);
    };
    await world.minutes(1);
    expect(world.lanes).toEqual({ ...allOpen, campaign: 'paused: operator' });
    expect(world.control.control?.governedAt).toBe(world.now);
    expect(world.off).toEqual(['campaign-links', 'campaign-codes']);
  });

  it('of a poll that arrives late, after a later one, tells nothing', async () => {
    const later = { remaining: 9, polledAt: world.now + 10 * minute, own: 0 };
    world.control.say(world.now + 10 * minute, { quota: later });
    await world.minutes(1);
    expect(world.control.control).toMatchObject({ quota: later, governedAt: world.now + 9 * minute });
    expect(world.lanes.campaign).toBe('parking: quota-reserve-reached');
  });

  it.each(['read', 'spent', 'write'])(
    'and dies at the control table’s %s, is made up for by the next',
    async (method) => {
      world.control.failNext.add(method);
      await expect(world.minutes(1)).rejects.toThrow();
      world.knowsToken(false);
      await world.minutes(2);
      expect(world.lanes).toEqual(paused('token-refused'));
    },
  );

  it('and cannot count the renewals, pauses the lanes all the same, and fails for all to see', async () => {
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

  it('and cannot switch one mapping, switches the others, fails for all to see, and tries again', async () => {
    world.failMapping = 'campaign-links';
    world.knowsToken(false);
    await world.minutes(1);
    await expect(world.minutes(1)).rejects.toThrow('throttled');
    expect(world.off).toEqual(['campaign-codes', 'transactional-links', 'expired']);
    world.failMapping = undefined;
    await world.minutes(1);
    expect(world.off).toHaveLength(4);
  });

  it('waits for a mapping that is on its way', async () => {
    world.mappings.set('expired', 'changing');
    world.knowsToken(false);
    await world.minutes(2);
    expect(world.mappings.get('expired')).toBe('changing');
    world.mappings.set('expired', 'on');
    await world.minutes(1);
    expect(world.off).toContain('expired');
  });
});

describe('a control record that is lost', () => {
  it.each([
    ['missing', () => (world.control.control = undefined)],
    ['corrupt', () => (world.control.corrupt = true)],
  ])(
    '(%s) is made anew: lanes that were off stay paused until an operator resumes them, and it says so',
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
