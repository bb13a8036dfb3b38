import { test as base, describe, expect } from 'vitest';
import { givenEmulator } from '../../local/onelink-api/given-emulator.ts';
import { givenClient } from './given-client.ts';

const it = base.extend('api', () => givenEmulator());

const spring = { onelinkId: 'A1b3', shortlinkId: 'spring' };
const nobody = { onelinkId: 'A1b3', shortlinkId: 'nobody' };
const data = { pid: 'sms', c: 'spring' };

describe('create', () => {
  it('makes the link under the given ID, with all fields', async () => {
    // Given
    const api = await givenEmulator();
    const { client, calls } = givenClient(api.baseUrl);
    // When
    const answer = await client.create(spring, {
      data,
      ttl: 14,
      renewTtl: false,
      brandDomain: 'go.acme.example',
    });
    // Then
    expect(answer).toEqual({ meaning: 'ok', value: { shortUrl: 'https://go.acme.example/A1b3/spring' } });
    expect([...api.control.links()]).toEqual([
      expect.objectContaining({ ...spring, payload: data, ttl: 1_209_600, renewTtl: false }),
    ]);
    expect(calls).toEqual(['create ok']);
  });

  it('sends no field that the command lacks', async ({ api }) => {
    await givenClient(api.baseUrl).client.create(spring, { data });
    expect([...api.control.links()]).toMatchObject([{ ttl: 2_678_400, renewTtl: true }]);
  });

  it('encodes angle brackets, in names too, and nothing else', async ({ api }) => {
    await givenClient(api.baseUrl).client.create(spring, {
      data: { pid: 'sms', 'a<b>': '<i>&"é😀%20/?#</i>' },
    });
    expect([...api.control.links()]).toMatchObject([
      { payload: { pid: 'sms', 'a%3Cb%3E': '%3Ci%3E&"é😀%20/?#%3C/i%3E' } },
    ]);
  });

  it('returns that the ID is taken', async ({ api }) => {
    const { client, calls } = givenClient(api.baseUrl);
    await client.create(spring, { data });
    expect(await client.create(spring, { data })).toEqual({
      meaning: 'exists',
      fault: {
        path: '',
        rule: 'api-409-invalid-parameter',
        message: 'the API reports that the request is invalid',
      },
    });
    expect(calls).toEqual(['create ok', 'create exists']);
  });

  it('returns the invalid parameter and the cause', async ({ api }) => {
    const { client } = givenClient(api.baseUrl);
    expect(await client.create(spring, { data: { pid: 'sms', af_r: 'jane' } })).toEqual({
      meaning: 'permanent',
      fault: {
        path: 'data.af_r',
        rule: 'api-400-invalid-parameter',
        message: 'value should be a valid URL.',
      },
    });
  });
});

describe('read', () => {
  it('returns the data and the true expiry', async ({ api }) => {
    const { client } = givenClient(api.baseUrl);
    await client.create(spring, { data, ttl: '1d' });
    expect(await client.read(spring)).toEqual({
      meaning: 'ok',
      value: { data, expiresAt: Date.UTC(2026, 2, 11, 12) / 1000, ttlSeconds: 86_400 },
    });
  });

  it('returns that a link does not exist, or was made outside the API', async ({ api }) => {
    api.control.preload([{ ...spring, data, api: 'dashboard' }]);
    const { client } = givenClient(api.baseUrl);
    expect(await client.read(nobody)).toMatchObject({
      meaning: 'absent',
      fault: { rule: 'api-404-invalid-parameter' },
    });
    expect(await client.read(spring)).toMatchObject({
      meaning: 'permanent',
      fault: { rule: 'api-400-invalid-source' },
    });
  });
});

describe('update and delete', () => {
  it('change the link', async ({ api }) => {
    const { client, calls } = givenClient(api.baseUrl);
    await client.create(spring, { data });
    const answer = await client.update(spring, { data: { pid: 'mail' }, ttl: '2d' });
    expect(answer).toEqual({
      meaning: 'ok',
      value: { shortUrl: 'https://acme.onelink.me/A1b3/spring' },
    });
    expect([...api.control.links()]).toMatchObject([{ payload: { pid: 'mail' }, ttl: 172_800 }]);
    expect(await client.delete(spring)).toEqual({ meaning: 'ok', value: null });
    expect([...api.control.links()]).toEqual([]);
    expect(calls).toEqual(['create ok', 'update ok', 'delete ok']);
  });

  it('return that the link is gone', async ({ api }) => {
    const { client } = givenClient(api.baseUrl);
    expect(await client.update(nobody, { data })).toMatchObject({ meaning: 'absent' });
    expect(await client.delete(nobody)).toMatchObject({ meaning: 'absent' });
  });
});

