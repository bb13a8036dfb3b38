import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../../lambdas/adapters/ledger.ts';
import type { Lease, LinkRecord, RequestRecord } from '../../../../lambdas/domain/link/ledger-record.ts';
import type { LinkLedger } from '../../../../lambdas/domain/link/link-ledger.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { givenOutcome } from '../../../world/given-outcome.ts';
import { InMemoryLedger } from '../../../world/in-memory-ledger.ts';
import { stillClock } from '../../../world/stillness.ts';
import { givenTable } from './given-engines.ts';

const clock = stillClock();
const table = givenTable();

const link = (shortlinkId: string, change: Partial<LinkRecord> = {}) =>
  givenLinkAt(shortlinkId, { requestId: 'r', dataDigest: 'digest', expiresAt: 1_773_144_000, ...change });

const answered = (messageId: string): RequestRecord => ({
  source: 'crm',
  requestId: 'answered',
  commandDigest: 'digest',
  outcome: givenOutcome({ requestId: 'answered', messageId }),
  expiresAt: 1_773_144_000,
});

const lease = (requestId: string, until: number): Lease => ({
  action: 'update',
  requestId,
  requestedAt: '2026-03-10T12:00:01Z',
  until,
  intended: { dataDigest: 'new', ttlSeconds: 60, renewTtl: false, expiresAt: 2_000 },
});

