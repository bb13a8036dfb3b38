import { describe, expect, it } from 'vitest';
import type { CreateCommand, DeleteCommand, UpdateCommand } from '../../../../../lambdas/domain/contract/command.ts';
import type { LinkRecord } from '../../../../../lambdas/domain/link/ledger-record.ts';
import {
  foundAtApi,
  hasBegun,
  isAlive,
  isHeld,
  isMadeBy,
  isOf,
  isOver,
  linkOf,
  over,
  rememberedUntil,
  stateForChange,
  stateForCreate,
  stateOfRemoved,
  tombstone,
  tombstoneOfUnknown,
} from '../../../../../lambdas/domain/link/link-state.ts';
import type { ApiAnswer, LinkAtApi } from '../../../../../lambdas/domain/onelink/api-answer.ts';
import { givenLinkAt } from '../../../../world/given-ledger.ts';

/** 2026-03-10T12:00:00Z. */
const now = 1_773_144_000;
const day = 86_400;

const live: LinkRecord = givenLinkAt('poster', {
  requestId: 'made-it',
  dataDigest: 'digest',
  renewTtl: false,
  version: 3,
  applied: { requestedAt: '2026-03-09T12:00:00Z', requestId: 'changed-it' },
  expiresAt: now + day,
});
const early = '2026-03-09T11:59:59Z';
const deleted: LinkRecord = { ...live, state: 'deleted' };

const base = { specVersion: '1.0', source: 'crm', requestId: 'now', onelinkId: 'A1b3', shortlinkId: 'poster' } as const;
const noon = '2026-03-10T12:00:00Z';
const create: CreateCommand = { ...base, action: 'create', data: { pid: 'sms' }, requestedAt: noon };
/** The create that made the link. */
const itself = { ...create, requestId: 'made-it' };
const update: UpdateCommand = { ...base, action: 'update', data: { pid: 'sms' }, requestedAt: noon };
const remove: DeleteCommand = { ...base, action: 'delete', requestedAt: noon };

const lease = { action: 'update', requestId: 'another', requestedAt: noon, until: now } as const;
const intended = { dataDigest: 'new digest', ttlSeconds: day, renewTtl: false, expiresAt: now + day };

describe('the state of a link for a create', () => {
  it.each<[string, LinkRecord, CreateCommand, string]>([
    ['its own link', live, itself, 'made'],
    ['its own link, which was deleted', deleted, itself, 'deleted-since'],
    ['its source’s other link', live, create, 'another'],
    ['its source’s link that expired', { ...live, expiresAt: now - day }, create, 'another'],
    ['another source’s link of the same requestId', { ...live, source: 'studio' }, itself, 'not-owner'],
    ['another source’s link that expired', { ...live, source: 'studio', expiresAt: now - day }, create, 'not-owner'],
    ['another source’s link that was deleted', { ...deleted, source: 'studio' }, create, 'not-owner'],
    ['another source’s delete of an unknown link', { ...deleted, source: 'studio', shortUrl: '' }, create, 'another'],
    ['a link deleted before the create was requested', deleted, create, 'another'],
    ['a link deleted after it was asked for', deleted, { ...create, requestedAt: early }, 'deleted-since'],
    ['another source’s later delete', { ...deleted, source: 'studio' }, { ...create, requestedAt: early }, 'not-owner'],
  ])('%s', (_, record, command, expected) => {
    expect(stateForCreate(record, command)).toBe(expected);
  });
});

describe('the state of a link for a change', () => {
  it.each<[string, LinkRecord, UpdateCommand | DeleteCommand, string]>([
    ['an update of a live link', live, update, 'due'],
    ['a delete of a live link', live, remove, 'due'],
    ['an update that the record has', live, { ...update, requestId: 'changed-it' }, 'applied'],
    ['a delete that the record has', deleted, { ...remove, requestId: 'changed-it' }, 'applied'],
    ['an update requested before the last one', live, { ...update, requestedAt: early }, 'superseded'],
    ['a delete requested before the last update', live, { ...remove, requestedAt: early }, 'superseded'],
    ['an update requested before the delete', deleted, { ...update, requestedAt: early }, 'superseded'],
    ['an update of a deleted link', deleted, update, 'deleted'],
    ['a second delete', deleted, remove, 'due'],
  ])('%s', (_, record, command, expected) => {
    expect(stateForChange(record, command)).toBe(expected);
  });
});

describe('the result of a GET', () => {
  const link = (expiresAt: number): ApiAnswer<LinkAtApi> => ({ meaning: 'ok', value: { data: {}, expiresAt } });
  const refused = (meaning: Exclude<ApiAnswer<LinkAtApi>['meaning'], 'ok'>): ApiAnswer<LinkAtApi> => ({
    meaning,
    fault: { path: '', rule: 'api', message: '' },
  });
  it.each<[string, ApiAnswer<LinkAtApi>, object]>([
    ['a link with a second to go', link(now + 1), { state: 'alive', link: { data: {}, expiresAt: now + 1 } }],
    ['a link in the second of its expiry', link(now), { state: 'dead', link: { data: {}, expiresAt: now } }],
    ['404', refused('absent'), { state: 'absent' }],
    ['a permanent refusal', refused('permanent'), { state: 'made-elsewhere' }],
    ['an error', refused('transient'), { state: 'unknown', meaning: 'transient' }],
    ['no answer', refused('ambiguous'), { state: 'unknown', meaning: 'ambiguous' }],
    ['a refused token', refused('account-blocked'), { state: 'unknown', meaning: 'account-blocked' }],
  ])('%s', (_, answer, expected) => {
    expect(foundAtApi(answer, now)).toEqual(expected);
  });
});

