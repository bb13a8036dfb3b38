import { test as base, describe, expect } from 'vitest';
import { givenEmulator } from './given-emulator.ts';

const it = base.extend('api', () => givenEmulator());

const shortUrl = { status: 200, text: '"https://acme.onelink.me/A1b3/abc"' };
const invalidLink = { status: 400, text: '"Subdomain undefined / Invalid Shortlink ID"' };
const noData = { status: 400, text: '"Invalid/no data in request"' };
const tooLong = { status: 400, text: '"Data sent exceeds limit"' };
const unauthorized = { status: 401, text: '"Authentication Failed"' };
const notFound = { status: 404, text: '"Not Found"' };
const body = { data: { pid: 'sms' } };

describe('create in v1.0', () => {
  it('Given an id, When a link is created, Then the answer is its short URL as a JSON string', async ({ api }) => {
    const answer = await api.v1('POST', 'abc', body);
    expect(answer).toMatchObject(shortUrl);
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it('Given no id, When a link is created, Then it gets eight lower-case letters and digits', async ({ api }) => {
    expect((await api.v1('POST', undefined, body)).text).toMatch(/^"https:\/\/acme\.onelink\.me\/A1b3\/[a-z0-9]{8}"$/);
  });

  it('Given data as a JSON string, Then the link equals that of the object', async ({ api }) => {
    expect(await api.v1('POST', 'abc', { data: '{"pid":"sms","c":"spring"}' })).toMatchObject(shortUrl);
    expect((await api.v1('GET', 'abc')).text).toBe('{"pid":"sms","c":"spring"}');
  });

  it('Given a brand domain of the template, Then it replaces the host', async ({ api }) => {
    const branded = { ...body, brand_domain: 'go.acme.example' };
    expect((await api.v1('POST', 'abc', branded)).text).toBe('"https://go.acme.example/A1b3/abc"');
  });

  it.each([
    [{}, 400],
    [{ v1TakenId: 409 as const }, 409],
  ])('Given the settings %j and a taken ID, Then %i, and the call costs quota', async (settings, status) => {
    const api = await givenEmulator({ monthlyQuota: 10, ...settings });
    await api.v1('POST', 'abc', body);
    expect(await api.v1('POST', 'abc', body)).toMatchObject({ status, text: '"Shortlink ID already in use"' });
    expect(api.control.stats().quota).toMatchObject({ used: 2, remaining: 8 });
    expect(await api.v1('POST', 'ABC', body)).toMatchObject({ status: 200 });
  });

  it('Given an ID that a link of v2.0 has, Then it is taken, and so the other way round', async ({ api }) => {
    await api.create({ shortlink_id: 'abc' });
    expect(await api.v1('POST', 'abc', body)).toMatchObject({ status: 400, text: '"Shortlink ID already in use"' });
    await api.v1('POST', 'xyz', body);
    expect(await api.create({ shortlink_id: 'xyz' })).toMatchObject({ status: 409 });
  });

  it.each([[''], ['{'], ['[]'], ['"text"'], ['{}'], ['{"data":7}'], ['{"data":{}}'], ['{"data":"no JSON"}']])(
    'Given the body %j, Then 400, and it costs no quota',
    async (text) => {
      const api = await givenEmulator();
      expect(await api.v1('POST', 'abc', text)).toMatchObject(noData);
      expect(api.control.stats()).toMatchObject({ links: { made: 0 }, quota: { used: 0 } });
    },
  );

  it.each([
    [{ data: { pid: ['sms'] } }],
    [{ ...body, ttl: null }],
    [{ ...body, renew_ttl: 'false' }],
    [{ ...body, brand_domain: 7 }],
  ])('Given %j, which has a value of a wrong type, Then 400', async (asked) => {
    const api = await givenEmulator();
    expect(await api.v1('POST', 'abc', asked)).toMatchObject(noData);
  });

  it.each([
    ['mandatory' as const, noData],
    ['optional' as const, shortUrl],
  ])('Given pid is %s, When data has none, Then %j', async (v1Pid, answer) => {
    const api = await givenEmulator({ v1Pid });
    expect(await api.v1('POST', 'abc', { data: { c: 'spring' } })).toMatchObject(answer);
  });

  it('Given 2,048 characters of query string, Then the link is created, and with one more 400', async ({ api }) => {
    // pid=sms&x=… has ten characters beside the value.
    expect(await api.v1('POST', 'abc', { data: { pid: 'sms', x: 'a'.repeat(2038) } })).toMatchObject(shortUrl);
    expect(await api.v1('POST', 'abd', { data: { pid: 'sms', x: 'a'.repeat(2039) } })).toMatchObject(tooLong);
  });

  it('Given values that v2.0 refuses, Then v1.0 takes them', async ({ api }) => {
    expect(await api.v1('POST', 'abc', { data: { pid: 'sms', af_r: 'badURL', c: 'x'.repeat(101) } })).toMatchObject(
      shortUrl,
    );
  });

  it('Given an unknown template, Then 400, even with a broken body', async ({ api }) => {
    expect(await api.call('POST', '/shortlink/v1/zzzz?id=abc', '{')).toMatchObject(invalidLink);
  });

  it.each([['x'.repeat(51)], ['a b'], [''], ['ä']])('Given the id %j, Then 400', async (id) => {
    const api = await givenEmulator();
    expect(await api.v1('POST', id, body)).toMatchObject(invalidLink);
  });

  it.each([[{}], [{ brandedLinks: false }]])('Given %j and a brand domain of nobody, Then 400', async (settings) => {
    const api = await givenEmulator(settings);
    expect(await api.v1('POST', 'abc', { ...body, brand_domain: 'other.example' })).toMatchObject(invalidLink);
  });

  it('Given the feature is off, Then 403 with a JSON string', async () => {
    const api = await givenEmulator({ featureEnabled: false });
    expect(await api.v1('POST', 'abc', body)).toMatchObject({
      status: 403,
      json: expect.stringContaining('OneLink API is not enabled for this account.'),
    });
  });
});

describe('read in v1.0', () => {
  it('Given a link, Then GET shows its parameters, and neither expiry nor TTL', async ({ api }) => {
    await api.v1('POST', 'abc', { data: { pid: 'sms', c: '', n: 5 }, ttl: '14d' });
    expect(await api.v1('GET', 'abc')).toMatchObject({ status: 200, text: '{"pid":"sms","c":"","n":5}' });
  });

  it('Given the answer is a string, Then GET shows the JSON of the parameters in one', async () => {
    const api = await givenEmulator({ v1ReadAnswer: 'string' });
    await api.v1('POST', 'abc', body);
    expect(await api.v1('GET', 'abc')).toMatchObject({ status: 200, text: '"{\\"pid\\":\\"sms\\"}"' });
  });

  it('Given reserved characters in names and values, Then encoded ones stay, and the others are blanks', async ({
    api,
  }) => {
    await api.v1('POST', 'abc', { data: { pid: 'sms', 'a/b': 'https://x.example/1', deep: 'x%2Fy%252Fz 100%' } });
    expect((await api.v1('GET', 'abc')).json).toEqual({
      pid: 'sms',
      'a b': 'https   x.example 1',
      deep: 'x%2Fy%252Fz 100%',
    });
  });

  it('Given GET decodes values, Then encoded characters come back decoded once', async () => {
    const api = await givenEmulator({ v1ShownValues: 'decoded' });
    await api.v1('POST', 'abc', { data: { pid: 'sms', 'a%2Fb': 'x', deep: 'x%2Fy%252Fz 100% %C3%A4' } });
    expect((await api.v1('GET', 'abc')).json).toEqual({ pid: 'sms', 'a/b': 'x', deep: 'x/y%2Fz 100% ä' });
  });
});

describe('update in v1.0', () => {
  it('Given a link, When it is updated, Then parameters are replaced, not merged', async ({ api }) => {
    await api.v1('POST', 'abc', { data: { pid: 'sms', c: 'spring' } });
    expect(await api.v1('PUT', 'abc', { data: { pid: 'mail' } })).toMatchObject(shortUrl);
    expect((await api.v1('GET', 'abc')).json).toEqual({ pid: 'mail' });
  });

  it('Given a brand domain, Then the link moves to it and stays there', async ({ api }) => {
    await api.v1('POST', 'abc', body);
    const branded = '"https://go.acme.example/A1b3/abc"';
    expect((await api.v1('PUT', 'abc', { ...body, brand_domain: 'go.acme.example' })).text).toBe(branded);
    expect((await api.v1('PUT', 'abc', body)).text).toBe(branded);
  });

  it('Given an update that breaks a rule, Then 400, and the link is unchanged', async ({ api }) => {
    await api.v1('POST', 'abc', body);
    const long = { data: { pid: 'mail', x: 'a'.repeat(2048) } };
    expect(await api.v1('PUT', 'abc', { ...long, brand_domain: 'go.acme.example' })).toMatchObject(tooLong);
    expect(await api.v1('PUT', 'abc', '{')).toMatchObject(noData);
    expect((await api.v1('GET', 'abc')).json).toEqual({ pid: 'sms' });
  });
});

describe('delete in v1.0', () => {
  it('Given a link, When it is deleted, Then the answer is "ok", the link is gone, and its ID is free', async ({
    api,
  }) => {
    await api.v1('POST', 'abc', body);
    expect(await api.v1('DELETE', 'abc')).toMatchObject({ status: 200, text: '"ok"' });
    expect(await api.v1('GET', 'abc')).toMatchObject(notFound);
    expect(await api.v1('POST', 'abc', body)).toMatchObject({ status: 200 });
  });
});

describe('every operation of v1.0', () => {
  const methods = [['POST'], ['GET'], ['PUT'], ['DELETE']];
  const onLinks = methods.slice(1);

  it.each(methods)('Given a wrong token, When %s, Then 401', async (method) => {
    const api = await givenEmulator();
    for (const authorization of ['wrong', 'Bearer local-token', '']) {
      const answer = await api.call(method ?? '', '/shortlink/v1/A1b3?id=abc', undefined, { authorization });
      expect(answer).toMatchObject(unauthorized);
    }
  });

  it.each(onLinks)('Given no such link, When %s, Then 404', async (method) => {
    const api = await givenEmulator();
    expect(await api.v1(method ?? '', 'abc')).toMatchObject(notFound);
  });

  it.each(onLinks)('Given no id, an id that cannot exist or an unknown template, When %s, Then 400', async (method) => {
    const api = await givenEmulator();
    expect(await api.v1(method ?? '')).toMatchObject(invalidLink);
    expect(await api.v1(method ?? '', 'a b')).toMatchObject(invalidLink);
    expect(await api.call(method ?? '', '/shortlink/v1/zzzz?id=abc')).toMatchObject(invalidLink);
  });

  it('Given another method, Then 405, and for the path of a QR code 404', async ({ api }) => {
    const answer = await api.v1('PATCH', 'abc');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, GET, PUT, DELETE']);
    expect(await api.call('GET', '/shortlink/v1/A1b3/abc/qr')).toMatchObject({
      status: 404,
      text: '"No such endpoint"',
    });
  });

  it('Given a fault of the API’s own words, When its call is of v1.0, Then it has a JSON string', async ({ api }) => {
    const answers = [];
    for (const status of [400, 401, 404, 409, 429, 503]) {
      api.control.addFaults({ kind: 'status', status, api: 'v1.0' });
      expect(await api.create()).toMatchObject({ status: 200 });
      const answer = await api.v1('POST', 'abc', body);
      answers.push([answer.status, answer.json]);
    }
    expect(answers).toEqual([
      [400, 'Bad request'],
      [401, 'Authentication Failed'],
      [404, 'Not Found'],
      [409, 'Shortlink ID already in use'],
      [429, 'Rate limit exceeded'],
      [503, 'Internal server error'],
    ]);
    api.control.addFaults({ kind: 'status', status: 429, message: 'API call failed on throttle limit' });
    expect((await api.v1('DELETE', 'abc')).text).toBe('"API call failed on throttle limit"');
    api.control.addFaults({ kind: 'reset-before', shortlinkId: 'abc', operation: 'create' });
    await expect(api.v1('POST', 'abc', body)).rejects.toThrow();
  });
});
