import { describe, expect, it } from 'vitest';
import { day, GovernedAccount, hour, minute } from '../../../world/governed-account.ts';
import { create as anyCreate, remove, update } from '../../../world/link-world.ts';

const quota = 6_000;
/** The shipped lanes at a small scale: the campaign lane leaves a tenth of the month to the transactional lane. */
const lanes = [
  { name: 'transactional', reserveCalls: 100, batchSize: 10, batchesPerMinute: 5 },
  { name: 'campaign', reserveCalls: 600, batchSize: 100, batchesPerMinute: 2 },
];

const stamp = (account: GovernedAccount, plusSeconds = 0) => new Date(account.now + plusSeconds * 1000).toISOString();
const create = (account: GovernedAccount, requestId: string, change: object = {}) => ({
  ...anyCreate,
  requestId,
  data: { pid: 'sms', c: requestId },
  requestedAt: stamp(account),
  ...change,
});
const change = (account: GovernedAccount, action: 'update' | 'delete', shortlinkId: string, plusSeconds: number) => ({
  ...(action === 'update' ? update : remove),
  requestId: `${action}-${shortlinkId}`,
  shortlinkId,
  requestedAt: stamp(account, plusSeconds),
});

/** Passes time with one sign-in per interval. */
async function passWithSignIns(
  account: GovernedAccount,
  milliseconds: number,
  every: number,
  sent: string[],
): Promise<void> {
  for (const end = account.now + milliseconds; account.now < end; ) {
    const requestId = `signin-${sent.length}`;
    sent.push(requestId);
    account.send('transactional', create(account, requestId));
    // Step a minute while there is work, and longer while nothing happens.
    await account.pass(every, every > 10 * minute ? every : minute);
  }
}

describe.each([
  ['on day 9', '2026-03-09T10:00:00Z'],
  ['on day 2, so that parked commands wait for twice SQS’s retention', '2026-03-02T10:00:00Z'],
])('a month whose quota runs out %s, in the middle of a batch', (_, from) => {
  it('ends with one link for every command of both lanes, and no message lost or late in SQS', async () => {
    const account = new GovernedAccount(from, quota, lanes);
    await account.pass(2 * minute);
    const campaign = Array.from({ length: 6_000 }, (_, index) => `c-${index}`);
    const chosen = Array.from({ length: 20 }, (_, index) => `chosen${index}`);
    const signIns: string[] = [];

    // 6,000 commands against 5,400 calls, then twenty links with chosen IDs.
    account.send('campaign', ...campaign.map((requestId) => create(account, requestId)));
    account.send('campaign', ...chosen.map((id) => create(account, `create-${id}`, { shortlinkId: id })));
    const old = create(account, 'too-late', { validUntil: stamp(account, 3_600) });
    await passWithSignIns(account, 2 * hour, 10 * minute, signIns);
    account.send('campaign', old, ...chosen.map((id) => change(account, 'update', id, 1)));
    await passWithSignIns(account, hour, 10 * minute, signIns);
    account.send('campaign', ...chosen.slice(0, 10).map((id) => change(account, 'delete', id, 2)));
    // Sign-ins use up the transactional lane's reserve too, and go on into the new month.
    const turn = Date.parse('2026-04-01T00:00:00Z');
    await passWithSignIns(account, turn - account.now - minute, 40 * minute, signIns);
    expect(account.laneChanges.slice(0, 2).map((line) => line.slice(12))).toEqual([
      'campaign parking: quota-reserve-reached',
      'transactional parking: quota-reserve-reached',
    ]);
    const served = account.outcomes.filter(({ lane, outcome }) => lane === 'transactional' && outcome === 'created');
    expect(served.length).toBeGreaterThan(450);
    expect(account.parked).toBeGreaterThan(600);
    await passWithSignIns(account, 2 * hour, 10 * minute, signIns);

    const final = account.finalOutcomes();
    const requests = [...campaign, ...signIns, ...chosen.map((id) => `create-${id}`)];
    expect(requests.filter((request) => final.get(request) !== 'created')).toEqual([]);
    expect(final.get('too-late')).toBe('stale');
    expect([...account.api.made.values()].filter((times) => times !== 1)).toEqual([]);
    expect(account.api.made.size).toBe(requests.length);
    // Each command has one final outcome, apart from repeats of it.
    expect(final.size).toBe(requests.length + 1 + 20 + 10);
    expect(account.deadLetters).toEqual([]);
    expect(account.parked).toBe(0);
    expect(account.waiting('campaign') + account.waiting('transactional')).toBe(0);
    // SQS keeps a command for ten days (commandRetentionDays). None stayed in the queue for two hours.
    expect(account.oldestMilliseconds).toBeLessThan(2 * hour);
    // After its parked create, each link's update and delete ran in the order of `requestedAt`.
    for (const [index, id] of chosen.entries()) {
      const all = account.api.changes.filter((line) => line.endsWith(`/${id}`)).map((line) => line.split(' ')[0]);
      expect(all).toEqual(index < 10 ? ['create', 'update', 'delete'] : ['create', 'update']);
    }
    // Only polls opened the lanes, and at most one call per environment of a lane met the empty quota.
    expect(account.api.refusedForQuota).toBe(0);
    expect(account.laneChanges.slice(2).map((line) => line.slice(0, 8))).toEqual(['04-01 00', '04-01 00']);
    expect(account.api.spent.get('2026-03')).toBeLessThanOrEqual(quota);
    // No 409 and no wasted call: the two months' calls equal the links made, changed and deleted.
    const calls = [...account.api.spent.values()].reduce((sum, month) => sum + month, 0);
    expect(calls).toBe(requests.length + 20 + 10);
  }, 60_000);
});

