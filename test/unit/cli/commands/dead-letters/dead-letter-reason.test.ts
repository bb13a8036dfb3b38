import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { examine } from '../../../../../cli/pipeline/dead-letters/examination.ts';
import { config } from '../../../../../examples/configuration.ts';
import type { SenderDecisions } from '../../../../../lambdas/domain/contract/sender.ts';
import { commandDigest } from '../../../../../lambdas/domain/link/digest.ts';
import type { LinkRecord, RequestRecord } from '../../../../../lambdas/domain/link/ledger-record.ts';
import { given, givenRecord, givenRequest } from '../../../../world/given-ledger.ts';

const production = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
const account = config.accounts.acme ?? expect.fail('no account');
const nowMilliseconds = given.nowSeconds * 1000;

const common = { specVersion: '1.0', source: 'crm', requestId: 'r-1', onelinkId: 'A1b3' } as const;
const create = {
  ...common,
  action: 'create',
  data: { pid: 'sms', utm_mobile: '+49 170 5550100' },
  requestedAt: '2026-03-10T11:00:00Z',
} as const;
const update = { ...create, action: 'update', shortlinkId: 'secret-id' } as const;
const job = {
  ...common,
  lane: 'campaign',
  action: 'qr',
  messageId: 'm-1',
  commandDigest: 'digest',
  shortlinkId: 'secret-id',
  qr: { format: 'png' },
  sentAtMilliseconds: nowMilliseconds,
};

/** The senders of crm and of studio in the sample's configuration, and one that it does not have. */
const crmRole = 'AROAEXAMPLEOFCRMROLE1';
const studioRole = 'AROAEXAMPLESTUDIOROLE';
const stranger = 'AROASTRANGERSTRANGE02';
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** Examines a letter of the campaign lane, given the ledger's records. */
function examined(
  body: unknown,
  known: {
    request?: RequestRecord;
    link?: LinkRecord;
    secret?: string | undefined;
    kind?: 'commands' | 'ingress' | 'qr' | 'expiry' | 'campaigns' | 'deliveries';
    senderId?: string;
    firstSender?: string;
    decisions?: SenderDecisions;
  } = {},
) {
  const asked: string[] = [];
  const found = examine(
    { lane: 'campaign', kind: known.kind ?? 'commands', ...(known.kind === 'ingress' && { source: 'crm' }) },
    {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      sentAtMilliseconds: nowMilliseconds - 60_000,
      senderId: known.senderId ?? `${crmRole}:session`,
      attributes: known.firstSender === undefined ? {} : { FirstSender: text(known.firstSender) },
    },
    {
      ledger: {
        request: async ({ source, requestId }) => {
          asked.push(`${source}/${requestId}`);
          return known.request;
        },
        link: async ({ shortlinkId }) => {
          asked.push(shortlinkId);
          return known.link;
        },
      },
      pipeline: { settings: production, account },
      secret: 'secret' in known ? known.secret : given.secret,
      senders: { vouching: new Set(['AROAREPLAYER']), decisions: known.decisions ?? {} },
      nowMilliseconds: () => nowMilliseconds,
    },
  );
  return found.then((examination) => ({ ...examination, asked }));
}

const reasonOf = async (...args: Parameters<typeof examined>) => (await examined(...args)).reason;
const by = (requestId: string, change: Partial<LinkRecord> = {}) =>
  givenRecord({}, { applied: { requestedAt: '2026-03-10T10:00:00Z', requestId }, ...change });

