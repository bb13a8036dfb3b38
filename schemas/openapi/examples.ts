/** The host in examples. No such API exists. */
export const exampleHost = 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com';

const requestedAt = '2026-03-01T08:00:00Z';

/** Bodies of `POST /v1/commands`, by name. A test carries each of them out. */
export const commandBodies = {
  'one link per customer': {
    requestId: 'dispatch-20260301-000417',
    action: 'create',
    onelinkId: 'A1b3',
    data: { pid: 'sms', c: 'spring_price_drop', deep_link_value: 'https://shop.example/offers?id=1184' },
    ttl: '14d',
    metadata: { campaign: 'spring' },
  },
  'a link with a QR code': {
    requestId: 'poster-berlin-07',
    action: 'create',
    onelinkId: 'A1b3',
    shortlinkId: 'berlin07',
    data: { pid: 'print', c: 'posters_2026', af_web_dp: 'https://shop.example/berlin' },
    ttl: '365d',
    qr: { size: 600, format: 'png' },
  },
  'another destination': {
    requestId: 'poster-berlin-07-summer',
    action: 'update',
    onelinkId: 'A1b3',
    shortlinkId: 'berlin07',
    data: { pid: 'print', c: 'posters_2026', af_web_dp: 'https://shop.example/berlin/summer' },
  },
  'the QR code again, as jpg': {
    requestId: 'poster-berlin-07-jpg',
    action: 'qr',
    onelinkId: 'A1b3',
    shortlinkId: 'berlin07',
    qr: { format: 'jpg' },
  },
  'the end of a link': {
    requestId: 'poster-berlin-07-end',
    action: 'delete',
    onelinkId: 'A1b3',
    shortlinkId: 'berlin07',
  },
  'a list': [
    { requestId: 'invite-1', action: 'create', onelinkId: 'A1b3', data: { pid: 'referral', c: 'invite_a_friend' } },
    { requestId: 'invite-2', action: 'create', onelinkId: 'A1b3', data: { pid: 'referral', c: 'invite_a_friend' } },
  ],
} as const;

/** Where the example of `PUT /v1/links/by-key` puts its link. */
export const keyedExample = {
  campaign: 'spring-2026',
  key: 'customer-4711',
  body: { onelinkId: 'A1b3', data: { pid: 'email', c: 'spring' }, ttl: '30d' },
} as const;

const link = {
  onelinkId: 'A1b3',
  shortlinkId: '4n18ywz91bkz',
  shortUrl: 'https://acme.onelink.me/A1b3/4n18ywz91bkz',
  expiresAt: '2026-03-15T08:00:02Z',
  version: 1,
};

const done = {
  requestId: 'dispatch-20260301-000417',
  status: 'done',
  since: '2026-03-01T08:00:02.114Z',
  href: '/live/v1/requests/dispatch-20260301-000417',
  outcome: {
    specVersion: '1.0',
    outcomeId: '0d2f6c1b9be14f60a5f0f3b0b7a1c9de',
    outcome: 'created',
    action: 'create',
    source: 'crm',
    requestId: 'dispatch-20260301-000417',
    lane: 'transactional',
    messageId: '2b7a0f6e-6a0e-4b0c-9f51-0c1f0a8f4c11',
    repeat: false,
    decidedAt: '2026-03-01T08:00:02.114Z',
    link,
    metadata: { campaign: 'spring' },
  },
  link,
} as const;

const queuedAs = (requestId: string) => ({
  requestId,
  status: 'queued',
  since: requestedAt,
  href: `/live/v1/requests/${requestId}`,
});

/** Bodies of answers. */
export const answers = {
  done,
  queued: queuedAs('dispatch-20260301-000417'),
  list: { commands: [queuedAs('invite-1'), queuedAs('invite-2')] },
  doneList: {
    commands: [
      done,
      {
        requestId: 'invite-2',
        problem: {
          type: `https://${exampleHost}/live/problems#key-reused`,
          title: 'The key was used for another command',
          status: 422,
          detail: 'The same key came before, with another content. Use a new key for each new command.',
          instance: 'urn:uuid:5a0f3e9c-7f0e-4c55-9d43-6a2c0c1f2b7e',
          errors: [{ pointer: '#/1/requestId', rule: 'unique', detail: 'was used for another command before' }],
        },
      },
    ],
  },
  codePending: { ...done, qr: { href: '/live/v1/links/A1b3/4n18ywz91bkz/qr', state: 'pending' } },
  partialList: {
    commands: [
      queuedAs('invite-1'),
      {
        requestId: 'invite-2',
        problem: {
          type: `https://${exampleHost}/live/problems#invalid-command`,
          title: 'A command breaks the contract',
          status: 422,
          detail:
            'This command breaks the contract, its producer’s rights or a link policy. It was not sent. Correct every fault in errors, and send it again. The same key may be used.',
          instance: 'urn:uuid:5a0f3e9c-7f0e-4c55-9d43-6a2c0c1f2b7e',
          errors: [{ pointer: '#/1/data/pid', rule: 'required', detail: 'is mandatory' }],
        },
      },
    ],
  },
  parked: { ...queuedAs('dispatch-20260301-000417'), status: 'parked', reason: 'quota-reserve-reached' },
  rejected: {
    ...queuedAs('dispatch-20260301-000417'),
    status: 'rejected',
    reason: 'invalid-command',
    errors: [{ pointer: '#/data/pid', rule: 'required', detail: 'is mandatory' }],
  },
  unchanged: { ...done, requestId: 'spring-2026/customer-4711', change: 'unchanged' },
  link: {
    onelinkId: 'A1b3',
    shortlinkId: 'berlin07',
    shortUrl: 'https://acme.onelink.me/A1b3/berlin07',
    requestId: 'poster-berlin-07',
    version: 2,
    expiresAt: '2027-03-01T08:00:02Z',
    data: { pid: 'print', c: 'posters_2026', af_web_dp: 'https://shop.example/berlin/summer' },
    qr: { href: '/live/v1/links/A1b3/berlin07/qr', state: 'ready', mediaType: 'image/png' },
  },
} as const;
