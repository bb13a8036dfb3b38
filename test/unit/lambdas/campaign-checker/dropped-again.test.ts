import { describe, expect, test } from 'vitest';
import type { CheckedRow } from '../../../../lambdas/domain/campaign/row.ts';
import type { Command } from '../../../../lambdas/domain/contract/command.ts';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import { commandDigest, dataDigest } from '../../../../lambdas/domain/link/digest.ts';
import { CampaignCheck, noon, secret } from '../../../world/campaign-check.ts';
import { givenLinkAt, givenRequest } from '../../../world/given-ledger.ts';
import { givenLink, givenOutcome } from '../../../world/given-outcome.ts';
import { HttpWorld } from '../../../world/http-world.ts';
import { linkIdSecret } from '../../../world/link-world.ts';

const key = 'inbox/crm/spring.csv';
const csv = (...rows: string[]) => `request_id,pid,c\r\n${rows.map((row) => `${row}\r\n`).join('')}`;

function givenCheck(): CampaignCheck {
  const check = new CampaignCheck();
  check.files.drop('inbox/crm/spring.campaign.json', '{}', check.now);
  return check;
}

/** The ledger knows the outcome of this row's request. */
function answered(check: CampaignCheck, row: string, outcome: Partial<Outcome>): void {
  const requestId = `spring/${row}`;
  const record = { ...givenRequest('a digest', givenOutcome({ requestId, ...outcome })), requestId };
  check.ledger.answered.set(`crm/${requestId}`, record);
}

/** The ledger has a live link that this row has made. */
function made(check: CampaignCheck, row: string, data: Record<string, string>): void {
  answered(check, row, { link: givenLink(`link-${row}`, '2026-04-10T12:00:00Z') });
  const record = givenLinkAt(`link-${row}`, {
    requestId: `spring/${row}`,
    dataDigest: dataDigest(secret, data),
    expiresAt: noon / 1_000 + 31 * 86_400,
  });
  check.ledger.links.set(`A1b3/link-${row}`, record);
}

/** A row of a drop has ended without a link. */
async function ended(check: CampaignCheck, drop: number, row: string, outcome: Partial<Outcome>): Promise<void> {
  const sent = (await check.rows(drop)).find(({ requestId = '' }) => requestId.split('@')[0] === `spring/${row}`);
  if (sent?.check !== 'send') throw new Error('the row must be sent');
  const { requestId, command } = sent;
  const { link: _, ...without } = givenOutcome({ requestId, ...outcome });
  const commandDigestOf = commandDigest(secret, command as unknown as Command);
  check.ledger.answered.set(`crm/${requestId}`, {
    ...givenRequest(commandDigestOf, without as Outcome),
    requestId,
  });
}

/** The campaign's drop is over, so the same file again is a wish of its own. */
async function finish(check: CampaignCheck): Promise<void> {
  const reading = await check.campaigns.read({ source: 'crm', name: 'spring' });
  if (reading.record) await check.campaigns.write({ ...reading.record, state: 'finished' }, reading);
}

test('a first drop reads nothing of the ledger', async () => {
  const check = givenCheck();
  const read: string[] = [];
  check.beforeCall = (port) => {
    if (port.startsWith('ledger.')) read.push(port);
  };
  check.drop(key, csv('same,sms,one'));
  await check.settle();
  expect(read).toEqual([]);
});

