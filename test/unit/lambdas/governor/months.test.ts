import { describe, expect, it } from 'vitest';
import { day, GovernedAccount, hour, minute } from '../../../world/governed-account.ts';

const quota = 6_000;
/** The shipped lanes in small: the campaign lane leaves a tenth of the month to the transactional one. */
const lanes = [
  { name: 'transactional', reserveCalls: 100, batchSize: 10, batchesPerMinute: 5 },
  { name: 'campaign', reserveCalls: 600, batchSize: 100, batchesPerMinute: 2 },
];

const stamp = (account: GovernedAccount, plusSeconds = 0) => new Date(account.now + plusSeconds * 1000).toISOString();
const create = (account: GovernedAccount, requestId: string, change: object = {}) => ({
  specVersion: '1.0',
  source: 'crm',
  requestId,
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'sms', c: requestId },
  requestedAt: stamp(account),
  ...change,
});
const change = (account: GovernedAccount, action: 'update' | 'delete', shortlinkId: string, plusSeconds: number) => ({
  specVersion: '1.0',
  source: 'crm',
  requestId: `${action}-${shortlinkId}`,
  action,
  onelinkId: 'A1b3',
  shortlinkId,
  ...(action === 'update' && { data: { pid: 'sms', c: 'changed' } }),
  requestedAt: stamp(account, plusSeconds),
});

/** A trickle of sign-ins, one every so often. */
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
    // A minute's step while there is work, a long one while the month drags on.
    await account.pass(every, every > 10 * minute ? every : minute);
  }
}

describe.each([
  ['on day 9', '2026-03-09T10:00:00Z'],
  ['on day 2: what is parked waits for twice as long as SQS keeps a message', '2026-03-02T10:00:00Z'],
])('a month whose quota runs out %s, in the middle of a batch', (_, from) => {
  it('ends with a link for every command of both lanes, each made once, and nothing lost or late in SQS', async () => {
    const account = new GovernedAccount(from, quota, lanes);
    await account.pass(2 * minute);
    const campaign = Array.from({ length: 6_000 }, (_, index) => `c-${index}`);
    const chosen = Array.from({ length: 20 }, (_, index) => `chosen${index}`);
    const signIns: string[] = [];

    // 6,000 commands against 5,400 calls, and twenty links with an ID of their own at the end.
    account.send('campaign', ...campaign.map((requestId) => create(account, requestId)));
    account.send('campaign', ...chosen.map((id) => create(account, `create-${id}`, { shortlinkId: id })));
    const old = create(account, 'too-late', { validUntil: stamp(account, 3_600) });
    await passWithSignIns(account, 2 * hour, 10 * minute, signIns);
    account.send('campaign', old, ...chosen.map((id) => change(account, 'update', id, 1)));
    await passWithSignIns(account, hour, 10 * minute, signIns);
    account.send('campaign', ...chosen.slice(0, 10).map((id) => change(account, 'delete', id, 2)));
    // Sign-ins until the transactional lane's reserve is gone as well, and on to the new month.
    const turn = Date.parse('2026-04-01T00:00:00Z');
    await passWithSignIns(account, turn - account.now - minute, 40 * minute, signIns);
    expect(account.story.slice(0, 2).map((line) => line.slice(12))).toEqual([
      'campaign parking: quota-reserve-reached',
      'transactional parking: quota-reserve-reached',
    ]);
    const servedBeforeTurn = account.outcomes.filter(
      ({ lane, outcome }) => lane === 'transactional' && outcome === 'created',
    );
    expect(servedBeforeTurn.length).toBeGreaterThan(450);
    expect(account.parked).toBeGreaterThan(600);
    await passWithSignIns(account, 2 * hour, 10 * minute, signIns);

    const final = account.finalOutcomes();
    const requests = [...campaign, ...signIns, ...chosen.map((id) => `create-${id}`)];
    expect(requests.filter((request) => final.get(request) !== 'created')).toEqual([]);
    expect(final.get('too-late')).toBe('stale');
    expect([...account.api.made.values()].filter((times) => times !== 1)).toEqual([]);
    expect(account.api.made.size).toBe(requests.length);
    // One final word each, but for repeats of the same.
    expect(final.size).toBe(requests.length + 1 + 20 + 10);
    expect(account.deadLetters).toEqual([]);
    expect(account.parked).toBe(0);
    expect(account.waiting('campaign') + account.waiting('transactional')).toBe(0);
    // SQS keeps a command for ten days (commandRetentionDays): nothing was in there longer than an hour or so.
    expect(account.oldestMilliseconds).toBeLessThan(2 * hour);
    // Behind its parked create, each link's update and delete came out in the order in which they were asked for.
    for (const [index, id] of chosen.entries()) {
      const all = account.api.changes.filter((line) => line.endsWith(`/${id}`)).map((line) => line.split(' ')[0]);
      expect(all).toEqual(index < 10 ? ['create', 'update', 'delete'] : ['create', 'update']);
    }
    // Nothing but the account's own word opened the lanes, and at most one call a lane's environment met the empty quota.
    expect(account.api.refusedForQuota).toBe(0);
    expect(account.story.slice(2).map((line) => line.slice(0, 8))).toEqual(['04-01 00', '04-01 00']);
    expect(account.api.spent.get('2026-03')).toBeLessThanOrEqual(quota);
    // No 409 and no call in vain: the two months' quota is what was made, changed and deleted.
    const calls = [...account.api.spent.values()].reduce((sum, month) => sum + month, 0);
    expect(calls).toBe(requests.length + 20 + 10);
  }, 60_000);
});