describe('a quota that another system spends between two polls', () => {
  it('makes a worker park at once, and only a later poll opens the lane', async () => {
    const account = new GovernedAccount('2026-03-20T00:00:00Z', quota, lanes);
    await account.pass(2 * minute);
    const requests = Array.from({ length: 500 }, (_, index) => `c-${index}`);
    account.send('campaign', ...requests.map((requestId) => create(account, requestId)));
    account.governorDown = true;
    account.api.spendElsewhere(quota - 50);
    await account.pass(2 * minute);
    expect(account.finalOutcomes().size).toBe(50);
    const parked = account.outcomes.filter(({ reason }) => reason === 'quota-exceeded');
    expect(parked.map(({ outcome }) => outcome)).toEqual(Array(350).fill('parked'));
    // The calls that were in flight when the quota ran out.
    expect(account.api.refusedForQuota).toBeLessThanOrEqual(8);
    account.governorDown = false;
    await account.pass(2 * day, hour);
    expect(account.parked).toBe(450);
    await account.pass(Date.parse('2026-04-01T00:05:00Z') - account.now, hour);
    await account.pass(30 * minute);
    expect([...account.finalOutcomes().values()]).toEqual(Array(500).fill('created'));
    expect(account.api.made.size).toBe(500);
    expect(account.deadLetters).toEqual([]);
  });
});

describe('a producer in a loop', () => {
  it('spends its lane’s hourly cap and not the month’s quota, and its commands wait for the next hours', async () => {
    const capped = lanes.map((lane) => (lane.name === 'campaign' ? { ...lane, hourlyCapCalls: 500 } : lane));
    const account = new GovernedAccount('2026-03-20T10:00:00Z', quota, capped);
    await account.pass(2 * minute);
    account.send('campaign', ...Array.from({ length: 1_500 }, (_, index) => create(account, `loop-${index}`)));
    await account.pass(57 * minute);
    // Two batches of a hundred may run before the governor's next run.
    expect(account.finalOutcomes().size).toBeGreaterThanOrEqual(500);
    expect(account.finalOutcomes().size).toBeLessThanOrEqual(700);
    expect(account.laneChanges).toEqual([expect.stringContaining('campaign parking: hourly-cap-reached')]);
    await account.pass(3 * hour);
    expect(account.finalOutcomes().size).toBe(1_500);
    expect(account.api.made.size).toBe(1_500);
  });
});

describe('a replayer that crashes each time between sending a lot and removing it', () => {
  it('sends lots more than once, and each command is carried out once', async () => {
    const account = new GovernedAccount('2026-03-31T23:00:00Z', quota, lanes);
    account.api.spendElsewhere(quota - 550);
    await account.pass(2 * minute);
    const requests = Array.from({ length: 300 }, (_, index) => `c-${index}`);
    account.send('campaign', ...requests.map((requestId) => create(account, requestId)));
    await account.pass(30 * minute);
    expect(account.mostParked).toBe(300);
    account.crashAt = 'replayer';
    await account.pass(50 * minute);
    account.crashAt = undefined;
    await account.pass(20 * minute);
    expect(account.finalOutcomes().size).toBe(300);
    expect([...account.api.made.values()]).toEqual(Array(300).fill(1));
    expect(account.api.spent.get('2026-04')).toBe(300);
    expect(account.outcomes.filter(({ outcome }) => outcome === 'created').length).toBeGreaterThan(300);
    expect(account.parked).toBe(0);
  });
});