describe('a command in a dead-letter queue', () => {
  test('that is not JSON is unreadable, and has no source', async () => {
    expect(await examined('{"source": "crm", broken')).toEqual({
      source: null,
      requestId: null,
      action: null,
      reason: 'unreadable',
      words: 'is not JSON: a redrive rejects it',
      asked: [],
    });
  });

  test('that is invalid shows the broken rules, and none of its values or names', async () => {
    const found = await examined({ ...create, data: { pid: '', '+49 170 5550100': 'x'.repeat(9_999) }, ttl: '0d' });
    expect(found).toMatchObject({ source: 'crm', requestId: 'r-1', action: 'create', reason: 'invalid' });
    expect(found.words).toMatch(/^breaks rules \([a-z, -]+\): a redrive rejects it$/);
  });

  test('of a source that may not use the lane is invalid', async () => {
    expect(await reasonOf({ ...create, source: 'product' }, { senderId: 'AIDAEXAMPLEPRODUCTUSR' })).toBe('invalid');
  });

  test('that has an outcome shows that outcome', async () => {
    const request = givenRequest(commandDigest(given.secret, create));
    const found = await examined(create, { request });
    expect(found).toMatchObject({
      reason: 'answered',
      words: 'has its outcome (created): a redrive publishes it again',
    });
    expect(found.asked[0]).toBe('crm/r-1');
  });

  test('that reuses a requestId shows that, if the secret can be read', async () => {
    const request = givenRequest('another digest');
    expect(await reasonOf(create, { request })).toBe('request-id-reused');
    expect(await reasonOf(create, { request, secret: undefined })).toBe('answered');
  });

  test('whose validUntil has passed is stale, unless its link exists', async () => {
    const late = { ...create, validUntil: '2026-03-10T11:59:59Z' };
    expect(await reasonOf(late)).toBe('stale');
    expect(await reasonOf({ ...create, validUntil: '2026-03-10T12:00:00Z' })).toBe('unknown');
    expect(await reasonOf(late, { link: by('r-1') })).toBe('link-made');
  });

  test('to get shows what a redrive does with it', async () => {
    const get = { ...common, action: 'get', shortlinkId: 'secret-id', requestedAt: '2026-03-10T09:00:00Z' } as const;
    expect(await reasonOf(get, { link: by('u-1') })).toBe('unknown');
    expect(await reasonOf(get, { link: by('d-1', { state: 'deleted' }) })).toBe('link-deleted');
    expect(await reasonOf(get, { link: by('u-1', { source: 'studio' }) })).toBe('not-owner');
    // It has no private outcome queue.
    expect(await reasonOf({ ...get, source: 'studio' }, { senderId: studioRole })).toBe('invalid');
  });

  test('to create is looked up under its derived ID', async () => {
    // A literal value: the test fails if the derivation changes.
    const { reason, asked } = await examined(create, { link: by('r-1') });
    expect(reason).toBe('link-made');
    expect(asked).toEqual(['crm/r-1', '4n18ywz91bkz']);
    expect((await examined(create, { secret: undefined })).asked).toEqual(['crm/r-1']);
  });

  test.each([
    ['another’s live link', { requestId: 'r-0' }, 'link-taken'],
    ['another source’s', { source: 'studio' }, 'link-taken'],
    ['one that has expired', { requestId: 'r-0', expiresAt: given.nowSeconds }, 'unknown'],
    ['another source’s that was deleted', { source: 'studio', state: 'deleted' as const }, 'link-taken'],
    ['another source’s that has expired', { source: 'studio', expiresAt: given.nowSeconds }, 'link-taken'],
    ['one that was deleted', { state: 'deleted' as const }, 'unknown'],
  ])('to create under the ID of %s', async (_, change, reason) => {
    expect(await reasonOf({ ...create, shortlinkId: 'secret-id' }, { link: by('r-0', change) })).toBe(reason);
  });

  const lease = { action: 'update' as const, requestId: 'r-1', requestedAt: '', until: 0 };
  test.each<[string, LinkRecord | undefined, string]>([
    ['nobody knows', undefined, 'link-unknown'],
    ['belongs to another source', by('r-0', { source: 'studio' }), 'not-owner'],
    ['has it applied', by('r-1'), 'change-applied'],
    [
      'was changed later',
      givenRecord({}, { applied: { requestedAt: '2026-03-10T11:30:00Z', requestId: 'r-2' } }),
      'superseded',
    ],
    ['was deleted before', by('r-0', { state: 'deleted' }), 'link-deleted'],
    ['it holds the lease of', by('r-0', { lease }), 'change-unsettled'],
    ['another change holds the lease of', by('r-0', { lease: { ...lease, requestId: 'r-7' } }), 'unknown'],
    ['is there', by('r-0'), 'unknown'],
  ])('to update a link that %s', async (_, link, reason) => {
    expect(await reasonOf(update, link && { link })).toBe(reason);
  });

  test.each<[LinkRecord, string]>([
    [by('r-0', { state: 'deleted' }), 'link-deleted'],
    [by('r-9'), 'unknown'],
  ])('to make the QR code of a link', async (link, reason) => {
    const { data: _, ...fields } = create;
    expect(await reasonOf({ ...fields, action: 'qr', shortlinkId: 'secret-id' }, { link })).toBe(reason);
  });
});