describe('read', () => {
  it('keeps the digits of numbers in a link’s data', async ({ api }) => {
    const { client } = givenClient(api.baseUrl);
    const body = '{"payload":{"pid":"sms","x":1610521604143693812},"expiry":"2026-04-01T00:00:00Z","ttl":86400}';
    await client.create(spring, { data });
    api.control.addFaults({ kind: 'not-json', body });
    expect(await client.read(spring)).toMatchObject({
      meaning: 'ok',
      value: { data: { pid: 'sms', x: '1610521604143693812' }, ttlSeconds: 86_400 },
    });
  });
});

describe('qr', () => {
  it.each([true, false])('fetches the image in the requested format (with the data: prefix: %s)', async (prefix) => {
    const api = await givenEmulator({ qrDataPrefix: prefix });
    const { client } = givenClient(api.baseUrl);
    await client.create(spring, { data });
    const png = await client.qr(spring, { format: 'png' });
    const jpeg = await client.qr(spring, { format: 'jpeg' });
    const jpg = await client.qr(spring, {
      format: 'jpg',
      size: 120,
      margin: false,
      brandDomain: 'go.acme.example',
    });
    expect(png).toMatchObject({ meaning: 'ok', value: { format: 'png' } });
    expect(jpg).toMatchObject({ meaning: 'ok', value: { format: 'jpg' } });
    expect(jpeg).toMatchObject({ meaning: 'ok', value: { format: 'jpg' } });
    // Bytes 16 to 23 of a PNG are its width and height.
    expect(png.meaning === 'ok' && png.value.bytes.readUInt32BE(16)).toBe(300);
  });

  it('returns that the link or the option does not exist', async ({ api }) => {
    const { client } = givenClient(api.baseUrl);
    await client.create(spring, { data });
    expect(await client.qr(spring, { format: 'png', brandDomain: 'else.example' })).toMatchObject({
      meaning: 'permanent',
      fault: { path: 'qr.brandDomain' },
    });
    expect(await client.qr(spring, { format: 'png', size: 20 })).toMatchObject({ fault: { path: 'qr.size' } });
    expect(await client.qr(nobody, { format: 'png' })).toMatchObject({ meaning: 'absent' });
  });
});

describe('quota', () => {
  it('is the month’s remaining calls', async ({ api }) => {
    api.control.changeSettings({ quotaRemaining: 120 });
    const { client, calls } = givenClient(api.baseUrl);
    expect(await client.quota('acc-demo')).toEqual({ meaning: 'ok', value: 120 });
    expect(calls).toEqual(['quota ok']);
  });

  it('stops writes and permits reads when it is spent', async ({ api }) => {
    api.control.preload([{ ...spring, data }]);
    api.control.changeSettings({ quotaRemaining: 0 });
    const { client, turns } = givenClient(api.baseUrl);
    expect(await client.create(nobody, { data })).toMatchObject({ meaning: 'quota-spent' });
    expect(await client.update(spring, { data })).toMatchObject({ meaning: 'quota-spent' });
    expect(await client.delete(spring)).toMatchObject({ meaning: 'quota-spent' });
    expect(await client.read(spring)).toMatchObject({ meaning: 'ok' });
    expect(turns.slowedDown).toBe(0);
  });
});

describe('the account', () => {
  it('is blocked if the feature is off', async () => {
    const api = await givenEmulator({ featureEnabled: false });
    const { client } = givenClient(api.baseUrl);
    expect(await client.create(spring, { data })).toMatchObject({
      meaning: 'account-blocked',
      fault: { rule: 'api-403-feature-not-enabled' },
    });
  });

  it('is not blocked by one command’s wrong brand domain', async ({ api }) => {
    const { client, freshTokens } = givenClient(api.baseUrl);
    expect(await client.create(spring, { data, brandDomain: 'else.example' })).toMatchObject({
      meaning: 'permanent',
      fault: { rule: 'api-403-wrong-brand-domain' },
    });
    expect(freshTokens()).toBe(0);
  });
});