describe('a quota that another system spends between two polls', () => {
  it('is met by a worker, which parks at once, and opened by a later poll alone', async () => {
    const account = new GovernedAccount('2026-03-20T00:00:00Z', quota, lanes);
    await account.pass(2 * minute);
    const requests = Array.from({ length: 500 }, (_, index) => `c-${index}`);
    account.send('campaign', ...requests.map((requestId) => create(account, requestId)));
    account.governorDown = true;
    account.api.spendElsewhere(quota - 50);
    await account.pass(2 * minute);
    expect(account.finalOutcomes().size).toBe(50);
    expect(
      account.outcomes.filter(({ outcome, reason }) => outcome === 'parked' && reason === 'quota-exceeded').length,
    ).toBe(350);
    // Calls that were in flight together when the quota ran out.
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
  it('burns its lane’s cap of an hour, and not the month; what it sent waits for the next hours', async () => {
    const capped = lanes.map((lane) => (lane.name === 'campaign' ? { ...lane, hourlyCapCalls: 500 } : lane));
    const account = new GovernedAccount('2026-03-20T10:00:00Z', quota, capped);
    await account.pass(2 * minute);
    account.send('campaign', ...Array.from({ length: 1_500 }, (_, index) => create(account, `loop-${index}`)));
    await account.pass(57 * minute);
    // Two batches of a hundred may be under way until the governor's next minute.
    expect(account.finalOutcomes().size).toBeGreaterThanOrEqual(500);
    expect(account.finalOutcomes().size).toBeLessThanOrEqual(700);
    expect(account.story).toEqual([expect.stringContaining('campaign parking: hourly-cap-reached')]);
    await account.pass(3 * hour);
    expect(account.finalOutcomes().size).toBe(1_500);
    expect(account.api.made.size).toBe(1_500);
  });
});

describe('a replayer that dies each time between sending a lot and removing it', () => {
  it('sends lots twice and more, and each command is carried out once all the same', async () => {
    const account = new GovernedAccount('2026-03-31T23:00:00Z', quota, lanes);
    account.api.spendElsewhere(quota - 550);
    await account.pass(2 * minute);
    const requests = Array.from({ length: 300 }, (_, index) => `c-${index}`);
    account.send('campaign', ...requests.map((requestId) => create(account, requestId)));
    await account.pass(30 * minute);
    expect(account.mostParked).toBe(300);
    account.dieAt = 'replayer';
    await account.pass(50 * minute);
    account.dieAt = undefined;
    await account.pass(20 * minute);
    expect(account.finalOutcomes().size).toBe(300);
    expect([...account.api.made.values()]).toEqual(Array(300).fill(1));
    expect(account.api.spent.get('2026-04')).toBe(300);
    expect(account.outcomes.filter(({ outcome }) => outcome === 'created').length).toBeGreaterThan(300);
    expect(account.parked).toBe(0);
  });
});
