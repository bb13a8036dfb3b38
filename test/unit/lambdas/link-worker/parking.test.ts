import { test as base, describe, expect } from 'vitest';
import type { LaneControl } from '../../../../lambdas/domain/control/control-record.ts';
import {
  chosen,
  create,
  creates,
  derivedIdOfCreate,
  LinkWorld,
  qr,
  remove,
  spring,
  update,
} from '../../../world/link-world.ts';

const it = base.extend('world', () => new LinkWorld());

const parking = (reason: LaneControl['reason'] = 'quota-reserve-reached') => ({
  lanes: { campaign: { state: 'parking', since: 1, ...(reason && { reason }) } as LaneControl },
  parkedAt: 1,
});

const quotaSpent = { kind: 'status', status: 429, errorType: 'quota_exceeded' } as const;
const pausedByOperator = { lanes: { campaign: { state: 'paused', reason: 'operator', since: 1 } as LaneControl } };
/** What the outcomes give as their kind and reason. */
const kindsAndReasons = ({ outcomes }: LinkWorld) => outcomes.map(({ outcome, reason }) => `${outcome} ${reason}`);

/** Delivers the parked commands as the replayer sends them. */
async function replay(world: LinkWorld, which = world.parked.splice(0)) {
  return world.deliver(...which.map(({ body, messageId }) => ({ body: JSON.parse(body), messageId, replayed: true })));
}

describe('while its lane is parking, a command', () => {
  it('is archived and acknowledged, ends as `parked`, and costs no quota', async ({ world }) => {
    world.control.setRecord(world.now, parking());
    expect(await world.deliver({ body: create }, { body: update, receiveCount: 3 })).toEqual(['done', 'done']);
    expect(world.api.calls).toEqual([]);
    expect(world.outcomes).toMatchObject([
      { outcome: 'parked', reason: 'quota-reserve-reached', requestId: 'r-1', repeat: false },
      { outcome: 'parked', requestId: 'u-1', link: { onelinkId: 'A1b3', shortlinkId: 'spring' } },
    ]);
    expect(world.parked).toMatchObject([
      { v: 1, lane: 'campaign', messageId: 'm-1', receiveCount: 1, source: 'crm', requestId: 'r-1' },
      { messageId: 'm-2', receiveCount: 3, requestId: 'u-1' },
    ]);
    expect(world.parked[0]?.sentAtMilliseconds).toBe(Date.parse('2026-03-01T10:00:01Z'));
    expect(world.counts.get('CommandParked')).toBe(2);
    expect(world.ledger.answered.size).toBe(0);
  });

  it('is answered if it needs no quota: a repeat, an invalid or stale command, a QR code', async ({ world }) => {
    await world.deliver({ body: chosen });
    world.control.setRecord(world.now, parking('daily-cap-reached'));
    const stale = { ...create, requestId: 'r-2', validUntil: '2026-03-01T10:00:03Z' };
    await world.deliver({ body: chosen, messageId: 'm-2' }, { body: 'not JSON' }, { body: stale }, { body: qr });
    expect(world.outcomeKinds).toEqual(expect.arrayContaining(['created', 'created*', 'rejected', 'stale']));
    expect(world.qrJobs).toHaveLength(1);
    expect(world.parked).toEqual([]);
  });

  it('has one link, its own message ID and one final outcome after its replay', async ({ world }) => {
    world.control.setRecord(world.now, parking());
    await world.deliver({ body: create });
    world.control.setRecord(world.now);
    await replay(world);
    expect(world.outcomeKinds).toEqual(['parked', 'created']);
    expect(world.outcomes[1]).toMatchObject({ messageId: 'm-1', link: { shortlinkId: derivedIdOfCreate } });
    expect(world.api.calls).toEqual(['create']);
  });

  it('that was tried before is verified with a GET after its replay', async () => {
    const world = new LinkWorld({ CALLS_IN_FLIGHT: 1 });
    world.api.spoil('create', { kind: 'reset-after' });
    world.api.spoil('read', { kind: 'status', status: 503 });
    await world.deliver({ body: create });
    world.control.setRecord(world.now, parking());
    await world.deliver({ body: create, receiveCount: 2 });
    world.control.setRecord(world.now);
    const [line] = world.parked;
    expect(line?.receiveCount).toBe(2);
    await world.deliver({ body: JSON.parse(line?.body ?? ''), messageId: 'm-1', receiveCount: 2, replayed: true });
    expect(world.outcomeKinds).toEqual(['parked', 'created']);
    expect(world.api.calls.filter((call) => call === 'create')).toHaveLength(1);
  });

  it('that is parked twice is answered once with the link, and once from its record', async ({ world }) => {
    world.control.setRecord(world.now, parking());
    world.failNext.add('publish');
    expect(await world.deliver({ body: chosen })).toEqual(['try-again']);
    await world.deliver({ body: chosen, receiveCount: 2 });
    expect(world.parked).toHaveLength(2);
    world.control.setRecord(world.now, { parkedAt: 1 });
    await replay(world);
    expect(world.outcomeKinds).toEqual(['parked', 'created', 'created']);
    expect(world.api.links.size).toBe(1);
    expect(await world.ledger.parkOrder({ onelinkId: 'A1b3', shortlinkId: 'spring' })).toEqual([]);
  });
});

