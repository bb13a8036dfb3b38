import { describe, expect, test } from 'vitest';
import { addressOfKnown, knownRow } from '../../../../../lambdas/domain/campaign/known-rows.ts';
import type { CampaignSettings } from '../../../../../lambdas/domain/campaign/settings.ts';
import type { Outcome } from '../../../../../lambdas/domain/contract/outcome.ts';
import { commandDigest, dataDigest } from '../../../../../lambdas/domain/link/digest.ts';
import type { LinkRecord } from '../../../../../lambdas/domain/link/ledger-record.ts';
import { deriveLinkId } from '../../../../../lambdas/domain/link/link-id.ts';
import { given, givenRecord, givenRequest } from '../../../../world/given-ledger.ts';
import { givenOutcome } from '../../../../world/given-outcome.ts';
import { checkedIn } from './given-rows.ts';

const address = { onelinkId: 'A1b3', shortlinkId: 'secret-id' };
const link = { ...address, shortUrl: 'https://acme.onelink.me/A1b3/secret-id', version: 1 };

interface Earlier {
  record?: Partial<LinkRecord> | undefined;
  outcome?: Partial<Outcome>;
  settings?: CampaignSettings;
  derivesIds?: boolean;
  /** The row's request is the one that has made the link. */
  isSameRequest?: boolean;
  /** Without a record of the request, or of the link. */
  lacks?: 'request' | 'link';
}

/** What the first row of a file becomes, whose key an earlier drop has made a link for: with `pid` sms and `c` spring. */
async function again(text: string, { record = {}, outcome = {}, settings = {}, lacks, ...how }: Earlier = {}) {
  const [row] = await checkedIn(text, settings);
  if (row?.checked.check !== 'send' || row.command === undefined) throw new Error('the row must be valid');
  const digest = how.isSameRequest === true ? commandDigest(given.secret, row.command) : 'a digest';
  const request = givenRequest(digest, { ...givenOutcome(), outcome: 'created', link, ...outcome });
  const data = { pid: 'sms', c: 'spring' };
  return knownRow(row.checked, {
    request: lacks === 'request' ? undefined : request,
    link: lacks === 'link' ? undefined : givenRecord(data, { requestId: 'spring/1', ...record }),
    command: row.command,
    hasKeys: settings.key !== undefined || text.includes('request_id'),
    expiresAt: row.expiresAt,
    derivesIds: how.derivesIds ?? false,
    linkIdSecret: given.secret,
    nowSeconds: given.nowSeconds,
  });
}

const same = 'request_id,pid,c\n1,sms,spring\n';
const other = 'request_id,pid,c\n1,sms,summer\n';

describe('a row whose request has no record', () => {
  test('is sent as it is', async () => {
    expect(await again(same, { lacks: 'request' })).toMatchObject({
      check: 'send',
      requestId: 'spring/1',
      command: { action: 'create' },
    });
  });
});

describe('a row that takes a link over', () => {
  test.each(['adopt', 'migrate'])(
    'with %s is sent as it is, so that the record of its request answers',
    async (action) => {
      const text = `request_id,action,shortlink_id,pid\nA1b3/x,${action},secret-id,sms\n`;
      for (const outcome of ['adopted', 'migrated', 'rejected'] as const) {
        const row = await again(text, { isSameRequest: true, outcome: { outcome }, lacks: 'link' });
        expect(row).toMatchObject({ check: 'send', requestId: 'spring/A1b3/x', command: { action } });
      }
    },
  );
});