/** The behaviour that the use cases rely on. The tests' ledger in memory must behave exactly as the real one. */
describe.each<[string, () => Promise<LinkLedger & Pick<Ledger, 'linksAt'>>]>([
  ['in memory', async () => new InMemoryLedger()],
  [
    'over DynamoDB’s wire',
    async () => {
      const { client, table: name } = await table;
      return new Ledger(client, name, clock);
    },
  ],
])('the ledger %s', (_, given) => {
  it('adds a link once, and returns the first record to the second writer', async () => {
    const ledger = await given();
    const first = link('added');
    expect(await ledger.addLink(first)).toBeUndefined();
    expect(await ledger.addLink(link('added', { requestId: 'other' }))).toMatchObject(first);
  });

  it('finds many links at once, and leaves out the missing ones', async () => {
    const ledger = await given();
    await ledger.addLink(link('one'));
    await ledger.addLink(link('two'));
    const found = await ledger.linksAt(['one', 'two', 'nowhere', 'one'].map((id) => link(id).address));
    expect(found.map(({ address }) => address.shortlinkId).sort()).toEqual(['one', 'two']);
    expect(found[0]).toMatchObject({ source: 'crm', expiresAt: 1_773_144_000 });
    expect(await ledger.linksAt([])).toEqual([]);
  });

  it('records the first outcome of a request, and returns it to the second writer', async () => {
    const ledger = await given();
    const first = answered('first');
    expect(await ledger.rememberRequest(first)).toBeUndefined();
    expect(await ledger.rememberRequest(answered('second'))).toMatchObject(first);
    const found = await ledger.requests([first]);
    expect(found.get('crm/answered')).toMatchObject(first);
  });

  it('replaces a record only for the current version, and never restores a removed record', async () => {
    const ledger = await given();
    const read = { version: 1, nowSeconds: 1_000 };
    await ledger.addLink(link('changed', { campaign: 'spring', subject: 'digest', data: { pid: 'sms' } }));
    expect(await ledger.replaceLink(link('changed', { version: 2, pid: 'mail' }), read)).toBe(true);
    expect(await ledger.replaceLink(link('changed', { version: 2, pid: 'late' }), read)).toBe(false);
    const held = await ledger.link(link('changed').address);
    expect(held).toMatchObject({ version: 2, pid: 'mail' });
    expect(held).not.toHaveProperty('campaign');
    expect(held).not.toHaveProperty('subject');
    expect(held).not.toHaveProperty('data');
    expect(await ledger.replaceLink(link('nowhere', { version: 2 }), read)).toBe(false);
    expect(await ledger.link(link('nowhere').address)).toBeUndefined();
  });

  it('accepts a record that it has returned, after a change', async () => {
    const ledger = await given();
    const { address } = link('read-and-written');
    await ledger.addLink(link('read-and-written', { keepUntil: 1_900_000_000 }));
    const read = (await ledger.link(address)) ?? expect.fail('no record');
    expect(read).toEqual(link('read-and-written', { keepUntil: 1_900_000_000 }));
    const changed = { ...read, version: 2, pid: 'mail' };
    expect(await ledger.replaceLink(changed, { version: 1, nowSeconds: 1_000 })).toBe(true);
    expect(await ledger.link(address)).toEqual(changed);
  });

  it('grants one lease at a time, for the current version', async () => {
    const ledger = await given();
    const { address } = link('leased');
    await ledger.addLink(link('leased'));
    expect(await ledger.leaseLink(address, lease('a', 1_100), 2, 1_000)).toBe(false);
    expect(await ledger.leaseLink(address, lease('a', 1_100), 1, 1_000)).toBe(true);
    expect(await ledger.leaseLink(address, lease('b', 1_200), 1, 1_100)).toBe(false);
    expect((await ledger.link(address))?.lease).toEqual(lease('a', 1_100));
    // It refuses even the holder's own lease, which may be another copy's. An expired lease blocks nobody.
    expect(await ledger.leaseLink(address, lease('a', 1_150), 1, 1_050)).toBe(false);
    expect(await ledger.leaseLink(address, lease('b', 1_300), 1, 1_101)).toBe(true);
    expect(await ledger.leaseLink(link('none').address, lease('a', 1_100), 1, 1_000)).toBe(false);
  });

  it('replaces a leased record only for the lease’s holder, and removes the lease', async () => {
    const ledger = await given();
    const { address } = link('held');
    const next = link('held', { version: 2 });
    await ledger.addLink(link('held'));
    await ledger.leaseLink(address, lease('a', 1_100), 1, 1_000);
    expect(await ledger.replaceLink(next, { version: 1, nowSeconds: 1_100 })).toBe(false);
    expect(await ledger.replaceLink(next, { version: 1, leaseOf: 'b', nowSeconds: 1_100 })).toBe(false);
    expect(await ledger.replaceLink(next, { version: 1, leaseOf: 'a', nowSeconds: 1_100 })).toBe(true);
    expect(await ledger.link(address)).not.toHaveProperty('lease');
  });

  it('releases a lease only for its holder', async () => {
    const ledger = await given();
    const { address } = link('released');
    await ledger.addLink(link('released'));
    await ledger.leaseLink(address, lease('a', 1_100), 1, 1_000);
    await ledger.releaseLink(address, lease('b', 1_100));
    await ledger.releaseLink(address, lease('a', 1_000));
    expect((await ledger.link(address))?.lease?.requestId).toBe('a');
    await ledger.releaseLink(address, lease('a', 1_100));
    expect(await ledger.link(address)).not.toHaveProperty('lease');
    await ledger.releaseLink(link('none').address, lease('a', 1_100));
    expect(await ledger.link(link('none').address)).toBeUndefined();
  });

  it('records a QR image only for a live link of its source, and keeps its key when the record is replaced', async () => {
    const ledger = await given();
    const [withQr, gone] = [link('with-qr'), link('gone', { state: 'deleted' })];
    await ledger.addLink(withQr);
    await ledger.addLink(gone);
    expect(await ledger.noteQr(withQr, 'qr/crm/A1b3/with-qr.png')).toBe(true);
    expect(await ledger.noteQr(gone, 'qr/crm/A1b3/gone.png')).toBe(false);
    expect(await ledger.noteQr(link('none'), 'qr/crm/A1b3/none.png')).toBe(false);
    expect(await ledger.noteQr({ ...withQr, source: 'studio' }, 'qr/studio/A1b3/with-qr.png')).toBe(false);
    await ledger.replaceLink({ ...withQr, version: 2 }, { version: 1, nowSeconds: 1_000 });
    expect((await ledger.link(withQr.address))?.qrKey).toBe('qr/crm/A1b3/with-qr.png');
    await ledger.replaceLink({ ...withQr, requestId: 'next' }, { version: 2, nowSeconds: 1_000, anew: true });
    expect(await ledger.link(withQr.address)).not.toHaveProperty('qrKey');
    await ledger.noteQr(withQr, 'qr/crm/A1b3/with-qr.png');
    await ledger.replaceLink({ ...withQr, state: 'deleted', version: 2 }, { version: 1, nowSeconds: 1_000 });
    expect(await ledger.link(withQr.address)).not.toHaveProperty('qrKey');
    expect(await ledger.link(link('none').address)).toBeUndefined();
  });

  it('records why a live link of its source has no QR code, unless it has one', async () => {
    const ledger = await given();
    const [made, gone] = [link('no-code'), link('no-code-gone', { state: 'deleted' })];
    const { requestId } = made;
    const failure = { requestId, reason: 'refused-by-api' } as const;
    const later = { requestId: 'code-1', reason: 'api-unavailable' } as const;
    await ledger.addLink(made);
    await ledger.addLink(gone);
    const noted = async () => (await ledger.link(made.address))?.qrFailure;
    // Only for the link of that create, or for that version of the link.
    expect(await ledger.noteQrFailure(made, failure, { madeBy: 'another' })).toBe(false);
    expect(await ledger.noteQrFailure(made, failure, { version: 2 })).toBe(false);
    expect(await ledger.noteQrFailure({ ...made, source: 'studio' }, failure, { version: 1 })).toBe(false);
    expect(await ledger.noteQrFailure(gone, failure, { madeBy: requestId })).toBe(false);
    expect(await ledger.noteQrFailure(link('none'), failure, { version: 1 })).toBe(false);
    expect(await noted()).toBeUndefined();
    expect(await ledger.link(link('none').address)).toBeUndefined();
    expect(await ledger.noteQrFailure(made, failure, { madeBy: requestId })).toBe(true);
    expect(await noted()).toEqual(failure);
    expect(await ledger.noteQrFailure(made, later, { version: 1 })).toBe(true);
    expect(await noted()).toEqual(later);
    // It stays with a change of the link, and ends with the link or with a code.
    await ledger.replaceLink({ ...made, version: 2 }, { version: 1, nowSeconds: 1_000 });
    expect(await noted()).toEqual(later);
    await ledger.replaceLink({ ...made, requestId: 'next', version: 3 }, { version: 2, nowSeconds: 1_000, anew: true });
    expect(await noted()).toBeUndefined();
    await ledger.noteQrFailure(made, failure, { madeBy: 'next' });
    await ledger.noteQr(made, 'qr/crm/A1b3/no-code.png');
    expect(await noted()).toBeUndefined();
    expect(await ledger.noteQrFailure(made, failure, { madeBy: 'next' })).toBe(false);
    await ledger.replaceLink({ ...made, state: 'deleted', version: 4 }, { version: 3, nowSeconds: 1_000 });
    expect(await ledger.link(made.address)).not.toHaveProperty('qrFailure');
  });

  it('keeps the old expiry of a record under check, whatever its TTL attribute', async () => {
    const ledger = await given();
    const marked = link('marked', { expiryCheck: { token: 'first', lostAt: 1_900_000_000 } });
    await ledger.addLink(marked);
    expect(await ledger.link(marked.address)).toEqual(marked);
    const { expiryCheck: _, ...changed } = { ...marked, version: 2 };
    expect(await ledger.replaceLink(changed, { version: 1, nowSeconds: 1_000 })).toBe(true);
    expect(await ledger.link(marked.address)).toEqual(changed);
  });

  it('accepts a check’s result only while its mark and the version are unchanged', async () => {
    const ledger = await given();
    const marked = link('checked', {
      expiryCheck: { token: 'first', lostAt: 1_900_000_000 },
      keepUntil: 2_000_000_000,
    });
    const { expiryCheck: _, ...plain } = marked;
    await ledger.addLink(marked);
    const found = { expiresAt: 1_780_000_000, nowSeconds: 1_000 };
    const other = { ...marked, expiryCheck: { token: 'second', lostAt: 1_900_000_000 } };
    expect(await ledger.concludeCheck(other, found)).toBe(false);
    expect(await ledger.concludeCheck({ ...marked, version: 2 }, found)).toBe(false);
    expect(await ledger.removeChecked(other, 1_000)).toBe(false);
    expect(await ledger.link(marked.address)).toEqual(marked);
    expect(await ledger.concludeCheck(marked, { ...found, checkAgainAt: 1_779_000_000 })).toBe(true);
    expect(await ledger.link(marked.address)).toEqual({
      ...plain,
      expiresAt: 1_780_000_000,
      checkAgainAt: 1_779_000_000,
    });
    expect(await ledger.concludeCheck(marked, found)).toBe(false);
    expect(await ledger.removeChecked(marked, 1_000)).toBe(false);
    expect(await ledger.concludeCheck(link('none', { expiryCheck: { token: 'x', lostAt: 0 } }), found)).toBe(false);
    expect(await ledger.link(link('none').address)).toBeUndefined();
  });

  it('refuses a check’s result while a change holds the lease, and releases the check’s own lease', async () => {
    const ledger = await given();
    const marked = link('check-and-change', { expiryCheck: { token: 'first', lostAt: 1_900_000_000 } });
    await ledger.addLink(marked);
    await ledger.leaseLink(marked.address, lease('a', 1_100), 1, 1_000);
    expect(await ledger.concludeCheck(marked, { expiresAt: 1_780_000_000, nowSeconds: 1_100 })).toBe(false);
    expect(await ledger.removeChecked(marked, 1_100)).toBe(false);
    const mine = { expiresAt: 1_780_000_000, lease: { taken: lease('a', 1_100) }, nowSeconds: 1_100 };
    expect(await ledger.concludeCheck(marked, mine)).toBe(true);
    const { expiryCheck: _, ...plain } = marked;
    expect(await ledger.link(marked.address)).toEqual({ ...plain, expiresAt: 1_780_000_000 });
  });

  it('keeps a lease of a crashed change, and removes it with a checked record', async () => {
    const ledger = await given();
    const marked = link('check-of-left', { expiryCheck: { token: 'first', lostAt: 1_900_000_000 } });
    await ledger.addLink({ ...marked, lease: lease('a', 900) });
    expect(await ledger.concludeCheck(marked, { expiresAt: 1_780_000_000, nowSeconds: 1_000 })).toBe(true);
    expect((await ledger.link(marked.address))?.lease).toEqual(lease('a', 900));
    const taken = link('check-and-left', { expiryCheck: { token: 'first', lostAt: 1_900_000_000 } });
    await ledger.addLink({ ...taken, lease: lease('a', 1_100) });
    const giveBack = { taken: lease('a', 1_100), left: lease('a', 900) };
    expect(await ledger.concludeCheck(taken, { expiresAt: 1_780_000_000, lease: giveBack, nowSeconds: 1_000 })).toBe(
      true,
    );
    expect((await ledger.link(taken.address))?.lease).toEqual(lease('a', 900));
    const over = link('checked-over', { expiryCheck: { token: 'first', lostAt: 1_900_000_000 } });
    await ledger.addLink({ ...over, lease: lease('a', 900) });
    expect(await ledger.removeChecked(over, 1_000)).toBe(true);
    expect(await ledger.link(over.address)).toBeUndefined();
  });

  it('keeps the park order of a link by `requestedAt`', async () => {
    const ledger = await given();
    const address = { onelinkId: 'A1b3', shortlinkId: 'parked' };
    expect(await ledger.parkOrder(address)).toEqual([]);
    for (const place of ['2026-03-02T00:00:00.000Z b', '2026-03-01T00:00:00.000Z a', '2026-03-02T00:00:00.000Z b']) {
      await ledger.addToParkOrder(address, place, 2_000_000_000);
    }
    expect(await ledger.parkOrder(address)).toEqual(['2026-03-01T00:00:00.000Z a', '2026-03-02T00:00:00.000Z b']);
    await ledger.removeFromParkOrder(address, '2026-03-01T00:00:00.000Z a');
    await ledger.removeFromParkOrder(address, 'never there');
    expect(await ledger.parkOrder(address)).toEqual(['2026-03-02T00:00:00.000Z b']);
    await ledger.removeFromParkOrder(address, '2026-03-02T00:00:00.000Z b');
    expect(await ledger.parkOrder(address)).toEqual([]);
  });

  it('lets one attempt claim an address until the claim expires, is released or has served', async () => {
    const ledger = await given();
    const address = { onelinkId: 'A1b3', shortlinkId: 'claimed' };
    const claim = (requestId: string, token: string, until: number) => {
      return { source: 'crm', requestId, token, until, expiresAt: 2_000_000_000 };
    };
    expect(await ledger.claimOf(address)).toBeUndefined();
    expect(await ledger.claimAddress(address, claim('a', 'one', 200), { nowSeconds: 100 })).toBe(true);
    expect(await ledger.claimAddress(address, claim('a', 'one', 200), { nowSeconds: 100 })).toBe(true);
    expect(await ledger.claimAddress(address, claim('a', 'two', 300), { nowSeconds: 200 })).toBe(false);
    await ledger.releaseClaim(address, claim('a', 'two', 0), 200);
    await ledger.releaseClaim(address, claim('b', 'one', 0), 200);
    expect(await ledger.claimOf(address)).toMatchObject(claim('a', 'one', 200));

    const ofAnother = { nowSeconds: 200, recorded: { source: 'crm', requestId: 'b' } };
    expect(await ledger.claimAddress(address, claim('c', 'three', 300), ofAnother)).toBe(false);
    const hasServed = { nowSeconds: 200, recorded: { source: 'crm', requestId: 'a' } };
    expect(await ledger.claimAddress(address, claim('c', 'three', 300), hasServed)).toBe(true);
    await ledger.releaseClaim(address, claim('c', 'three', 0), 250);
    expect((await ledger.claimOf(address))?.until).toBe(0);
    expect(await ledger.claimAddress(address, claim('d', 'four', 400), { nowSeconds: 250 })).toBe(true);
    expect(await ledger.claimAddress(address, claim('e', 'five', 500), { nowSeconds: 401 })).toBe(true);
    // Another source may claim it only after the owner's create has ended without a link.
    const ofStudio = { ...claim('s', 'seven', 600), source: 'studio' };
    expect(await ledger.claimAddress(address, ofStudio, { nowSeconds: 501 })).toBe(false);
    const recorded = { source: 'crm', requestId: 'e' };
    expect(await ledger.claimAddress(address, ofStudio, { nowSeconds: 501, recorded })).toBe(false);
    // Any attempt of the same request may release an expired claim.
    await ledger.releaseClaim(address, claim('e', 'six', 0), 501);
    expect((await ledger.claimOf(address))?.until).toBe(0);
    expect(await ledger.claimAddress(address, ofStudio, { nowSeconds: 501 })).toBe(true);
  });
});
