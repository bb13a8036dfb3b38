import { test as base, describe, expect } from 'vitest';
import { givenEmulator } from './given-emulator.ts';

const it = base.extend('api', () => givenEmulator());

const notFound = { error_type: 'invalid_parameter', message: 'Shortlink not found' };
const invalidBody = { error_type: 'invalid_parameter', message: 'Generating shortlink failed, invalid request body' };
const invalidSource = {
  error_type: 'invalid_source',
  message: 'This operation is not allowed for this shortlink source-caller.',
};

describe('create', () => {
  it('Given a chosen ID, When a link is created, Then its short URL has subdomain, template and ID', async ({
    api,
  }) => {
    const answer = await api.create({ shortlink_id: 'my_shortlink_id' });
    expect(answer).toMatchObject({
      status: 200,
      json: { shortlink_url: 'https://acme.onelink.me/A1b3/my_shortlink_id' },
    });
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it('Given no ID, When a link is created, Then it gets eight lower-case letters and digits', async ({ api }) => {
    expect((await api.create()).text).toMatch(/^\{"shortlink_url":"https:\/\/acme\.onelink\.me\/A1b3\/[a-z0-9]{8}"\}$/);
  });

  it('Given a brand domain of the template, Then it replaces the host', async ({ api }) => {
    expect(await api.create({ shortlink_id: 'abc', brand_domain: 'go.acme.example' })).toMatchObject({
      json: { shortlink_url: 'https://go.acme.example/A1b3/abc' },
    });
  });

  it('Given a brand domain that is not the template’s, Then 403 wrong_brand_domain', async ({ api }) => {
    expect(await api.create({ brand_domain: 'other.example' })).toMatchObject({
      status: 403,
      json: { error_type: 'wrong_brand_domain', message: 'Brand domain mismatch' },
    });
  });

  it('Given an account without branded links, Then 401 wrong_brand_domain', async () => {
    const api = await givenEmulator({ brandedLinks: false });
    expect(await api.create({ brand_domain: 'go.acme.example' })).toMatchObject({
      status: 401,
      json: { error_type: 'wrong_brand_domain', message: 'Account validation failure' },
    });
  });

  it('Given data as a JSON string, Then the link equals that of the object', async ({ api }) => {
    expect(await api.create({ shortlink_id: 'abc', data: '{"pid":"sms","c":"spring"}' })).toMatchObject({
      status: 200,
    });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({
      json: { payload: { pid: 'sms', c: 'spring' } },
    });
  });

  it('Given a taken ID, Then 409, and IDs that differ in case are different', async ({ api }) => {
    await api.create({ shortlink_id: 'abc' });
    expect(await api.create({ shortlink_id: 'abc' })).toMatchObject({
      status: 409,
      json: { error_type: 'invalid_parameter', message: 'Shortlink ID already exists' },
    });
    expect(await api.create({ shortlink_id: 'ABC' })).toMatchObject({ status: 200 });
    expect(await api.call('POST', '/shortlinks/abc123', { data: { pid: 'sms' }, shortlink_id: 'abc' })).toMatchObject({
      status: 200,
      json: { shortlink_url: 'https://globex.onelink.me/abc123/abc' },
    });
  });

  it.each([['x'.repeat(51)], ['a b'], [''], ['ä'], [7]])('Given shortlink_id %j, Then 400 names it', async (id) => {
    const api = await givenEmulator();
    expect(await api.create({ shortlink_id: id })).toMatchObject({
      status: 400,
      json: {
        error_type: 'invalid_parameter',
        message: `Parameter 'shortlink_id' has an invalid value: '${id}'. Reason: value should be 1 to 50 letters and digits.`,
      },
    });
  });

  it('Given renew_ttl that is not a boolean, Then 400 names it', async ({ api }) => {
    expect(await api.create({ renew_ttl: 'false' })).toMatchObject({
      status: 400,
      json: { message: "Parameter 'renew_ttl' has an invalid value: 'false'. Reason: value should be true or false." },
    });
  });

  it.each([[''], ['{'], ['[]'], ['"text"'], ['{}'], ['{"data":7}']])('Given the body %j, Then 400', async (body) => {
    const api = await givenEmulator();
    expect(await api.call('POST', '/shortlinks/A1b3', body)).toMatchObject({ status: 400, json: invalidBody });
  });

  it('Given data beyond the limit, Then 400 limit_exceeded', async ({ api }) => {
    expect(await api.create({ data: { pid: 'sms', x: 'a'.repeat(2029) } })).toMatchObject({
      status: 400,
      json: { error_type: 'limit_exceeded', message: 'Generating shortlink failed, data sent exceeds limit' },
    });
  });

  it('Given an unknown template, Then 404, even with a broken body', async ({ api }) => {
    expect(await api.call('POST', '/shortlinks/zzzz', '{')).toMatchObject({ status: 404, json: notFound });
  });

  it('Given the feature is off, Then 403 feature_not_enabled', async () => {
    const api = await givenEmulator({ featureEnabled: false });
    expect(await api.create()).toMatchObject({ status: 403, json: { error_type: 'feature_not_enabled' } });
  });
});

describe('inferred or unpublished behaviour', () => {
  it('Given the guide’s IDs, Then _ and - are refused', async () => {
    const api = await givenEmulator({ shortlinkIdCharacters: 'guide' });
    expect(await api.create({ shortlink_id: 'a_b' })).toMatchObject({ status: 400 });
    expect(await api.create({ shortlink_id: 'a-b' })).toMatchObject({ status: 400 });
    expect(await api.create({ shortlink_id: 'ab' })).toMatchObject({ status: 200 });
  });

  it('Given bodies need the JSON content type, Then a body of another type is invalid', async () => {
    const api = await givenEmulator({ contentTypes: 'json' });
    const as = (type: string) =>
      api.call('POST', '/shortlinks/A1b3', { data: { pid: 'sms' } }, { 'content-type': type });
    expect(await as('application/json; charset=utf-8')).toMatchObject({ status: 200 });
    expect(await as('text/plain')).toMatchObject({ status: 400, json: invalidBody });
    expect(await as('application/jsonp')).toMatchObject({ status: 400, json: invalidBody });
  });

  it.each([
    [{ updateBrandMismatch: 'wrong_brand_domain' as const }, 403, 'wrong_brand_domain'],
    [{ updateBrandMismatch: 'invalid_parameter' as const }, 400, 'invalid_parameter'],
    [{ updateBrandMismatch: 'invalid_parameter' as const, brandedLinks: false }, 400, 'invalid_parameter'],
    [{ brandedLinks: false }, 401, 'wrong_brand_domain'],
  ])('Given %j, When an update names a foreign brand domain, Then %i %s', async (settings, status, error_type) => {
    const api = await givenEmulator(settings);
    await api.create({ shortlink_id: 'abc' });
    const update = { data: { pid: 'sms' }, brand_domain: 'other.example' };
    expect(await api.call('PUT', '/shortlinks/A1b3/abc', update)).toMatchObject({ status, json: { error_type } });
  });

  it('Given GET shows the remaining time, Then ttl is that, and 0 after the expiry', async () => {
    const api = await givenEmulator({ shownTtl: 'remaining' });
    await api.create({ shortlink_id: 'abc', ttl: '1h' });
    const shown = async () => (await api.call('GET', '/shortlinks/A1b3/abc')).json as { ttl: number };
    api.control.moveClock({ advanceMilliseconds: 60_000 });
    expect((await shown()).ttl).toBe(3_540);
    api.control.moveClock({ advanceMilliseconds: 3_600_000 });
    expect((await shown()).ttl).toBe(0);
  });
});

describe('read', () => {
  it('Given a link of 14 days created at noon, Then GET shows its parameters, its expiry and its ttl', async ({
    api,
  }) => {
    await api.create({ shortlink_id: 'abc', ttl: '14d', data: { pid: 'sms', c: '', n: 5, af_sub1: '<b>' } });
    expect((await api.call('GET', '/shortlinks/A1b3/abc')).text).toBe(
      '{"payload":{"pid":"sms","c":"","n":5,"af_sub1":"<b>"},"expiry":"2026-03-24T12:00:00Z","ttl":1209600}',
    );
  });

  it('Given no ttl, Then it is 31 days', async ({ api }) => {
    await api.create({ shortlink_id: 'abc' });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({
      json: { expiry: '2026-04-10T12:00:00Z', ttl: 2_678_400 },
    });
  });
});

describe('update', () => {
  it('Given a link, When it is updated, Then parameters are replaced, not merged', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', data: { pid: 'sms', c: 'spring' } });
    expect(await api.call('PUT', '/shortlinks/A1b3/abc', { data: { pid: 'mail' } })).toMatchObject({
      status: 200,
      json: { shortlink_url: 'https://acme.onelink.me/A1b3/abc' },
    });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ json: { payload: { pid: 'mail' } } });
  });

  it('Given an update that breaks a rule, Then 400, and the link is unchanged', async ({ api }) => {
    await api.create({ shortlink_id: 'abc', ttl: '2d' });
    const broken = { data: { pid: 'mail', af_r: 'badURL' }, ttl: '9d', brand_domain: 'go.acme.example' };
    expect(await api.call('PUT', '/shortlinks/A1b3/abc', broken)).toMatchObject({ status: 400 });
    expect(await api.call('PUT', '/shortlinks/A1b3/abc', '{')).toMatchObject({ status: 400, json: invalidBody });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({
      json: { payload: { pid: 'sms' }, expiry: '2026-03-12T12:00:00Z' },
    });
  });

  it('Given a brand domain, Then the link moves to it and stays there', async ({ api }) => {
    await api.create({ shortlink_id: 'abc' });
    const branded = { json: { shortlink_url: 'https://go.acme.example/A1b3/abc' } };
    const body = { data: { pid: 'sms' } };
    expect(await api.call('PUT', '/shortlinks/A1b3/abc', { ...body, brand_domain: 'go.acme.example' })).toMatchObject(
      branded,
    );
    expect(await api.call('PUT', '/shortlinks/A1b3/abc', body)).toMatchObject(branded);
  });
});

