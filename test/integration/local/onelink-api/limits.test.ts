import { describe, expect, it } from 'vitest';
import { givenEmulator } from './given-emulator.ts';

const tooFast = { error_type: 'rate_limit_exceeded', message: 'Rate limit exceeded' };
const spent = { error_type: 'quota_exceeded', message: 'Monthly quota exceeded' };

describe('the rate', () => {
  it('Given 1,000 calls in a second, Then the next is refused, and one a second after the first is served', async () => {
    const api = await givenEmulator();
    for (let batch = 0; batch < 10; batch++) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => api.call('GET', '/shortlinks/A1b3/none')));
      expect(answers.every(({ status }) => status === 404)).toBe(true);
    }
    api.time.monotonic = 999.5;
    expect(await api.create()).toMatchObject({ status: 429, json: tooFast });
    api.time.monotonic = 1000;
    expect(await api.create()).toMatchObject({ status: 200 });
    expect(api.control.stats()).toMatchObject({
      arrivals: { all: 1002, api: 1002, fullestSecond: { all: 1001, api: 1001 } },
      refused: { rate: 1, qrRate: 0, quota: 0 },
    });
  });

  it('Given calls of every operation, Then all count but quota calls and those without a valid token', async () => {
    const api = await givenEmulator({ requestsPerSecond: 5 });
    await api.create({ shortlink_id: 'abc' });
    await api.call('PUT', '/shortlinks/A1b3/abc', { data: { pid: 'sms' } });
    await api.call('GET', '/shortlinks/A1b3/abc/qr');
    await api.call('GET', '/shortlinks/A1b3/abc');
    await api.call('GET', '/shortlinks-quota/acc-demo');
    await api.call('GET', '/shortlinks/A1b3/abc', undefined, { authorization: 'wrong' });
    expect(await api.call('DELETE', '/shortlinks/A1b3/abc')).toMatchObject({ status: 200 });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ status: 429, json: tooFast });
    expect(await api.call('GET', '/shortlinks-quota/acc-demo')).toMatchObject({ status: 200 });
  });

  it('Given the setting that quota calls count, Then they count and are refused', async () => {
    const api = await givenEmulator({ requestsPerSecond: 1, quotaCountsToRate: true });
    expect(await api.call('GET', '/shortlinks-quota/acc-demo')).toMatchObject({ status: 200 });
    expect(await api.call('GET', '/shortlinks-quota/acc-demo')).toMatchObject({ status: 429, json: tooFast });
    expect(api.control.stats().arrivals).toMatchObject({ all: 2, api: 2 });
  });

  it('Given 25 QR calls in a second, Then the next QR call is refused, and other calls are served', async () => {
    const api = await givenEmulator();
    await api.create({ shortlink_id: 'abc' });
    for (let call = 0; call < 25; call++) {
      expect(await api.call('GET', '/shortlinks/A1b3/abc/qr')).toMatchObject({ status: 200 });
    }
    api.time.monotonic = 999;
    expect(await api.call('GET', '/shortlinks/A1b3/abc/qr')).toMatchObject({ status: 429, json: tooFast });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ status: 200 });
    api.time.monotonic = 1000;
    expect(await api.call('GET', '/shortlinks/A1b3/abc/qr')).toMatchObject({ status: 200 });
    expect(api.control.stats()).toMatchObject({
      arrivals: { qr: 27, fullestSecond: { qr: 26 } },
      refused: { rate: 0, qrRate: 1 },
    });
  });

  it('Given QR calls do not count to the general rate, Then a full general window admits them', async () => {
    const api = await givenEmulator({ requestsPerSecond: 1, qrCountsToRate: false });
    await api.create({ shortlink_id: 'abc' });
    expect(await api.call('GET', '/shortlinks/A1b3/abc/qr')).toMatchObject({ status: 200 });
    expect(api.control.stats().arrivals).toMatchObject({ all: 2, api: 1, qr: 1 });
  });

  it('Given a refused QR call, Then it takes no place in either window', async () => {
    const api = await givenEmulator({ requestsPerSecond: 2, qrRequestsPerSecond: 1 });
    expect(await api.call('GET', '/shortlinks/A1b3/abc/qr')).toMatchObject({ status: 404 });
    expect(await api.call('GET', '/shortlinks/A1b3/abc/qr')).toMatchObject({ status: 429 });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ status: 404 });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ status: 429 });
  });

  it('Given refused calls count, Then a caller that does not slow down stays refused', async () => {
    const api = await givenEmulator({ requestsPerSecond: 1, refusedCountsToRate: true });
    const statuses: number[] = [];
    for (const time of [0, 600, 1200, 2200]) {
      api.time.monotonic = time;
      statuses.push((await api.create()).status);
    }
    expect(statuses).toEqual([200, 429, 429, 200]);
  });

  it('Given the emulated clock moves, Then the windows do not change', async () => {
    const api = await givenEmulator({ requestsPerSecond: 1 });
    await api.create();
    api.control.moveClock({ advanceMilliseconds: 60_000 });
    expect(await api.create()).toMatchObject({ status: 429 });
  });
});