describe('a 429 quota_exceeded', () => {
  it('parks the command, signals to all workers at once, and spends no other call', async () => {
    const world = new LinkWorld({ CALLS_IN_FLIGHT: 1 });
    world.api.spoil('create', quotaSpent);
    expect(await world.deliver(...creates(3))).toEqual(['done', 'done', 'done']);
    expect(kindsAndReasons(world)).toEqual(Array(3).fill('parked quota-exceeded'));
    expect(world.api.calls).toEqual(['create']);
    expect(world.control.signals).toEqual({ quotaExceededAt: world.now });
  });

  it('counts until a later poll, and an older control record opens no lane', async ({ world }) => {
    await world.control.signal('quotaExceededAt', world.now);
    await world.deliver({ body: create });
    expect(world.outcomeKinds).toEqual(['parked']);
    world.now += 1_000;
    world.control.setRecord(world.now);
    await world.deliver({ body: { ...create, requestId: 'r-2' } });
    expect(world.outcomeKinds).toEqual(['parked', 'created']);
  });

  it('makes an update release its lease', async ({ world }) => {
    await world.deliver({ body: chosen });
    world.api.spoil('update', quotaSpent);
    await world.deliver({ body: update, messageId: 'm-2' });
    expect(world.outcomeKinds).toEqual(['created', 'parked']);
    expect(world.ledger.links.get(spring)).not.toHaveProperty('lease');
    world.now += 1_000;
    world.control.setRecord(world.now);
    await replay(world);
    expect(world.outcomeKinds).toEqual(['created', 'parked', 'updated']);
  });
});

describe('a command behind a parked command of its link', () => {
  async function givenParkedCreate() {
    const world = new LinkWorld();
    world.control.setRecord(world.now, parking());
    await world.deliver({ body: chosen });
    const create = world.parked.splice(0);
    world.control.setRecord(world.now, { parkedAt: 1 });
    return { world, create };
  }

  it('is parked even if the lane is open, and all run in order', async () => {
    const { world, create: parkedCreate } = await givenParkedCreate();
    await world.deliver({ body: update }, { body: remove }, { body: qr });
    expect(kindsAndReasons(world).slice(1)).toEqual(Array(3).fill('parked behind-parked-commands'));
    // SQS may deliver in another order than the replayer sent, so the last command may come first and waits.
    const later = world.parked.splice(0);
    expect(await replay(world, later)).toEqual(['try-again', 'try-again', 'try-again']);
    expect(await replay(world, parkedCreate)).toEqual(['done']);
    expect(await replay(world, later.slice(1, 2))).toEqual(['try-again']);
    expect(await replay(world, later.slice(0, 1))).toEqual(['done']);
    expect(await replay(world, later.slice(1, 2))).toEqual(['done']);
    expect(await replay(world, later.slice(2))).toEqual(['done']);
    expect(world.outcomeKinds.slice(4)).toEqual(['created', 'updated', 'deleted', 'rejected']);
    expect(world.api.calls).toEqual(['read', 'create', 'update', 'delete']);
  });

  it('runs if nothing is parked', async () => {
    const { world, create: parkedCreate } = await givenParkedCreate();
    await replay(world, parkedCreate);
    await world.deliver({ body: update, messageId: 'm-2' });
    expect(world.outcomeKinds).toEqual(['parked', 'created', 'updated']);
  });

  it('does not wait forever for a command that never returns', async () => {
    const { world } = await givenParkedCreate();
    await world.deliver({ body: update, messageId: 'm-2' });
    const [line] = world.parked;
    const body = JSON.parse(line?.body ?? '');
    expect(await world.deliver({ body, messageId: 'm-2', replayed: true, receiveCount: 7 })).toEqual(['try-again']);
    expect(await world.deliver({ body, messageId: 'm-2', replayed: true, receiveCount: 8 })).toEqual(['done']);
    expect(world.outcomeKinds).toEqual(['parked', 'parked', 'rejected']);
  });

  it('does not wait if it is for another link', async () => {
    const { world } = await givenParkedCreate();
    await world.deliver({ body: { ...chosen, requestId: 'r-9', shortlinkId: 'else' } });
    expect(world.outcomeKinds).toEqual(['parked', 'created']);
  });
});

