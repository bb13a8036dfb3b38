import { describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../../../../local/onelink-api/settings.ts';
import { givenEmulator } from '../given-emulator.ts';
import { v1Client } from './v1-client.ts';
import { v2Client } from './v2-client.ts';

const account = { token: 'local-token', onelinkId: 'A1b3' };
const spring = { pid: 'sms', c: 'spring', deep_link_value: 'https://shop.example/a?b=c&d=100%' };
const shortUrl = 'https://acme.onelink.me/A1b3/spring';

const given = async (version: 'v1.0' | 'v2.0', settings: SettingsInput = {}) => {
  const api = await givenEmulator(settings);
  const client =
    version === 'v1.0'
      ? v1Client({ ...account, baseUrl: api.v1BaseUrl })
      : v2Client({ ...account, baseUrl: api.baseUrl });
  return { api, client };
};

/** Every version, with every reading of it that its client can notice. */
const versions: [version: 'v1.0' | 'v2.0', settings: SettingsInput, words: { taken: unknown; gone: unknown }][] = [
  [
    'v2.0',
    {},
    {
      taken: { status: 409, error: 'invalid_parameter: Shortlink ID already exists' },
      gone: { status: 404, error: 'invalid_parameter: Shortlink not found' },
    },
  ],
  [
    'v1.0',
    {},
    { taken: { status: 400, error: 'Shortlink ID already in use' }, gone: { status: 404, error: 'Not Found' } },
  ],
  [
    'v1.0',
    { v1TakenId: 409 },
    { taken: { status: 409, error: 'Shortlink ID already in use' }, gone: { status: 404, error: 'Not Found' } },
  ],
  [
    'v1.0',
    { v1ReadAnswer: 'string' },
    { taken: { status: 400, error: 'Shortlink ID already in use' }, gone: { status: 404, error: 'Not Found' } },
  ],
];

describe.each(versions)('a client of %s, written from the documents, with %j', (version, settings, { taken, gone }) => {
  it('Given a free ID, Then it creates, meets the taken ID, reads, updates and deletes the link', async () => {
    const { api, client } = await given(version, settings);
    expect(await client.create('spring', spring, { ttl: '14d' })).toEqual({ status: 200, value: shortUrl });
    expect(await client.create('spring', spring)).toEqual(taken);
    expect(await client.read('spring')).toMatchObject({ status: 200, value: { data: spring } });
    expect(await client.update('spring', { pid: 'mail' }, { brand_domain: 'go.acme.example' })).toEqual({
      status: 200,
      value: 'https://go.acme.example/A1b3/spring',
    });
    expect(await client.read('spring')).toMatchObject({ value: { data: { pid: 'mail' } } });
    expect(await client.remove('spring')).toEqual({ status: 200, value: 'ok' });
    expect([await client.read('spring'), await client.remove('spring')]).toEqual([gone, gone]);
    expect(api.control.stats()).toMatchObject({
      links: { made: 1, updated: 1, deleted: 1, held: 0 },
      quota: { used: 4 },
      callsByApi: {
        [version]: {
          create: { '200': 1 },
          read: { '200': 2, '404': 1 },
          update: { '200': 1 },
          delete: { '200': 1, '404': 1 },
        },
      },
    });
  });

  it('Given no ID, Then the API chooses one, and the link leads to its destination', async () => {
    const { api, client } = await given(version, settings);
    const result = await client.create(undefined, { pid: 'sms', af_r: 'https://shop.example/sale' });
    const [, id] =
      /^https:\/\/acme\.onelink\.me\/A1b3\/([a-z0-9]{8})$/.exec('value' in result ? result.value : '') ?? [];
    const click = await api.call('GET', `/A1b3/${id}`);
    expect(click.headers.get('location')).toBe('https://shop.example/sale?pid=sms');
  });
});

describe('what only v2.0 shows and draws', () => {
  it('Given a link of 14 days, Then the client knows its TTL and its expiry, and draws its code', async () => {
    const { client } = await given('v2.0');
    await client.create('spring', spring, { ttl: '14d', renew_ttl: false });
    expect(await client.read('spring')).toEqual({
      status: 200,
      value: { data: spring, expiry: '2026-03-24T12:00:00Z', ttl: 1_209_600 },
    });
    const image = await client.qr?.('spring', { size: '120', format: 'png' });
    expect(image).toEqual({ status: 200, value: expect.stringMatching(/^data:image\/png;base64,iVBORw0KGgo/) });
    expect(await client.qr?.('spring', { size: '3001' })).toEqual({
      status: 400,
      error: 'invalid_parameter: Invalid QR parameter: size',
    });
  });
});

const long = { pid: 'sms', text: 'a'.repeat(2_048) };

describe('the errors that a client meets', () => {
  it.each([
    ['v2.0' as const, { status: 400, error: 'limit_exceeded: Generating shortlink failed, data sent exceeds limit' }],
    ['v1.0' as const, { status: 400, error: 'Data sent exceeds limit' }],
  ])('Given too much data, When the client of %s sends it, Then %j', async (version, error) => {
    const { client } = await given(version);
    expect(await client.create('spring', long)).toEqual(error);
  });

  it.each([
    [
      'v2.0' as const,
      [
        {
          status: 401,
          error:
            'authentication_failure: Authentication failed. Use a valid OneLink API token from your security center.',
        },
        { status: 429, error: 'quota_exceeded: Monthly quota exceeded' },
        { status: 429, error: 'rate_limit_exceeded: Rate limit exceeded' },
      ],
    ],
    [
      'v1.0' as const,
      [
        { status: 401, error: 'Authentication Failed' },
        { status: 429, error: 'Monthly quota exceeded' },
        { status: 429, error: 'Rate limit exceeded' },
      ],
    ],
  ])(
    'Given a revoked token, a spent quota and a full second, When the client of %s creates, Then %j',
    async (version, errors) => {
      const { api, client } = await given(version, { token: 'second', requestsPerSecond: 1, v1RequestsPerSecond: 1 });
      const answers = [await client.create('spring', spring)];
      api.control.changeSettings({ token: 'local-token', quotaRemaining: 0 });
      answers.push(await client.create('spring', spring), await client.create('spring', spring));
      expect(answers).toEqual(errors);
    },
  );

  it('Given a link of the other version, Then each client is refused, until a PUT of v2.0 may move it', async () => {
    const { api, client: old } = await given('v1.0');
    const current = v2Client({ ...account, baseUrl: api.baseUrl });
    const refused = {
      status: 400,
      error: 'invalid_source: This operation is not allowed for this shortlink source-caller.',
    };
    await old.create('spring', { pid: 'sms' });
    expect([
      await current.read('spring'),
      await current.update('spring', { pid: 'mail' }),
      await current.qr('spring'),
    ]).toEqual([refused, refused, refused]);
    api.control.changeSettings({ crossVersion: 'newer' });
    expect(await current.update('spring', { pid: 'mail' })).toEqual({ status: 200, value: shortUrl });
    expect(await current.qr('spring')).toMatchObject({ status: 200 });
    expect(await old.update('spring', { pid: 'sms' })).toEqual({
      status: 400,
      error: 'Subdomain undefined / Invalid Shortlink ID',
    });
  });
});
