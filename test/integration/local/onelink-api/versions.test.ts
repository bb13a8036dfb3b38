import { describe, expect, it } from 'vitest';
import { adminClient } from '../../../../local/onelink-api/admin-client.ts';
import type { PreloadedLink } from '../../../../local/onelink-api/inventory.ts';
import type { SettingsInput } from '../../../../local/onelink-api/settings.ts';
import { type Given, givenEmulator } from './given-emulator.ts';

const body = { data: { pid: 'mail' } };
const invalidSource = {
  error_type: 'invalid_source',
  message: 'This operation is not allowed for this shortlink source-caller.',
};

/** One link of each maker. */
const links: PreloadedLink[] = [
  { onelinkId: 'A1b3', shortlinkId: 'of-v2', data: { pid: 'sms' }, ttl: '20d', api: 'v2.0' },
  { onelinkId: 'A1b3', shortlinkId: 'of-v1', data: { pid: 'sms' }, ttl: '20d', api: 'v1.0' },
  { onelinkId: 'A1b3', shortlinkId: 'of-dashboard', data: { pid: 'sms' }, ttl: '20d', api: 'dashboard' },
  { onelinkId: 'A1b3', shortlinkId: 'of-bulk', data: { pid: 'sms' }, ttl: '20d', api: 'bulk' },
  { onelinkId: 'A1b3', shortlinkId: 'of-sdk', data: { pid: 'sms' }, ttl: '20d', api: 'sdk' },
];

const givenLinks = async (settings: SettingsInput = {}) => {
  const api = await givenEmulator(settings);
  api.control.preload(links);
  return api;
};

/** The statuses of one operation for the links of v2.0, v1.0, the dashboard, the bulk tool and an SDK. */
const statuses = async (call: (id: string) => Promise<{ status: number }>) => {
  const answers = [];
  for (const { shortlinkId } of links) answers.push((await call(shortlinkId)).status);
  return answers;
};

const v2 =
  (api: Given, method: string, what = '', data?: unknown) =>
  (id: string) =>
    api.call(method, `/shortlinks/A1b3/${id}${what}`, data);

describe('the links that each version may touch', () => {
  it('Given the guide, Then v2.0 touches its own links alone', async () => {
    const api = await givenLinks();
    expect(await statuses(v2(api, 'GET'))).toEqual([200, 400, 400, 400, 400]);
    expect(await statuses(v2(api, 'GET', '/qr'))).toEqual([200, 400, 400, 400, 400]);
    expect(await statuses(v2(api, 'PUT', '', body))).toEqual([200, 400, 400, 400, 400]);
    expect(await statuses(v2(api, 'DELETE'))).toEqual([200, 400, 400, 400, 400]);
    expect((await v2(api, 'GET')('of-v1')).json).toEqual(invalidSource);
    expect(api.control.stats().links).toMatchObject({ updated: 1, migrated: 0, deleted: 1, held: 4 });
  });

  it('Given the newer texts, Then v2.0 reads all links, and changes and deletes those of both versions', async () => {
    const api = await givenLinks({ crossVersion: 'newer' });
    expect(await statuses(v2(api, 'GET'))).toEqual([200, 200, 200, 200, 200]);
    // A code exists for links of v2.0 alone, by both texts.
    expect(await statuses(v2(api, 'GET', '/qr'))).toEqual([200, 400, 400, 400, 400]);
    expect(await statuses(v2(api, 'PUT', '', body))).toEqual([200, 200, 400, 400, 400]);
    expect(await statuses(v2(api, 'DELETE'))).toEqual([200, 200, 400, 400, 400]);
    expect((await v2(api, 'DELETE')('of-bulk')).json).toEqual(invalidSource);
    expect(api.control.stats().links).toMatchObject({ updated: 2, migrated: 1, deleted: 2, held: 3 });
  });

  it('Given the newer texts, Then v2.0 deletes a link of v1.0 that it has not moved', async () => {
    const api = await givenLinks({ crossVersion: 'newer' });
    expect(await v2(api, 'DELETE')('of-v1')).toMatchObject({ status: 200, text: '"ok"' });
    expect(await api.v1('GET', 'of-v1')).toMatchObject({ status: 404 });
  });

  it.each([['separate' as const], ['newer' as const]])(
    'Given %s, Then v1.0 touches its own links alone',
    async (crossVersion) => {
      const api = await givenLinks({ crossVersion });
      const v1 = (method: string, data?: unknown) => (id: string) => api.v1(method, id, data);
      expect(await statuses(v1('GET'))).toEqual([400, 200, 400, 400, 400]);
      expect(await statuses(v1('PUT', body))).toEqual([400, 200, 400, 400, 400]);
      expect(await statuses(v1('DELETE'))).toEqual([400, 200, 400, 400, 400]);
      expect((await api.v1('GET', 'of-v2')).text).toBe('"Subdomain undefined / Invalid Shortlink ID"');
    },
  );
});