describe('a row whose link is live', () => {
  test('is unchanged with the same content', async () => {
    expect(await again(same)).toEqual({
      row: 1,
      line: 2,
      cells: ['1', 'sms', 'spring'],
      key: '1',
      requestId: 'spring/1',
      check: 'unchanged',
      link: address,
    });
  });

  test('is an update with other content, under a request ID of its key, its content and the link’s version', async () => {
    const row = await again(other, { record: { version: 3 } });

    expect(row).toMatchObject({
      check: 'send',
      key: '1',
      requestId: expect.stringMatching(/^spring\/1@[0-9a-f]{8}\.3$/),
      command: { action: 'update', ...address, data: { pid: 'sms', c: 'summer' } },
    });
    expect(row).toMatchObject({ command: { requestId: row.check === 'send' ? row.requestId : '' } });
    // The same drop again gives the same request. Another content, or the link's next version, gives another one.
    const idOf = async (...args: Parameters<typeof again>) => (await again(...args)) as { requestId: string };
    expect((await idOf(other, { record: { version: 3 } })).requestId).toBe(row.requestId);
    expect((await idOf(other, { record: { version: 4 } })).requestId).not.toBe(row.requestId);
    expect((await idOf('request_id,pid,c\n1,sms,autumn\n', { record: { version: 3 } })).requestId).not.toBe(
      row.requestId,
    );
  });

  test('loses in its update what an update cannot have', async () => {
    const row = await again('request_id,pid,c,qr,on_conflict\n1,sms,summer,yes,derive\n');
    expect(row).toMatchObject({ command: { action: 'update' } });
    expect(row).not.toMatchObject({ command: { qr: expect.anything() } });
    expect(row).not.toMatchObject({ command: { onConflict: expect.anything() } });
  });

  test('keeps its wish for a code beside its update', async () => {
    const file = 'request_id,pid,c,qr\n1,sms,summer,';
    expect(await again(`${file}yes\n`)).toMatchObject({ command: { action: 'update' }, wantsCode: true });
    expect(await again(`${file}no\n`)).not.toHaveProperty('wantsCode');
    // The drop after the update asks for the code.
    expect(await again('request_id,pid,c,qr\n1,sms,spring,yes\n', { record: { version: 2 } })).toMatchObject({
      command: { action: 'qr' },
    });
  });

  test.each([
    ['another TTL', 'ttl', '14d', {}],
    ['another renewal', 'renew_ttl', 'no', {}],
    ['another brand domain', 'brand_domain', 'go.acme.example', {}],
    ['to be kept longer', 'keep_until', '2026-12-24T18:00:00Z', {}],
    ['another expiry', 'expires_at', '2026-05-01T00:00:00Z', {}],
  ])('is an update if it wants %s', async (_, field, value) => {
    expect(await again(`request_id,pid,c,${field}\n1,sms,spring,${value}\n`)).toMatchObject({
      check: 'send',
      command: { action: 'update' },
    });
  });

  test.each([
    ['ttl', '31d', {}],
    ['renew_ttl', 'yes', {}],
    ['brand_domain', 'go.acme.example', { shortUrl: 'https://go.acme.example/A1b3/secret-id' }],
    ['keep_until', '2026-12-24T18:00:00Z', { keepUntil: Date.parse('2026-12-24T18:00:00Z') / 1000 }],
    // The TTL of this drop is another one, because less time is left. The instant is the same.
    ['expires_at', '2026-04-09T12:00:00Z', { ttlSeconds: 99 * 86_400, renewTtl: false }],
    ['metadata.segment', 'another', {}],
  ])('is unchanged if the link has its %s', async (field, value, record) => {
    expect(await again(`request_id,pid,c,${field}\n1,sms,spring,${value}\n`, { record })).toMatchObject({
      check: 'unchanged',
    });
  });

  const hours = (count: number) => given.nowSeconds + count * 3_600;
  test.each<[string, Partial<LinkRecord>, 'unchanged' | 'send']>([
    // The create was requested 24 hours ago with a TTL of 30 hours, and carried out 5 hours later.
    ['unchanged if its create asked for that', { ttlSeconds: 30 * 3_600, expiresAt: hours(11) }, 'unchanged'],
    ['unchanged if clicks have extended it', { renewTtl: true, expiresAt: hours(48) }, 'unchanged'],
    ['an update if it ends later', { expiresAt: hours(11) }, 'send'],
    ['an update if it ends before', { renewTtl: true, expiresAt: hours(4) }, 'send'],
  ])('that wants to end in six hours is %s', async (_, record, check) => {
    const renews = record.renewTtl ? 'yes' : '';
    const file = `request_id,pid,c,expires_at,renew_ttl\n1,sms,spring,2026-03-10T18:00:00Z,${renews}\n`;
    const applied = { requestedAt: '2026-03-09T12:00:00Z', requestId: 'spring/1' };
    expect(await again(file, { record: { renewTtl: false, applied, ...record } })).toMatchObject({ check });
  });

  test('is unchanged without a key column, because the key is its content', async () => {
    const [row] = await checkedIn('pid,c\nsms,spring\n');
    const requestId = row?.checked.check === 'send' ? row.checked.requestId : '';
    expect(
      await again('pid,c\nsms,spring\n', {
        record: { requestId, dataDigest: dataDigest(given.secret, { changed: 'since' }) },
      }),
    ).toMatchObject({
      check: 'unchanged',
    });
  });

  test('asks for a code if it has none yet', async () => {
    const file = 'request_id,pid,c,qr_size,brand_domain\n1,sms,spring,600,go.acme.example\n';
    const shortUrl = 'https://go.acme.example/A1b3/secret-id';

    expect(await again(file, { record: { shortUrl } })).toMatchObject({
      check: 'send',
      requestId: expect.stringMatching(/^spring\/1@/),
      command: { action: 'qr', ...address, qr: { size: 600, brandDomain: 'go.acme.example' } },
    });
    expect(await again(file, { record: { shortUrl, qrKey: 'a.png' } })).toMatchObject({ check: 'unchanged' });
  });

  test('is rejected if it wants another address', async () => {
    expect(await again('request_id,custom_link_id,pid,c\n1,promo,sms,spring\n')).toMatchObject({
      check: 'rejected',
      faults: [{ path: 'shortlink_id', rule: 'other-id' }],
    });
    expect(await again(same, { record: { address: { onelinkId: 'abc123', shortlinkId: 'secret-id' } } })).toMatchObject(
      {
        check: 'rejected',
        faults: [{ rule: 'other-template' }],
      },
    );
  });

  test('is unchanged if its chosen ID was taken, and its create has derived another', async () => {
    const shortlinkId = deriveLinkId(given.secret, { source: 'crm', requestId: 'spring/1', onelinkId: 'A1b3' }, 12);
    const file = 'request_id,custom_link_id,on_conflict,pid,c\n1,promo,derive,sms,spring\n';
    const withoutPolicy = 'request_id,custom_link_id,pid,c\n1,promo,sms,spring\n';
    const record = { address: { onelinkId: 'A1b3', shortlinkId } };
    expect(await again(file, { record })).toMatchObject({ check: 'unchanged' });
    expect(await again(withoutPolicy, { record, derivesIds: true })).toMatchObject({ check: 'unchanged' });
    expect(await again(withoutPolicy, { record, isSameRequest: true })).toMatchObject({ check: 'unchanged' });
    // In a lane that rejects, its create has chosen no ID.
    const other = { check: 'rejected', faults: [{ rule: 'other-id' }] };
    expect(await again(withoutPolicy, { record })).toMatchObject(other);
    expect(await again(file.replace('derive', 'reject'), { record, derivesIds: true })).toMatchObject(other);
  });
});