describe('the first file of a campaign that has links by calls', () => {
  const put = (world: HttpWorld, row: string, c: string, more: object = {}) =>
    world.call({
      method: 'PUT',
      path: `/v1/links/by-key/spring/${row}`,
      body: { onelinkId: 'A1b3', data: { pid: 'sms', c }, ...more },
      headers: { Prefer: 'wait=25' },
    });
  const givenCheckAfter = (world: HttpWorld) => {
    const { ledger, now } = world.link;
    const check = new CampaignCheck({}, undefined, { calls: world.records, ledger, now, secret: linkIdSecret });
    check.files.drop('inbox/crm/spring.campaign.json', '{ "template": "A1b3" }', check.now);
    return check;
  };

  test('leaves them as they are, or changes them', async () => {
    // Given
    const world = new HttpWorld();
    await put(world, 'same', 'one');
    await put(world, 'changed', 'two');
    const check = givenCheckAfter(world);
    // When
    check.drop(key, csv('same,sms,one', 'changed,sms,TWO', 'new,sms,three'));
    await check.settle();
    // Then
    expect(await check.record()).toMatchObject({ drop: 1, found: { unchanged: 1, actions: { update: 1, create: 1 } } });
    expect(await check.rows()).toMatchObject([
      { check: 'unchanged', requestId: 'spring/same' },
      { check: 'send', command: { action: 'update', data: { c: 'TWO' } } },
      { check: 'send', requestId: 'spring/new', command: { action: 'create' } },
    ]);
  });

  test('is tried again in its next drop, where a call came between the first drop and its check', async () => {
    // Given
    const world = new HttpWorld();
    await put(world, 'changed', 'one');
    const check = givenCheckAfter(world);
    check.drop(key, csv('changed,sms,TWO'));
    world.link.now += 1_000;
    await put(world, 'changed', 'three');
    await check.settle();
    const [first] = await check.rows(1);
    const send = (row: CheckedRow | undefined) =>
      row?.check === 'send' ? world.link.deliver({ body: row.command }) : Promise.reject(new Error('not sent'));
    await send(first);
    expect(world.link.outcomes.at(-1)).toMatchObject({ outcome: 'superseded', reason: 'later-change-applied' });
    // When
    await finish(check);
    check.now = world.link.now + 60_000;
    check.drop(key, csv('changed,sms,TWO'));
    await check.settle();
    world.link.now = check.now;
    await send((await check.rows(2))[0]);
    // Then
    expect(world.link.outcomes.at(-1)).toMatchObject({ outcome: 'updated', link: { version: 3 } });
  });

  test('finds the link of a later attempt', async () => {
    const world = new HttpWorld();
    await put(world, 'poster', 'one', { shortlinkId: 'spring' });
    const taken = await put(world, 'taken', 'two', { shortlinkId: 'spring' });
    expect(taken.status).toBe(409);
    await put(world, 'taken', 'two');
    const check = givenCheckAfter(world);

    check.drop(key, csv('taken,sms,two'));
    await check.settle();

    expect(await check.rows()).toMatchObject([{ check: 'unchanged', requestId: 'spring/taken@2' }]);
  });
});

test('a later drop sends only the rows that have changed or are new', async () => {
  // Given
  const check = givenCheck();
  check.drop(key, csv('same,sms,one', 'changed,sms,two', 'refused,sms,three'));
  await check.settle();
  made(check, 'same', { pid: 'sms', c: 'one' });
  made(check, 'changed', { pid: 'sms', c: 'two' });
  await ended(check, 1, 'refused', { outcome: 'rejected', reason: 'api-rejected' });
  // When
  check.now += 60_000;
  check.drop(key, csv('same,sms,one', 'changed,sms,TWO', 'refused,sms,three', 'new,sms,four'));
  await check.settle();
  // Then
  expect(await check.record()).toMatchObject({
    drop: 2,
    rows: 4,
    toSend: 2,
    quotaCalls: 2,
    found: { unchanged: 1, rejected: 1, actions: { update: 1, create: 1 } },
  });
  expect(await check.rows(2)).toMatchObject([
    { check: 'unchanged', requestId: 'spring/same', link: { onelinkId: 'A1b3', shortlinkId: 'link-same' } },
    {
      check: 'send',
      requestId: expect.stringMatching(/^spring\/changed@/),
      command: { action: 'update', shortlinkId: 'link-changed', data: { c: 'TWO' } },
    },
    { check: 'rejected', requestId: 'spring/refused' },
    { check: 'send', requestId: 'spring/new', command: { action: 'create' } },
  ]);
  expect(check.files.text('results/crm/spring-rejected.csv')).toContain('refused,sms,three');
});

test('a later drop tries a row again whose create made no link, if its content differs or its time was up', async () => {
  const check = givenCheck();
  check.drop(key, csv('taken,sms,one', 'late,sms,two'));
  await check.settle();
  await ended(check, 1, 'taken', { outcome: 'conflict', reason: 'shortlink-id-taken' });
  await ended(check, 1, 'late', { outcome: 'stale', reason: 'valid-until-passed' });

  check.now += 60_000;
  check.drop(key, csv('taken,sms,ONE', 'late,sms,two'));
  await check.settle();

  expect(await check.rows(2)).toMatchObject([
    { check: 'send', requestId: 'spring/taken@2', command: { action: 'create', requestId: 'spring/taken@2' } },
    { check: 'send', requestId: 'spring/late@2', command: { action: 'create', requestId: 'spring/late@2' } },
  ]);
});