describe('the monthly quota', () => {
  it('Given all kinds of calls, Then POST, PUT, DELETE and a 409 cost quota, but reads and invalid bodies do not', async () => {
    const api = await givenEmulator({ monthlyQuota: 10 });
    const left = async () => (await api.call('GET', '/shortlinks-quota/acc-demo')).json;
    await api.create({ shortlink_id: 'abc' });
    expect(await left()).toEqual({ remaining_api_calls: 9 });
    await api.create({ shortlink_id: 'abc' });
    expect(await left()).toEqual({ remaining_api_calls: 8 });
    await api.call('PUT', '/shortlinks/A1b3/abc', { data: { pid: 'sms' } });
    expect(await left()).toEqual({ remaining_api_calls: 7 });
    await api.call('GET', '/shortlinks/A1b3/abc');
    await api.call('GET', '/shortlinks/A1b3/abc/qr');
    await api.create({ data: {} });
    await api.call('DELETE', '/shortlinks/A1b3/none');
    expect(await left()).toEqual({ remaining_api_calls: 7 });
    await api.call('DELETE', '/shortlinks/A1b3/abc');
    expect(await left()).toEqual({ remaining_api_calls: 6 });
  });

  it('Given every call counts, Then a 400 and a 404 cost quota too, but a 401 and a 429 do not', async () => {
    const api = await givenEmulator({ monthlyQuota: 10, quotaCounts: 'every-call', requestsPerSecond: 2 });
    await api.create({ data: {} });
    await api.call('DELETE', '/shortlinks/A1b3/none');
    await api.create();
    await api.call('POST', '/shortlinks/A1b3', {}, { authorization: 'wrong' });
    expect(api.control.stats().quota).toEqual({ month: '2026-03', monthly: 10, used: 2, remaining: 8 });
  });

  it('Given a spent quota, Then writes get 429, reads are served, and the next month restores it', async () => {
    const api = await givenEmulator({ monthlyQuota: 1 }, '2026-03-31T23:59:59Z');
    expect(await api.create({ shortlink_id: 'abc' })).toMatchObject({ status: 200 });
    expect(await api.create()).toMatchObject({ status: 429, json: spent });
    expect(await api.call('PUT', '/shortlinks/A1b3/abc', {})).toMatchObject({ status: 429, json: spent });
    expect(await api.call('DELETE', '/shortlinks/A1b3/abc')).toMatchObject({ status: 429, json: spent });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ status: 200 });
    expect(await api.call('GET', '/shortlinks/A1b3/abc/qr')).toMatchObject({ status: 200 });
    expect(api.control.stats()).toMatchObject({ refused: { quota: 3 }, quota: { used: 1, remaining: 0 } });
    api.control.moveClock({ advanceMilliseconds: 1000 });
    expect(await api.create()).toMatchObject({ status: 200 });
  });

  it('Given 40 creates at once for the last 10 calls of a month, Then 10 links are created', async () => {
    const api = await givenEmulator({ monthlyQuota: 10 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => api.create()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(api.control.stats().links.made).toBe(10);
  });

  it('Given the wording of the reference, Then both 429s have it', async () => {
    const api = await givenEmulator({ monthlyQuota: 0, requestsPerSecond: 1, limitMessages: 'reference' });
    expect(await api.create()).toMatchObject({ json: { message: 'Monthly Quota Exceeded.' } });
    expect(await api.create()).toMatchObject({ json: { message: 'Rate Limit Exceeded.' } });
  });
});
