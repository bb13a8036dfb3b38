import { test as base, describe, expect } from 'vitest';
import type { Given } from './given-emulator.ts';
import { givenEmulator } from './given-emulator.ts';

const it = base.extend('api', () => givenEmulator());

const hour = 3_600_000;
const day = 24 * hour;

const pass = (api: Given, milliseconds: number) => api.control.moveClock({ advanceMilliseconds: milliseconds });
const end = async (api: Given) => (await api.call('GET', '/shortlinks/A1b3/abc')).json;
const update = (api: Given, body: Record<string, unknown> = {}) =>
  api.call('PUT', '/shortlinks/A1b3/abc', { data: { pid: 'sms' }, ...body });
const click = (api: Given) => api.call('GET', '/A1b3/abc');

describe('a link with renew_ttl', () => {
  it('Given 10 days, When it is clicked after 4, Then its 10 days restart', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', ttl: '10d' });
    pass(api, 4 * day);
    await click(api);
    expect(await end(api)).toMatchObject({ expiry: '2026-03-24T12:00:00Z', ttl: 864_000 });
  });

  it('Given 10 days, When it is updated after 4 without a ttl, Then its 10 days restart', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', ttl: '10d' });
    pass(api, 4 * day);
    await update(api);
    expect(await end(api)).toMatchObject({ expiry: '2026-03-24T12:00:00Z', ttl: 864_000 });
  });

  it('Given 29 days, When an update has a ttl of 2, Then 2 days are left', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', ttl: '29d' });
    await update(api, { ttl: '2d' });
    expect(await end(api)).toMatchObject({ expiry: '2026-03-12T12:00:00Z', ttl: 172_800 });
  });

  it('Given reads and QR codes, Then they do not renew it', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', ttl: '20h' });
    pass(api, hour);
    await api.call('GET', '/shortlinks/A1b3/abc/qr');
    expect(await end(api)).toMatchObject({ expiry: '2026-03-11T08:00:00Z' });
  });
});

describe('a link without renew_ttl', () => {
  it('Given 10 days, When it is clicked and updated, Then it keeps its expiry', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', ttl: '10d', renew_ttl: false });
    pass(api, 4 * day);
    await click(api);
    await update(api);
    expect(await end(api)).toMatchObject({ expiry: '2026-03-20T12:00:00Z' });
  });

  it('Given 10 days, When an update has a ttl of 2, Then 2 days are left', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', ttl: '10d', renew_ttl: false });
    await update(api, { ttl: '2d' });
    await click(api);
    expect(await end(api)).toMatchObject({ expiry: '2026-03-12T12:00:00Z' });
  });

  it('Given an update with renew_ttl, Then its days restart, and clicks renew it', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', ttl: '10d', renew_ttl: false });
    pass(api, day);
    await update(api, { renew_ttl: true });
    expect(await end(api)).toMatchObject({ expiry: '2026-03-21T12:00:00Z' });
    pass(api, day);
    await click(api);
    expect(await end(api)).toMatchObject({ expiry: '2026-03-22T12:00:00Z' });
  });

  it('Given an update that turns renew_ttl off, Then it keeps its expiry', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', ttl: '10d' });
    pass(api, day);
    await update(api, { renew_ttl: false });
    expect(await end(api)).toMatchObject({ expiry: '2026-03-20T12:00:00Z' });
  });
});

describe('an expired link', () => {
  const expired = async (purgeDelayHours?: number) => {
    const api = await givenEmulator(purgeDelayHours === undefined ? {} : { purgeDelayHours });
    await api.create({ shortlink_id: 'abc', ttl: '10m', data: { pid: 'sms', af_web_dp: 'https://shop.example/1' } });
    pass(api, 600_000);
    return api;
  };

  it('Given its last second has passed, When it is clicked, Then it redirects to the base URL, and is not renewed', async () => {
    const api = await expired();
    const answer = await click(api);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://www.acme.example/']);
    expect(await end(api)).toMatchObject({ expiry: '2026-03-10T12:10:00Z' });
    expect(api.control.stats()).toMatchObject({ links: { held: 1, alive: 0 }, clicks: { total: 1, onLiveLinks: 0 } });
  });

  it('Given it is not purged, Then its ID is taken, and an update revives it', async () => {
    const api = await expired();
    pass(api, 48 * hour - 1000);
    expect(await api.create({ shortlink_id: 'abc' })).toMatchObject({ status: 409 });
    expect(await update(api)).toMatchObject({ status: 200 });
    expect(await end(api)).toMatchObject({ expiry: '2026-03-12T12:19:59Z' });
  });

  it('Given 48 hours have passed, Then it is purged and its ID is free', async () => {
    const api = await expired();
    pass(api, 48 * hour);
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ status: 404 });
    expect(await update(api)).toMatchObject({ status: 404 });
    expect(api.control.stats().links).toMatchObject({ made: 1, held: 0, purged: 1 });
    expect(await api.create({ shortlink_id: 'abc' })).toMatchObject({ status: 200 });
  });

  it('Given a purge delay of 0, Then it is purged at once', async () => {
    const api = await expired(0);
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ status: 404 });
    expect([...api.control.links()]).toEqual([]);
  });
});