describe('a QR job in a dead-letter queue', () => {
  const kind = 'qr' as const;
  test.each<[string, unknown, Parameters<typeof examined>[1], string]>([
    ['that is none', { ...job, qr: undefined }, {}, 'unreadable'],
    ['that is no JSON', 'x', {}, 'unreadable'],
    ['that was answered', job, { request: givenRequest('digest'), link: by('r-1') }, 'answered'],
    ['of another command', job, { request: givenRequest('other'), link: by('r-1') }, 'request-id-reused'],
    [
      'of a create, whose record has the link’s outcome',
      { ...job, action: 'create' },
      { request: givenRequest('digest'), link: by('r-1') },
      'unknown',
    ],
    ['of a link that nobody knows', job, {}, 'link-unknown'],
    ['of a deleted link', job, { link: by('r-0', { state: 'deleted' }) }, 'link-deleted'],
    ['whose image is there', job, { link: by('r-0', { qrKey: 'qr/x' }) }, 'image-stored'],
    ['of a link without an image', job, { link: by('r-0') }, 'unknown'],
  ])('%s', async (_, body, known, reason) => {
    expect(await reasonOf(body, { ...known, kind })).toBe(reason);
  });
});

test('a file of a campaign in a dead-letter queue has a check that a redrive continues', async () => {
  const message = { continue: { source: 'crm', name: 'spring', drop: 1 } };
  expect(await reasonOf(message, { kind: 'campaigns' })).toBe('check-stopped');
});

describe('an expired link in a dead-letter queue', () => {
  const image = { pk: 'link#A1b3/secret-id', v: 1, ...givenRecord() };
  const stream = { eventID: 'removal-1', eventName: 'REMOVE', dynamodb: { OldImage: marshall(image) } };
  const kind = 'expiry';

  test('shows its owner, and whether the ledger has a new link at its address', async () => {
    const owner = { source: 'crm', requestId: 'r-1', action: null, reason: 'unknown' };
    expect(await examined(stream, { kind })).toMatchObject(owner);
    expect(await reasonOf(stream, { kind, link: givenRecord() })).toBe('link-back');
  });

  test('is unchecked while its record has the mark of this removal', async () => {
    const checked = (token: string) => givenRecord({}, { expiryCheck: { token, lostAt: 2_000_000_000 } });
    expect(await reasonOf(stream, { kind, link: checked('removal-1') })).toBe('expiry-unchecked');
    expect(await reasonOf(stream, { kind, link: checked('removal-2') })).toBe('link-back');
  });

  test('that is not a link record is unreadable', async () => {
    expect(await reasonOf({ dynamodb: {} }, { kind })).toBe('unreadable');
  });
});

