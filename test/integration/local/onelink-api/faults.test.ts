import { describe, expect, it } from 'vitest';
import type { FaultInput } from '../../../../local/onelink-api/faults.ts';
import type { Given } from './given-emulator.ts';
import { givenEmulator } from './given-emulator.ts';

const armed = async (...faults: FaultInput[]) => {
  const api = await givenEmulator({ monthlyQuota: 10 });
  api.control.addFaults(faults);
  return api;
};
const create = (api: Given) => api.create({ shortlink_id: 'abc' });
const lost = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)),
  );
const traces = (api: Given) => {
  const { links, quota } = api.control.stats();
  return { made: links.made, quotaUsed: quota.used };
};
const nothing = { made: 0, quotaUsed: 0 };
const oneLink = { made: 1, quotaUsed: 1 };

describe('a scripted fault', () => {
  it('Given latency before, Then the answer is delayed by it', async () => {
    const api = await armed({ kind: 'latency', milliseconds: 40, jitterMilliseconds: 10 });
    const start = performance.now();
    expect(await create(api)).toMatchObject({ status: 200 });
    expect(performance.now() - start).toBeGreaterThanOrEqual(39);
    expect(traces(api)).toEqual(oneLink);
  });

  it('Given latency after, When the caller disconnects, Then the link is still created', async () => {
    const api = await armed({ kind: 'latency', milliseconds: 60_000, when: 'after' });
    const caller = new AbortController();
    const call = lost(
      fetch(`${api.baseUrl}/shortlinks/A1b3`, {
        method: 'POST',
        headers: { authorization: 'local-token' },
        body: '{"data":{"pid":"sms"}}',
        signal: caller.signal,
      }),
    );
    await expect.poll(() => traces(api)).toEqual(oneLink);
    caller.abort();
    expect(await call).not.toBe('answered');
  });

  it.each([
    [401, 'authentication_failure', 'Authentication failed. Use a valid OneLink API token from your security center.'],
    [429, 'rate_limit_exceeded', 'Rate limit exceeded'],
    [400, 'internal_error', 'Failed to create shortlink.'],
    [503, 'internal_error', 'Internal server error'],
  ])(
    'Given status %i, Then the answer has the API’s words and no link is created',
    async (status, error_type, message) => {
      const api = await armed({ kind: 'status', status });
      expect(await create(api)).toMatchObject({ status, json: { error_type, message } });
      expect(traces(api)).toEqual(nothing);
      expect(await create(api)).toMatchObject({ status: 200 });
    },
  );

  it('Given status 400 on delete and QR, Then the answers have the words of these operations', async () => {
    const api = await armed({ kind: 'status', status: 400, times: 2 });
    expect(await api.call('DELETE', '/shortlinks/A1b3/abc')).toMatchObject({
      json: { error_type: 'internal_error', message: 'Failed to delete shortlink' },
    });
    expect(await api.call('GET', '/shortlinks/A1b3/abc/qr')).toMatchObject({
      json: { error_type: 'qr_error', message: 'Unexpected error occurred while generating QR code' },
    });
  });

  it('Given a fault with its own words, Then the answer has them', async () => {
    const api = await armed(
      { kind: 'status', status: 429, errorType: 'quota_exceeded', message: 'Monthly Quota Exceeded.' },
      { kind: 'status', status: 502, body: '<h1>Bad gateway</h1>', contentType: 'text/html' },
    );
    expect((await create(api)).json).toEqual({ error_type: 'quota_exceeded', message: 'Monthly Quota Exceeded.' });
    const page = await create(api);
    expect([page.status, page.text, page.headers.get('content-type')]).toEqual([
      502,
      '<h1>Bad gateway</h1>',
      'text/html',
    ]);
  });

  it('Given error-after, Then the link is created and costs quota, and the answer is an error', async () => {
    const api = await armed({ kind: 'error-after' }, { kind: 'error-after', status: 400, operation: 'delete' });
    expect(await create(api)).toMatchObject({ status: 500 });
    expect(traces(api)).toEqual(oneLink);
    expect(await api.call('DELETE', '/shortlinks/A1b3/abc')).toMatchObject({
      status: 400,
      json: { error_type: 'internal_error', message: 'Failed to delete shortlink' },
    });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ status: 404 });
  });

  it('Given reset-before, Then the connection is reset and no link is created', async () => {
    const api = await armed({ kind: 'reset-before' });
    expect(await lost(create(api))).toMatch(/ECONNRESET|other side closed/);
    expect(traces(api)).toEqual(nothing);
  });

  it('Given reset-after, Then the connection is reset and the link is created', async () => {
    const api = await armed({ kind: 'reset-after' });
    expect(await lost(create(api))).toMatch(/ECONNRESET|other side closed/);
    expect(traces(api)).toEqual(oneLink);
    expect(await create(api)).toMatchObject({ status: 409 });
  });

  it.each([
    ['before' as const, nothing],
    ['after' as const, oneLink],
  ])('Given a hang %s the effect, Then the emulator never answers', async (when, left) => {
    const api = await armed({ kind: 'hang', when });
    const call = lost(create(api));
    await expect.poll(() => api.control.stats().calls).toEqual({ create: { hung: 1 } });
    expect(traces(api)).toEqual(left);
    await api.close();
    expect(await call).not.toBe('answered');
  });

  it('Given a slow body, Then it is complete, in pieces over that time', async () => {
    const api = await armed({ kind: 'slow-body', milliseconds: 80 });
    const start = performance.now();
    const response = await fetch(`${api.baseUrl}/shortlinks-quota/acc-demo`, {
      headers: { authorization: 'local-token' },
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body ?? []) pieces.push(piece);
    expect(performance.now() - start).toBeGreaterThanOrEqual(79);
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).toString()).toBe('{"remaining_api_calls":10}');
  });

  it('Given a truncated body, Then half of it is sent, the connection ends, and the link is created', async () => {
    const api = await armed({ kind: 'truncated' });
    expect(await lost(create(api))).toMatch(/terminated|other side closed|ended|closed/i);
    expect(traces(api)).toEqual(oneLink);
  });

  it('Given not-json, Then the answer is 200 with a web page, and the link is created', async () => {
    const api = await armed({ kind: 'not-json' });
    expect(await create(api)).toMatchObject({
      status: 200,
      text: '<html><body>Bad gateway</body></html>',
      json: undefined,
    });
    expect(traces(api)).toEqual(oneLink);
  });

  it('Given a wrong content type, Then the body is the true one', async () => {
    const api = await armed({ kind: 'wrong-content-type' });
    const answer = await create(api);
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.json).toEqual({ shortlink_url: 'https://acme.onelink.me/A1b3/abc' });
  });

  it('Given a fault of one shortlink ID, Then it applies to the create with that ID in its body', async () => {
    const api = await armed({ kind: 'status', status: 500, shortlinkId: 'abc' });
    expect(await api.create({ shortlink_id: 'other' })).toMatchObject({ status: 200 });
    expect(await create(api)).toMatchObject({ status: 500 });
  });

  it('Given a call that is not admitted, Then it does not use up a fault', async () => {
    const api = await armed({ kind: 'status', status: 500 });
    expect(await api.call('GET', '/shortlinks/A1b3/abc', undefined, { authorization: 'wrong' })).toMatchObject({
      status: 401,
    });
    expect(await create(api)).toMatchObject({ status: 500 });
  });

  it('Given faults were applied, Then the statistics have each one, and what callers saw', async () => {
    const api = await armed({ kind: 'reset-after' }, { kind: 'status', status: 503, times: 2 });
    await lost(create(api));
    await create(api);
    await create(api);
    expect(api.control.stats()).toMatchObject({
      faultsPlayed: { 'reset-after': 1, status: 2 },
      calls: { create: { reset: 1, '503': 2 } },
      arrivals: { all: 3 },
    });
  });

  it('Given a fixed latency, Then every answer of the API is delayed, and no admin answer', async () => {
    const api = await givenEmulator({ latencyMilliseconds: 40 });
    const start = performance.now();
    await create(api);
    expect(performance.now() - start).toBeGreaterThanOrEqual(39);
  });
});