describe('delete', () => {
  it('Given a link, When it is deleted, Then the answer is "ok", the link does not exist, and its ID is free', async ({
    api,
  }) => {
    await api.create({ shortlink_id: 'abc' });
    expect(await api.call('DELETE', '/shortlinks/A1b3/abc')).toMatchObject({ status: 200, text: '"ok"' });
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({ status: 404, json: notFound });
    expect(await api.create({ shortlink_id: 'abc' })).toMatchObject({ status: 200 });
  });
});

describe('quota', () => {
  it('Given the account, Then GET shows the remaining calls', async () => {
    const api = await givenEmulator({ monthlyQuota: 120 });
    const answer = await api.call('GET', '/shortlinks-quota/acc-demo');
    expect(answer).toMatchObject({ status: 200, text: '{"remaining_api_calls":120}' });
  });

  it('Given the quota operation needs no token, Then GET shows the remaining calls without one', async () => {
    const api = await givenEmulator({ monthlyQuota: 120, quotaNeedsToken: false });
    const answer = await api.call('GET', '/shortlinks-quota/acc-demo', undefined, { authorization: '' });
    expect(answer).toMatchObject({ status: 200, text: '{"remaining_api_calls":120}' });
  });

  it('Given another account, Then 404', async ({ api }) => {
    expect(await api.call('GET', '/shortlinks-quota/acc-other')).toMatchObject({ status: 404 });
  });
});