describe('a row whose link has ended', () => {
  test.each<[string, Earlier]>([
    ['by a delete', { record: { state: 'deleted' } }],
    ['by its expiry', { record: { expiresAt: given.nowSeconds } }],
    ['and whose record is gone', { lacks: 'link' }],
    ['and whose address another request has', { record: { requestId: 'other' } }],
    ['and whose address another producer has', { record: { source: 'print' } }],
  ])('is rejected: %s', async (_, earlier) => {
    expect(await again(same, earlier)).toMatchObject({
      check: 'rejected',
      requestId: 'spring/1',
      faults: [{ rule: 'link-ended', message: expect.stringContaining('another key') }],
    });
  });
});

describe('a row whose create has made no link', () => {
  test('is rejected with the reason of then', async () => {
    const faults = [{ path: 'shortlinkId', rule: 'taken', message: 'is taken' }];
    expect(
      await again(same, { outcome: { outcome: 'conflict', link: undefined, faults } as Partial<Outcome> }),
    ).toMatchObject({ check: 'rejected', faults });
    expect(
      await again(same, { outcome: { outcome: 'stale', link: undefined } as unknown as Partial<Outcome> }),
    ).toMatchObject({
      faults: [{ rule: 'stale', message: expect.stringContaining('another key') }],
    });
  });
});

describe('a row with another action', () => {
  test('is unchanged or another update by the link’s record', async () => {
    const file = 'request_id,action,shortlink_id,pid,c\n1,update,secret-id,sms,';
    expect(await again(`${file}spring\n`, { record: { requestId: 'made-before' } })).toMatchObject({
      check: 'unchanged',
    });
    expect(await again(`${file}summer\n`, { record: { requestId: 'made-before' } })).toMatchObject({
      requestId: expect.stringMatching(/^spring\/1@[0-9a-f]{8}\.1$/),
      command: { action: 'update' },
    });
  });

  test('is sent as it is if it is the same, and under another request ID if it is not', async () => {
    const file = 'request_id,action,shortlink_id\n1,delete,secret-id\n';
    const [row] = await checkedIn(file);
    if (row?.checked.check !== 'send' || row.command === undefined) throw new Error('the row must be valid');
    const facts = {
      link: undefined,
      command: row.command,
      hasKeys: true,
      derivesIds: false,
      linkIdSecret: given.secret,
      nowSeconds: given.nowSeconds,
    };

    const known = knownRow(row.checked, { ...facts, request: givenRequest(commandDigest(given.secret, row.command)) });
    expect(known).toEqual(row.checked);
    expect(addressOfKnown(row.checked, givenRequest('x'))).toBeUndefined();
    expect(knownRow(row.checked, { ...facts, request: givenRequest('another') })).toMatchObject({
      requestId: expect.stringMatching(/^spring\/1@[0-9a-f]{8}\.0$/),
      command: { action: 'delete' },
    });
  });
});

test('the decision needs the link of the request’s outcome', async () => {
  const [row] = await checkedIn(same);
  const request = givenRequest('x', { ...givenOutcome(), outcome: 'created', link });
  expect(row && addressOfKnown(row.checked, request)).toEqual(address);
  expect(row && addressOfKnown(row.checked, undefined)).toBeUndefined();
});