describe('a command whose sender may not send as the source that it names', () => {
  const decided = (decision: 'confirmed' | 'rejected') => ({
    [`crm/${stranger}`]: { decision, at: 1, reason: 'ticket' },
  });

  test.each([
    ['another producer’s', { senderId: `${studioRole}:s` }, 'sender-not-allowed', studioRole, 'its sender is studio’s'],
    ['unknown', { senderId: stranger }, 'sender-unknown', stranger, 'nobody knows its sender'],
    [
      'rejected by an operator',
      { senderId: stranger, decisions: decided('rejected') },
      'sender-not-allowed',
      stranger,
      'an operator has rejected its sender',
    ],
    [
      'vouched for, and unknown',
      { senderId: 'AROAREPLAYER:r', firstSender: stranger },
      'sender-unknown',
      stranger,
      'nobody knows its sender',
    ],
    [
      'a stranger that forges a first sender',
      { senderId: stranger, firstSender: crmRole },
      'sender-unknown',
      stranger,
      'nobody knows its sender',
    ],
  ])('shows that the sender is %s, before any other reason', async (_, known, reason, sender, words) => {
    const found = await examined({ ...create, ttl: 'soon' }, known);
    expect(found).toMatchObject({ source: 'crm', requestId: 'r-1', reason, sender, asked: [] });
    expect(found.words).toContain(`names crm, but ${words}`);
    expect(found.words).toMatch(/a redrive (ends it as rejected|holds it)/);
  });

  test.each([
    ['its own', {}],
    ['confirmed', { senderId: stranger, decisions: decided('confirmed') }],
    ['vouched for', { senderId: 'AROAREPLAYER:r', firstSender: crmRole }],
    ['proved by its ingress queue', { kind: 'ingress' as const, senderId: stranger }],
  ])('is examined further if its sender is %s', async (_, known) => {
    const found = await examined(create, known);
    expect(found.reason).toBe('unknown');
    expect(found).not.toHaveProperty('sender');
  });

  test('shows that it is not the producer of its ingress queue', async () => {
    const found = await examined({ ...create, source: 'studio' }, { kind: 'ingress' });
    expect(found).toMatchObject({ reason: 'sender-not-allowed', sender: 'source:crm' });
  });
});

describe('a command in the dead-letter queue of an ingress queue', () => {
  test.each([
    [create, 'unknown', 'the forwarder could not pass it on: read the forwarder’s log; a redrive tries it again'],
    ['{', 'unreadable', 'is not JSON: a redrive rejects it; the forwarder’s log shows why it was not passed on'],
  ])('names the forwarder’s log', async (body, reason, words) => {
    expect(await examined(body, { kind: 'ingress' })).toMatchObject({ reason, words });
  });
});

describe('an outcome that SNS could not post', () => {
  const outcome = { outcome: 'created', source: 'crm', requestId: 'r-1', action: 'create', link: { shortlinkId: 'x' } };
  const posted = (message: unknown) => ({ Type: 'Notification', Message: message });

  test('shows its request, and what a redrive does', async () => {
    const found = await examined(posted(JSON.stringify(outcome)), { kind: 'deliveries' });
    expect(found).toEqual({
      source: 'crm',
      requestId: 'r-1',
      action: 'create',
      reason: 'not-delivered',
      words: expect.stringContaining('a redrive publishes it again, for all receivers of its source'),
      asked: [],
    });
  });

  test('may be of a rejected command without a source and an ID', async () => {
    const nameless = { ...outcome, outcome: 'rejected', source: undefined, requestId: null };
    const found = await examined(posted(JSON.stringify(nameless)), { kind: 'deliveries' });
    expect(found).toMatchObject({ source: null, requestId: null, reason: 'not-delivered' });
  });

  test.each([
    'rubbish',
    [],
    {},
    posted('rubbish'),
    posted(7),
    posted('null'),
    posted(JSON.stringify({ ...outcome, source: 7 })),
  ])('is unreadable as %j', async (body) => {
    const unreadable = { source: null, requestId: null, reason: 'unreadable' };
    expect(await examined(body, { kind: 'deliveries' })).toMatchObject(unreadable);
  });
});