describe('every operation', () => {
  const operations: [string, string][] = [
    ['POST', '/shortlinks/A1b3'],
    ['GET', '/shortlinks/A1b3/abc'],
    ['PUT', '/shortlinks/A1b3/abc'],
    ['DELETE', '/shortlinks/A1b3/abc'],
    ['GET', '/shortlinks/A1b3/abc/qr'],
    ['GET', '/shortlinks-quota/acc-demo'],
  ];
  const onLinks = operations.slice(1, 5);

  it.each(operations)('Given a wrong token, When %s %s, Then 401 authentication_failure', async (method, path) => {
    const api = await givenEmulator();
    for (const authorization of ['wrong', 'Bearer local-token', '']) {
      expect(await api.call(method, path, undefined, { authorization })).toMatchObject({
        status: 401,
        json: {
          error_type: 'authentication_failure',
          message: 'Authentication failed. Use a valid OneLink API token from your security center.',
        },
      });
    }
  });

  it.each(onLinks)('Given no such link, When %s %s, Then 404', async (method, path) => {
    const api = await givenEmulator();
    expect(await api.call(method, path)).toMatchObject({ status: 404, json: notFound });
  });

  it.each(onLinks)('Given a link made elsewhere, When %s %s, Then 400 invalid_source', async (method, path) => {
    const api = await givenEmulator();
    api.control.preload([{ onelinkId: 'A1b3', shortlinkId: 'abc', data: { pid: 'ui' }, api: 'dashboard' }]);
    const body = method === 'PUT' ? { data: { pid: 'sms' } } : undefined;
    expect(await api.call(method, path, body)).toMatchObject({ status: 400, json: invalidSource });
  });

  it('Given the newer texts, Then GET shows a link of the dashboard and PUT still refuses it', async () => {
    const api = await givenEmulator({ crossVersion: 'newer' });
    api.control.preload([{ onelinkId: 'A1b3', shortlinkId: 'abc', data: { pid: 'ui' }, api: 'dashboard' }]);
    expect(await api.call('GET', '/shortlinks/A1b3/abc')).toMatchObject({
      status: 200,
      json: { payload: { pid: 'ui' } },
    });
    expect(await api.call('PUT', '/shortlinks/A1b3/abc', { data: { pid: 'x' } })).toMatchObject({ status: 400 });
  });

  it('Given an unsupported method, Then 405, and for an unknown path 404', async ({ api }) => {
    const answer = await api.call('POST', '/shortlinks/A1b3/abc', {});
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, PUT, DELETE']);
    expect(await api.call('GET', '/api/v3.0/shortlinks/A1b3/abc')).toMatchObject({ status: 404 });
  });

  it.each(['error_type', 'error-type', 'code'] as const)(
    'Given the error key %s, Then errors have it',
    async (errorKey) => {
      const api = await givenEmulator({ errorKey });
      expect((await api.call('GET', '/shortlinks/A1b3/abc')).json).toEqual({
        [errorKey]: 'invalid_parameter',
        message: 'Shortlink not found',
      });
    },
  );
});
