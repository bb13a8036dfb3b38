import { describe, expect, it } from 'vitest';
import { type Given, givenEmulator } from './given-emulator.ts';

const body = { data: { pid: 'sms' } };
const tooFast = { status: 429, text: '"Rate limit exceeded"' };
const spent = { status: 429, text: '"Monthly quota exceeded"' };
const day = 24 * 3_600_000;

const statuses = async (calls: (() => Promise<{ status: number }>)[]) => {
  const answers = await Promise.all(calls.map((call) => call()));
  return answers.map(({ status }) => status);
};

describe('the rate of v1.0', () => {
  it('Given 500 calls in a second, Then the next of v1.0 is refused and one of v2.0 is served', async () => {
    const api = await givenEmulator();
    for (let batch = 0; batch < 5; batch++) {
      const seen = await statuses(Array.from({ length: 100 }, () => () => api.v1('GET', 'none')));
      expect(new Set(seen)).toEqual(new Set([404]));
    }
    api.time.monotonic = 999;
    expect(await api.v1('GET', 'none')).toMatchObject(tooFast);
    expect(await api.create()).toMatchObject({ status: 200 });
    api.time.monotonic = 1000;
    expect(await api.v1('GET', 'none')).toMatchObject({ status: 404 });
    expect(api.control.stats()).toMatchObject({
      arrivals: { all: 503, api: 503, v1: 502, fullestSecond: { all: 502, api: 502, v1: 501 } },
      refused: { rate: 0, v1Rate: 1 },
    });
  });

  it('Given calls of both versions, Then those of v1.0 draw on the general window too', async () => {
    const api = await givenEmulator({ requestsPerSecond: 2 });
    await api.v1('POST', 'abc', body);
    await api.create();
    expect(await api.v1('GET', 'abc')).toMatchObject(tooFast);
    expect(api.control.stats().refused).toEqual({ rate: 1, qrRate: 0, v1Rate: 0, quota: 0 });
  });

  it('Given calls of v1.0 do not count to the general window, Then a full one admits them', async () => {
    const api = await givenEmulator({ requestsPerSecond: 1, v1CountsToRate: false });
    await api.create();
    expect(await api.v1('POST', 'abc', body)).toMatchObject({ status: 200 });
    expect(api.control.stats().arrivals).toMatchObject({ all: 2, api: 1, v1: 1 });
  });

  it('Given a change of the limit at run time, Then its window starts empty, and after a reset it is the first limit', async () => {
    const api = await givenEmulator({ v1RequestsPerSecond: 1 });
    const three = async () => [
      (await api.v1('GET', 'abc')).status,
      (await api.v1('GET', 'abc')).status,
      (await api.v1('GET', 'abc')).status,
    ];
    expect(await three()).toEqual([404, 429, 429]);
    api.control.changeSettings({ v1RequestsPerSecond: 2 });
    expect(await three()).toEqual([404, 404, 429]);
    api.control.reset();
    expect(await three()).toEqual([404, 429, 429]);
  });
});

describe('the monthly quota', () => {
  it('Given calls of both versions, Then they draw on one quota, and reads cost nothing', async () => {
    const api = await givenEmulator({ monthlyQuota: 4 });
    await api.v1('POST', 'abc', body);
    await api.create({ shortlink_id: 'xyz' });
    await api.v1('PUT', 'abc', body);
    await api.v1('GET', 'abc');
    await api.v1('DELETE', 'none');
    expect((await api.call('GET', '/shortlinks-quota/acc-demo')).json).toEqual({ remaining_api_calls: 1 });
    await api.v1('DELETE', 'abc');
    expect(await api.v1('POST', 'abd', body)).toMatchObject(spent);
    expect(await api.v1('PUT', 'abc', body)).toMatchObject(spent);
    expect(await api.v1('DELETE', 'abc')).toMatchObject(spent);
    expect(await api.create()).toMatchObject({ status: 429 });
    expect(await api.v1('GET', 'abc')).toMatchObject({ status: 404 });
  });

  it('Given the wordings of the reference for v2.0, Then v1.0 keeps its own', async () => {
    const api = await givenEmulator({ monthlyQuota: 0, v1RequestsPerSecond: 1, limitMessages: 'reference' });
    expect(await api.v1('POST', 'abc', body)).toMatchObject(spent);
    expect(await api.v1('POST', 'abc', body)).toMatchObject(tooFast);
  });
});