describe('a lane that is not open', () => {
  it('returns every command that needs a call, if it is paused', async ({ world }) => {
    await world.deliver({ body: create });
    world.control.setRecord(world.now, pausedByOperator);
    expect(await world.deliver(...creates(2), { body: qr })).toEqual(['done', 'lane-paused', 'lane-paused']);
    expect(world.api.calls).toEqual(['create']);
  });

  it.each<[string, (api: LinkWorld['api']) => void, string, string]>([
    ['a refused token', (api) => api.control.changeSettings({ token: 'another' }), 'tokenRefusedAt', 'account-blocked'],
    ['an API that nobody reaches', (api) => Object.assign(api, { isReachable: false }), 'apiOutageAt', 'api-outage'],
  ])(
    '%s is made known to all, and a batch that begins before the governor’s next run makes no call',
    async (_, spoil, signal, cause) => {
      const world = new LinkWorld({ CALLS_IN_FLIGHT: 1 });
      spoil(world.api);
      await world.deliver(...creates(12));
      expect(world.control.signals).toEqual({ [signal]: world.now });
      const before = world.api.calls.length;
      expect(await world.deliver({ body: { ...create, requestId: 'next' } })).toEqual([cause]);
      expect(world.api.calls).toHaveLength(before);
    },
  );

  it('starts slowly once after it was opened', async ({ world }) => {
    const open = (openedAt?: number) => ({
      lanes: { campaign: { state: 'open', since: 1, ...(openedAt && { openedAt }) } as LaneControl },
    });
    await world.deliver({ body: create });
    expect(world.easedIn).toBe(0);
    world.control.setRecord(world.now, open(world.now));
    await world.deliver({ body: create });
    await world.deliver({ body: create });
    expect(world.easedIn).toBe(1);
  });
});

describe('a worker whose control record is stale or missing', () => {
  it.each<[string, (world: LinkWorld) => void]>([
    ['it is missing', (world) => (world.control.control = undefined)],
    ['it makes no sense', (world) => (world.control.corrupt = true)],
    ['it is four minutes old', (world) => (world.now += 4 * 60_000)],
  ])('polls the quota itself, and counts and logs it: %s', async (_, lose) => {
    const world = new LinkWorld();
    lose(world);
    await world.deliver({ body: create });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.api.quotaPolls).toBe(1);
    expect(world.counts.get('ControlUnreadable')).toBe(1);
    world.api.control.changeSettings({ quotaRemaining: 1_000 });
    await world.deliver({ body: { ...create, requestId: 'r-2' } });
    expect(world.outcomeKinds).toEqual(['created', 'parked']);
    world.api.spoil('quota', { kind: 'status', status: 503 });
    expect(await world.deliver({ body: { ...create, requestId: 'r-3' } })).toEqual(['api-outage']);
  });

  it('obeys a pause in a stale record', async ({ world }) => {
    world.control.setRecord(world.now, pausedByOperator);
    world.now += 60 * 60_000;
    expect(await world.deliver({ body: create })).toEqual(['lane-paused']);
    expect(world.api.quotaPolls).toBe(0);
  });
});

describe('calls of the quota', () => {
  it('are counted for the lane’s caps if they cost quota, or may have', async ({ world }) => {
    world.api.spoil('create', { kind: 'reset-after' });
    await world.deliver({ body: chosen }, { body: { ...create, requestId: 'r-2' } });
    const [spent] = await world.control.spent(['campaign'], ['2026-03-01']);
    expect(spent?.calls).toBe(2);
  });

  it('that kept links will need are counted for the forecast', async ({ world }) => {
    await world.deliver(
      { body: { ...create, ttl: '31d', keepUntil: '2027-03-01T00:00:00Z' } },
      { body: { ...create, requestId: 'r-2' } },
    );
    expect([...world.control.due]).toEqual([['2026-03-25', 1]]);
  });
});

describe('a parked create and an update of its link that was requested earlier', () => {
  it('do not wait for each other after their replay', async ({ world }) => {
    world.control.setRecord(world.now, parking());
    await world.deliver({ body: { ...update, requestedAt: '2026-03-01T09:59:00Z' } }, { body: chosen });
    world.control.setRecord(world.now, { parkedAt: 1 });
    const which = world.parked.splice(0);

    const first = await replay(world, which);
    const returned = which.filter((_, index) => first[index] !== 'done');
    const again = await replay(world, returned);

    expect([...first, ...again].filter((disposition) => disposition === 'done')).toHaveLength(2);
    expect(world.outcomes.slice(2)).toMatchObject([
      { requestId: 'r-1', outcome: 'created' },
      { requestId: 'u-1', outcome: 'superseded', reason: 'later-change-applied' },
    ]);
  });

  it('keep their order if the create comes after the end of an earlier link', async ({ world }) => {
    await world.deliver({ body: { ...chosen, requestId: 'r-0', requestedAt: '2026-03-01T09:00:00Z' } });
    world.control.setRecord(world.now, parking());
    await world.deliver({ body: chosen }, { body: { ...remove, requestedAt: '2026-03-01T09:59:00Z' } });
    world.control.setRecord(world.now, { parkedAt: 1 });
    const [removed, madeAnew] = world.parked.splice(0);

    expect(await replay(world, madeAnew ? [madeAnew] : [])).toEqual(['try-again']);
    expect(await replay(world, removed ? [removed] : [])).toEqual(['done']);
    expect(await replay(world, madeAnew ? [madeAnew] : [])).toEqual(['done']);
    expect(world.outcomeKinds).toEqual(['created', 'parked', 'parked', 'deleted', 'created']);
  });
});