describe('the state of a link whose record the TTL has removed', () => {
  const expired = { ...live, expiresAt: now };
  it.each<[string, LinkRecord, string]>([
    ['deleted', deleted, 'tombstone'],
    ['expired', expired, 'over'],
    ['checked before its expiry', live, 'unsure'],
    ['renewed by clicks', { ...expired, renewTtl: true }, 'unsure'],
    ['kept by the pipeline', { ...expired, keepUntil: now + 1 }, 'unsure'],
    ['kept until its expiry', { ...expired, keepUntil: now }, 'over'],
    ['with an unverified change', { ...expired, lease }, 'unsure'],
  ])('%s', (_, record, expected) => {
    expect(stateOfRemoved(record, now)).toBe(expected);
  });
});

describe('a yes-or-no answer', () => {
  it.each<[string, boolean, boolean]>([
    ['a link is expired in the second of its expiry', isOver({ expiresAt: now }, now), true],
    ['a link is not expired a second before', isOver({ expiresAt: now + 1 }, now), false],
    ['a live link is alive', isAlive(live, now), true],
    ['a live link is not alive after its expiry', isAlive({ ...live, expiresAt: now }, now), false],
    ['a deleted link is not alive', isAlive(deleted, now), false],
    ['a link is made by its create', isMadeBy(live, { source: 'crm', requestId: 'made-it' }), true],
    ['a link is not made by its change', isMadeBy(live, { source: 'crm', requestId: 'changed-it' }), false],
    ['a link is not made by another source', isMadeBy(live, { source: 'studio', requestId: 'made-it' }), false],
    ['data is the record’s', isOf(live, 'digest'), true],
    [
      'data is the record’s after a change under way',
      isOf({ ...live, lease: { ...lease, intended } }, 'new digest'),
      true,
    ],
    ['data is not the record’s', isOf(live, 'new digest'), false],
    ['data is not a deleted link’s', isOf(deleted, 'digest'), false],
    ['a lease holds its link in its last second', isHeld({ ...live, lease }, now), true],
    ['a lease that has ended does not', isHeld({ ...live, lease }, now + 1), false],
    ['a link without a lease is free', isHeld(live, now), false],
    ['a change with a lease has begun', hasBegun({ ...live, lease }, { ...update, requestId: 'another' }), true],
    ['a change that was applied has begun', hasBegun(live, { ...update, requestId: 'changed-it' }), true],
    ['another change has not', hasBegun({ ...live, lease }, update), false],
  ])('%s', (_, answer, expected) => {
    expect(answer).toBe(expected);
  });
});

describe('the record of an end', () => {
  const marked: LinkRecord = {
    ...live,
    lease,
    keepUntil: now + 90 * day,
    checkAgainAt: now + day,
    expiryCheck: { token: 'removal', lostAt: now + day },
    qrKey: 'A1b3/poster.png',
  };

  it('a request record is kept for the days of the deduplication window', () => {
    expect(rememberedUntil(now, 75)).toBe(1_779_624_000);
  });

  it('a tombstone has the delete, the next version, and no mark of work under way', () => {
    const by = { requestedAt: noon, requestId: 'deletes-it' };

    expect(tombstone(marked, by, now + 75 * day)).toEqual({
      ...deleted,
      qrKey: 'A1b3/poster.png',
      version: 4,
      applied: by,
      expiresAt: now + 75 * day,
    });
  });

  it('a tombstone of an unknown link has its delete’s request and address', () => {
    expect(tombstoneOfUnknown(remove, now + 75 * day)).toEqual({
      address: { onelinkId: 'A1b3', shortlinkId: 'poster' },
      source: 'crm',
      requestId: 'now',
      state: 'deleted',
      shortUrl: '',
      pid: '',
      dataDigest: '',
      ttlSeconds: 0,
      renewTtl: false,
      version: 1,
      applied: { requestedAt: noon, requestId: 'now' },
      expiresAt: now + 75 * day,
    });
  });

  it.each<[string, number, number]>([
    ['the API shows an earlier one', now - 5, now - 5],
    ['the record has an earlier one', now + 2 * day, now + day],
  ])('an expired link keeps the earlier end: %s', (_, found, expected) => {
    const { lease: __, checkAgainAt: ___, expiryCheck: ____, ...kept } = marked;
    expect(over(marked, found)).toEqual({ ...kept, expiresAt: expected });
  });

  it('an outcome contains the link’s address, URL, expiry and version', () => {
    expect(linkOf(live)).toEqual({
      onelinkId: 'A1b3',
      shortlinkId: 'poster',
      shortUrl: 'https://acme.onelink.me/A1b3/poster',
      expiresAt: '2026-03-11T12:00:00Z',
      version: 3,
    });
  });
});