describe('the statistics', () => {
  it('Given calls of both versions, Then they are counted together and for each version', async () => {
    const api = await givenEmulator();
    await api.create({ shortlink_id: 'abc' });
    await api.v1('POST', 'abc', body);
    await api.v1('POST', 'abd', body);
    await api.v1('GET', 'none');
    const { calls, callsByApi } = api.control.stats();
    expect(calls).toEqual({ create: { '200': 2, '400': 1 }, read: { '404': 1 } });
    expect(callsByApi).toEqual({
      'v2.0': { create: { '200': 1 } },
      'v1.0': { create: { '200': 1, '400': 1 }, read: { '404': 1 } },
    });
  });
});

describe('the expiry of a link of v1.0', () => {
  const expiry = (api: Given) =>
    [...api.control.links()].map(({ expiry, ttl, renewTtl }) => ({ expiry, ttl, renewTtl }));
  const thirtyOneDays = { expiry: '2026-04-10T12:00:00Z', ttl: 2_678_400, renewTtl: true };

  it.each([
    [undefined, thirtyOneDays],
    ['31d', thirtyOneDays],
    ['32d', thirtyOneDays],
    ['365d', thirtyOneDays],
    [60, thirtyOneDays],
    ['0d', thirtyOneDays],
    ['soon', thirtyOneDays],
    ['7d', { expiry: '2026-03-17T12:00:00Z', ttl: 604_800, renewTtl: true }],
    ['12h', { expiry: '2026-03-11T00:00:00Z', ttl: 43_200, renewTtl: true }],
    ['10m', { expiry: '2026-03-10T12:10:00Z', ttl: 600, renewTtl: true }],
  ])('Given the ttl %j, Then the link has it, or 31 days', async (ttl, expected) => {
    // The settings of v2.0 for a ttl out of range do not concern v1.0.
    const api = await givenEmulator({ maxTtlDays: 365, outOfRangeTtl: 'refuse' });
    expect(await api.v1('POST', 'abc', { ...body, ttl })).toMatchObject({ status: 200 });
    expect(expiry(api)).toEqual([expected]);
  });

  it('Given 29 days are left, When an update has a ttl of 2, Then 2 days are left', async () => {
    const api = await givenEmulator();
    await api.v1('POST', 'abc', { ...body, ttl: '29d' });
    await api.v1('PUT', 'abc', { ...body, ttl: '2d' });
    expect(expiry(api)).toEqual([{ expiry: '2026-03-12T12:00:00Z', ttl: 172_800, renewTtl: true }]);
  });

  it('Given 20 days of which 5 have passed, When an update has a ttl of 31, Then 31 days are left', async () => {
    const api = await givenEmulator();
    await api.v1('POST', 'abc', { ...body, ttl: '20d' });
    api.control.moveClock({ advanceMilliseconds: 5 * day });
    await api.v1('PUT', 'abc', { ...body, ttl: '31d' });
    expect(expiry(api)).toEqual([{ expiry: '2026-04-15T12:00:00Z', ttl: 2_678_400, renewTtl: true }]);
  });

  it('Given renew_ttl, When the link is clicked, Then its days restart, and without it they do not', async () => {
    const api = await givenEmulator();
    await api.v1('POST', 'abc', { ...body, ttl: '10d' });
    await api.v1('POST', 'abd', { ...body, ttl: '10d', renew_ttl: false });
    api.control.moveClock({ advanceMilliseconds: 4 * day });
    await api.call('GET', '/A1b3/abc');
    await api.call('GET', '/A1b3/abd');
    expect(expiry(api)).toMatchObject([{ expiry: '2026-03-24T12:00:00Z' }, { expiry: '2026-03-20T12:00:00Z' }]);
  });

  it('Given an expired link, Then GET shows it for 48 hours, and then it is absent', async () => {
    const api = await givenEmulator();
    await api.v1('POST', 'abc', { ...body, ttl: '1d' });
    api.control.moveClock({ advanceMilliseconds: 3 * day - 1_000 });
    expect(await api.v1('GET', 'abc')).toMatchObject({ status: 200 });
    api.control.moveClock({ advanceMilliseconds: 1_000 });
    expect(await api.v1('GET', 'abc')).toMatchObject({ status: 404 });
  });

  it('Given encoded parameters, When the link is clicked, Then the redirect carries them decoded', async () => {
    const api = await givenEmulator();
    await api.v1('POST', 'abc', { data: { pid: 'sms', af_r: 'https%3A%2F%2Fx.example%2F1', deep: 'a%2Fb%26c' } });
    const answer = await api.call('GET', '/A1b3/abc');
    expect(answer.headers.get('location')).toBe('https://x.example/1?pid=sms&deep=a%2Fb%26c');
  });
});