test.each<[string, Partial<Outcome>]>([
  ['an update', { outcome: 'stale', reason: 'valid-until-passed' }],
  ['a delete', { outcome: 'stale', reason: 'valid-until-passed' }],
  ['a delete', { outcome: 'superseded', reason: 'later-change-applied', decidedAt: '2026-03-09T12:00:30Z' }],
])('a later drop tries %s again that time alone has ended: $outcome', async (what, outcome) => {
  const check = givenCheck();
  const action = what.split(' ')[1];
  const file = `request_id,action,shortlink_id,pid\r\none,${action},link-one,${action === 'update' ? 'sms' : ''}\r\n`;
  check.drop(key, file);
  await check.settle();
  await ended(check, 1, 'one', { action: action as Outcome['action'], ...outcome });
  await finish(check);

  check.now += 60_000;
  check.drop(key, file);
  await check.settle();

  expect(await check.rows(2)).toMatchObject([{ check: 'send', requestId: 'spring/one@2', command: { action } }]);
});

test('a later drop finds the link that a later attempt has made', async () => {
  const check = givenCheck();
  check.drop(key, csv('late,sms,two'));
  await check.settle();
  await ended(check, 1, 'late', { outcome: 'stale', reason: 'valid-until-passed' });
  made(check, 'late@2', { pid: 'sms', c: 'two' });

  check.now += 60_000;
  check.drop(key, csv('late,sms,two'));
  await check.settle();
  check.now += 60_000;
  check.drop(key, csv('late,sms,TWO'));
  await check.settle();

  const link = { onelinkId: 'A1b3', shortlinkId: 'link-late@2' };
  expect(await check.rows(2)).toMatchObject([{ check: 'unchanged', requestId: 'spring/late@2', link }]);
  expect(await check.rows(3)).toMatchObject([
    { check: 'send', requestId: expect.stringMatching(/^spring\/late@2@/), command: { action: 'update' } },
  ]);
});

test('a drop after a malformed record compares its rows as well', async () => {
  const check = givenCheck();
  check.campaigns.corrupt.add('crm/spring');
  made(check, 'same', { pid: 'sms', c: 'one' });
  check.drop(key, csv('same,sms,one'));
  await check.settle();
  expect(await check.record()).toMatchObject({ toSend: 0, found: { unchanged: 1 } });
});

const expiring = 'request_id,pid,expires_at\r\n1,sms,2026-03-20T12:00:00Z\r\n';
const ttlOf = async (check: CampaignCheck, drop: number) => {
  const [row] = await check.rows(drop);
  return row?.check === 'send' ? row.command.ttl : undefined;
};

test('the same file while its earlier drop is under way has the same commands, also where a TTL counts from its arrival', async () => {
  const check = givenCheck();
  check.drop(key, expiring);
  await check.settle();
  check.now += 90 * 60_000;
  check.drop(key, expiring);
  await check.settle();
  check.now += 90 * 60_000;
  check.drop(key, expiring);
  await check.settle();

  expect(await check.record()).toMatchObject({ drop: 3, asOf: noon });
  expect(await check.rows(3)).toEqual(await check.rows(1));
  expect(await ttlOf(check, 3)).toBe('15840m');
});

test.each<[string, (check: CampaignCheck) => void | Promise<void>]>([
  ['another file', (check: CampaignCheck) => check.drop(key, `${expiring}2,sms,\r\n`)],
  [
    'the same file after its campaign has finished',
    async (check: CampaignCheck) => {
      await finish(check);
      check.drop(key, expiring);
    },
  ],
  [
    'the same file with other settings',
    (check: CampaignCheck) => {
      check.files.drop('inbox/crm/spring.campaign.json', '{"lane":"transactional"}', check.now);
      check.drop(key, expiring);
    },
  ],
])('%s counts a TTL from its own arrival', async (_, drop) => {
  const check = givenCheck();
  check.drop(key, expiring);
  await check.settle();
  check.now += 60 * 60_000;
  await drop(check);
  await check.settle();

  expect(await ttlOf(check, 2)).toBe('15780m');
});

test('a file from which rows were erased in its place is no drop', async () => {
  const check = givenCheck();
  check.drop(key, csv('same,sms,one', 'erased,sms,two'));
  await check.settle();
  check.now += 60_000;
  check.drop(key, csv('same,sms,one', ',,'));
  check.files.rewrite(key, csv('same,sms,one', ',,'), check.now);
  await check.settle();
  expect(await check.record()).toMatchObject({ drop: 1, rows: 2 });
});