describe('a link of v1.0 that a PUT of v2.0 moves', () => {
  it('Given the newer texts, When PUT moves it, Then v2.0 owns it with its address, and v1.0 refuses it', async () => {
    const api = await givenLinks({ crossVersion: 'newer' });
    expect(await v2(api, 'GET')('of-v1')).toMatchObject({
      json: { payload: { pid: 'sms' }, expiry: '2026-03-30T12:00:00Z', ttl: 1_728_000 },
    });
    expect(await v2(api, 'PUT', '', { ...body, ttl: '300d' })('of-v1')).toMatchObject({
      status: 200,
      json: { shortlink_url: 'https://acme.onelink.me/A1b3/of-v1' },
    });
    expect(await v2(api, 'GET')('of-v1')).toMatchObject({ json: { payload: { pid: 'mail' }, ttl: 25_920_000 } });
    expect(await v2(api, 'GET', '/qr')('of-v1')).toMatchObject({ status: 200 });
    expect(await api.v1('GET', 'of-v1')).toMatchObject({ status: 400 });
    const held = await adminClient(api.origin).links();
    expect(held.map(({ shortlinkId, api: maker }) => [shortlinkId, maker])).toEqual([
      ['of-v2', 'v2.0'],
      ['of-v1', 'v2.0'],
      ['of-dashboard', 'dashboard'],
      ['of-bulk', 'bulk'],
      ['of-sdk', 'sdk'],
    ]);
  });

  it('Given a PUT that breaks a rule, Then the link stays one of v1.0', async () => {
    const api = await givenLinks({ crossVersion: 'newer' });
    expect(await v2(api, 'PUT', '', { data: { c: 'spring' } })('of-v1')).toMatchObject({ status: 400 });
    expect(await api.v1('GET', 'of-v1')).toMatchObject({ status: 200, json: { pid: 'sms' } });
    expect(api.control.stats().links).toMatchObject({ updated: 0, migrated: 0 });
  });

  it.each([
    ['encoded' as const, 'a%2Fb'],
    ['decoded' as const, 'a/b'],
  ])('Given GET shows values %s, Then that of v2.0 shows %s', async (v1ShownValues, deep) => {
    const api = await givenEmulator({ crossVersion: 'newer', v1ShownValues });
    await api.v1('POST', 'abc', { data: { pid: 'sms', deep: 'a%2Fb' } });
    expect(await v2(api, 'GET')('abc')).toMatchObject({ json: { payload: { pid: 'sms', deep } } });
  });
});

describe('a preloaded link of v1.0', () => {
  it('Given unencoded characters and 60 days, Then it has what the API would have made of them', async () => {
    const api = await givenEmulator();
    const data = { pid: 'sms', 'a/b': 'https%3A//x', n: 1e21, yes: true };
    await adminClient(api.origin).preload([{ onelinkId: 'A1b3', shortlinkId: 'abc', data, ttl: '60d', api: 'v1.0' }]);
    expect((await api.v1('GET', 'abc')).json).toEqual({ pid: 'sms', 'a b': 'https%3A  x', n: '1e 21', yes: true });
    expect([...api.control.links()]).toMatchObject([{ ttl: 2_678_400, expiry: '2026-04-10T12:00:00Z', api: 'v1.0' }]);
  });

  it('Given a link of the dashboard, Then its parameters and its days stay', async () => {
    const api = await givenEmulator();
    const data = { pid: 'sms', deep: 'https://x' };
    api.control.preload([{ onelinkId: 'A1b3', shortlinkId: 'abc', data, ttl: '60d', api: 'dashboard' }]);
    expect([...api.control.links()]).toMatchObject([{ payload: data, ttl: 5_184_000 }]);
  });

  it('Given an unknown maker, Then 400 names the path', async () => {
    const api = await givenEmulator();
    const link = { onelinkId: 'A1b3', shortlinkId: 'abc', data: {}, api: 'v3.0' };
    expect(await api.call('POST', '/__emulator/links', [link])).toMatchObject({
      status: 400,
      json: { faults: [{ path: '0.api' }] },
    });
  });
});
