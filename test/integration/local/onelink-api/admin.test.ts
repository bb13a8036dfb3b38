import { test as base, describe, expect } from 'vitest';
import { adminClient } from '../../../../local/onelink-api/admin-client.ts';
import { startOneLinkApi } from '../../../../local/onelink-api/server.ts';
import { givenEmulator } from './given-emulator.ts';
import { rawRequest, sendRaw } from './given-socket.ts';

const it = base.extend('api', () => givenEmulator());

const faultsOf = (answer: { json: unknown }) => (answer.json as { faults: { path: string; rule: string }[] }).faults;

describe('the admin endpoints', () => {
  it('Given a caller in another process, Then the client has all methods of the library', async () => {
    const api = await givenEmulator({ monthlyQuota: 100 });
    const admin = adminClient(api.origin);

    expect(await admin.preload([{ onelinkId: 'A1b3', shortlinkId: 'ui', data: { pid: 'ui' }, api: 'dashboard' }])).toBe(
      1,
    );
    await api.create({ shortlink_id: 'abc', ttl: '14d', renew_ttl: false, data: { pid: 'sms', c: 'spring' } });
    expect(await admin.links()).toEqual([
      {
        onelinkId: 'A1b3',
        shortlinkId: 'ui',
        shortlinkUrl: 'https://acme.onelink.me/A1b3/ui',
        payload: { pid: 'ui' },
        expiry: '2026-04-10T12:00:00Z',
        ttl: 2_678_400,
        renewTtl: true,
        expired: false,
        api: 'dashboard',
        clicks: 0,
      },
      {
        onelinkId: 'A1b3',
        shortlinkId: 'abc',
        shortlinkUrl: 'https://acme.onelink.me/A1b3/abc',
        payload: { pid: 'sms', c: 'spring' },
        expiry: '2026-03-24T12:00:00Z',
        ttl: 1_209_600,
        renewTtl: false,
        expired: false,
        api: 'v2.0',
        clicks: 0,
      },
    ]);

    expect(await admin.addFaults({ kind: 'truncated', times: 3 })).toMatchObject([
      { fault: { kind: 'truncated', operation: 'any' }, remaining: 3, played: 0 },
    ]);
    expect(await admin.faults()).toHaveLength(1);
    await admin.clearFaults();
    expect(await admin.faults()).toEqual([]);

    expect(await admin.clock()).toEqual({ now: '2026-03-10T12:00:00Z', nowMilliseconds: 1_773_144_000_000 });
    expect(await admin.moveClock({ advanceMilliseconds: 90_000 })).toMatchObject({ now: '2026-03-10T12:01:30Z' });
    expect(await admin.moveClock({ set: '2026-05-01T00:00:00Z' })).toMatchObject({ now: '2026-05-01T00:00:00Z' });
    expect((await admin.links()).map(({ expired }) => expired)).toEqual([]);

    expect(await admin.changeSettings({ quotaRemaining: 7, token: 'second' })).toMatchObject({ token: 'second' });
    expect(await admin.settings()).toMatchObject({ token: 'second', monthlyQuota: 100 });
    expect(await admin.stats()).toMatchObject({
      quota: { month: '2026-05', monthly: 100, used: 93, remaining: 7 },
      links: { made: 1, preloaded: 1, held: 0, purged: 2 },
    });

    await admin.reset();
    expect(await admin.clock()).toMatchObject({ now: '2026-03-10T12:00:00Z' });
    expect(await admin.settings()).toMatchObject({ token: 'local-token' });
    expect(await admin.stats()).toEqual({
      arrivals: { all: 0, api: 0, qr: 0, v1: 0, fullestSecond: { all: 0, api: 0, qr: 0, v1: 0 } },
      calls: {},
      callsByApi: { 'v2.0': {}, 'v1.0': {} },
      refused: { rate: 0, qrRate: 0, v1Rate: 0, quota: 0 },
      links: { made: 0, preloaded: 0, updated: 0, migrated: 0, deleted: 0, purged: 0, held: 0, alive: 0 },
      quota: { month: '2026-03', monthly: 100, used: 0, remaining: 100 },
      clicks: { total: 0, onLiveLinks: 0 },
      faultsPlayed: {},
    });
    await expect(admin.moveClock({ advanceMilliseconds: -1 })).rejects.toThrow('advanceMilliseconds');
  });

  it('Given 3,000 links, When a client dumps them, Then each has its line', async ({ api }) => {
    const links = Array.from({ length: 3000 }, (_, n) => ({
      onelinkId: 'A1b3',
      shortlinkId: `n${n}`,
      data: { pid: 'sms' },
    }));
    expect(api.control.preload(links)).toBe(3000);
    const dumped = await adminClient(api.origin).links();
    expect(new Set(dumped.map(({ shortlinkId }) => shortlinkId)).size).toBe(3000);
  });

  it.each([
    ['faults', { kind: 'explosion' }, 'kind'],
    ['faults', { kind: 'latency' }, 'milliseconds'],
    ['faults', [{ kind: 'hang' }, { kind: 'hang', times: 0 }], '1.times'],
    ['faults', { kind: 'hang', operation: 'list' }, 'operation'],
    ['faults', { kind: 'hang', probability: 2 }, 'probability'],
    ['faults', { kind: 'hang', milliseconds: 5 }, ''],
    ['clock', { set: 'tomorrow' }, 'set'],
    ['clock', { advanceMilliseconds: -5 }, 'advanceMilliseconds'],
    ['settings', { requestsPerSecond: 0 }, 'requestsPerSecond'],
    ['settings', { quotaRemaining: 7_500_001 }, 'quotaRemaining'],
    ['settings', { templates: { A1b3: { subdomain: 'Acme!' } } }, 'templates.A1b3.subdomain'],
    ['settings', { purgeDelayHours: 49 }, 'purgeDelayHours'],
    ['settings', { colour: 'red' }, ''],
    ['links', {}, ''],
    ['links', [{ onelinkId: 'zzzz', shortlinkId: 'abc', data: {} }], '0.onelinkId'],
    ['links', [{ onelinkId: 'A1b3', shortlinkId: 'a b', data: {} }], '0.shortlinkId'],
    ['links', [{ onelinkId: 'A1b3', shortlinkId: 'abc', data: {}, ttl: '1w' }], '0.ttl'],
    ['links', [{ onelinkId: 'A1b3', shortlinkId: 'abc', data: {}, brandDomain: 'x.example' }], '0.brandDomain'],
    ['reset', { soft: true }, ''],
  ])('Given POST %s of %j, Then 400 names the path and the rule', async (name, body, path) => {
    const api = await givenEmulator();
    const answer = await api.call('POST', `/__emulator/${name}`, body);
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
    expect(faultsOf(answer)).toEqual([{ path, rule: expect.stringMatching(/.+/) }]);
  });

  it('Given a preload with a taken ID, Then none of its links is added', async ({ api }) => {
    await api.create({ shortlink_id: 'abc' });
    const link = (shortlinkId: string) => ({ onelinkId: 'A1b3', shortlinkId, data: {} });
    expect(faultsOf(await api.call('POST', '/__emulator/links', [link('new'), link('abc')]))).toEqual([
      { path: '1.shortlinkId', rule: 'must not be taken' },
    ]);
    expect(faultsOf(await api.call('POST', '/__emulator/links', [link('new'), link('new')]))).toEqual([
      { path: '1.shortlinkId', rule: 'must not be taken' },
    ]);
    expect([...api.control.links()]).toHaveLength(1);
  });

  it('Given a preload with an expiry, Then the link has that expiry', async ({ api }) => {
    api.control.preload([
      { onelinkId: 'A1b3', shortlinkId: 'abc', data: { pid: 'x' }, ttl: '5d', expiry: '2026-03-10T12:00:01.900Z' },
    ]);
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({
      json: { expiry: '2026-03-10T12:00:01Z', ttl: 432_000 },
    });
  });

  it.each([
    [{ set: '0999-01-01T00:00:00Z' }, 'set'],
    [{ set: '9899-01-01T00:00:00Z' }, 'set'],
    [{ set: 8e15 }, 'set'],
    [{ advanceMilliseconds: 1e13 }, 'advanceMilliseconds'],
  ])('Given an impossible change of the clock, %j, Then the clock does not change', async (change, path) => {
    const api = await givenEmulator({}, '9800-01-01T00:00:00Z');
    const answer = await api.call('POST', '/__emulator/clock', change);
    expect(answer).toMatchObject({ status: 400 });
    expect(faultsOf(answer)).toEqual([{ path, rule: 'must lead to an instant from 1970 to the end of 9898' }]);
    expect(api.control.clock().now).toBe('9800-01-01T00:00:00Z');
  });

  it('Given the last second of the clock and the longest ttl, Then the expiry has a year of four digits', async () => {
    const api = await givenEmulator({ maxTtlDays: 36_500 });
    await api.call('POST', '/__emulator/clock', { set: '9898-12-31T23:59:59Z' });
    await api.create({ shortlink_id: 'abc', ttl: '36500d' });
    expect((await api.call('GET', '/shortlinks/A1b3/abc')).json).toMatchObject({ expiry: '9998-12-07T23:59:59Z' });
    expect(api.control.stats().quota.month).toBe('9898-12');
  });

  it.each([
    ['links', [{ onelinkId: 'A1b3', shortlinkId: 'a', data: {}, expiry: '9999-12-31T23:59:59-01:00' }], '0.expiry'],
    ['links', [{ onelinkId: 'A1b3', shortlinkId: 'a', data: { pid: null } }], '0.data.pid'],
    ['faults', { kind: 'wrong-content-type', contentType: 'text/html\r\nx: y' }, 'contentType'],
    ['faults', { kind: 'status', status: 503, contentType: '' }, 'contentType'],
    ['settings', { token: 'local-token\u200b' }, 'token'],
    ['settings', { token: ' local-token' }, 'token'],
    ['settings', { nulls: null }, 'nulls'],
    ['settings', { templates: { A1b3: { subdomain: 'acme', baseUrl: 'javascript:x' } } }, 'templates.A1b3.baseUrl'],
    ['settings', '{"templates":{"__proto__":{"subdomain":"acme"}}}', ''],
    ['links', '[{"onelinkId":"A1b3","shortlinkId":"a","data":{"__proto__":"x"}}]', ''],
  ])('Given %s that HTTP or the API cannot represent, %j, Then 400 names %s', async (name, body, path) => {
    const api = await givenEmulator();
    const answer = await api.call('POST', `/__emulator/${name}`, body);
    expect(answer).toMatchObject({ status: 400 });
    expect(faultsOf(answer).map((fault) => fault.path)).toEqual([path]);
  });

  it('Given a body that is not UTF-8, Then 400', async ({ api }) => {
    const body = Buffer.from('{"token":"caf\xe9"}', 'latin1');
    const [answer] = await sendRaw(api.port, rawRequest('POST /__emulator/settings', body));
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('must be UTF-8') });
  });

  it('Given a body that is not JSON, or an unknown endpoint, Then the error names it', async ({ api }) => {
    expect(faultsOf(await api.call('POST', '/__emulator/faults', '{'))).toEqual([{ path: '', rule: 'must be JSON' }]);
    const unknown = await api.call('GET', '/__emulator/status');
    expect([unknown.status, unknown.text]).toEqual([404, expect.stringContaining('GET stats')]);
  });

  it('Given a change of a limit at run time, Then its window starts empty', async () => {
    const api = await givenEmulator({ requestsPerSecond: 1 });
    await api.create();
    expect(await api.create()).toMatchObject({ status: 429 });
    api.control.changeSettings({ requestsPerSecond: 2 });
    expect([await api.create(), await api.create(), await api.create()].map(({ status }) => status)).toEqual([
      200, 200, 429,
    ]);
  });

  it('Given settings that break a rule, Then the emulator does not start', async () => {
    await expect(startOneLinkApi({ settings: { maxTtlDays: 0 } })).rejects.toThrow('maxTtlDays');
  });

  it('Given a port in use, Then the start fails with EADDRINUSE', async ({ api }) => {
    await expect(startOneLinkApi({ port: api.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
