import { afterEach, test as base, describe, expect, vi } from 'vitest';
import { startOneLinkApi } from '../../../../local/onelink-api/server.ts';
import { givenEmulator } from './given-emulator.ts';
import { rawRequest, sendRaw } from './given-socket.ts';

const it = base.extend('api', () => givenEmulator());

const create = '/api/v2.0/shortlinks/A1b3';
const invalidBody = {
  status: 400,
  body: '{"error_type":"invalid_parameter","message":"Generating shortlink failed, invalid request body"}',
};
const badRequest = { status: 400, body: '{"error_type":"invalid_parameter","message":"Bad request"}' };
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a hostile body', () => {
  it.each([
    [`Parameter 'x' has an invalid value: '{"toString":null}'`, '{"data":{"pid":"p","x":{"toString":null}}}'],
    [`Parameter 'pid' has an invalid value`, '{"data":{"pid":{"valueOf":1,"toString":2}}}'],
    [`Parameter '__proto__' has an invalid value: '{"pid":"q"}'`, '{"data":{"pid":"p","__proto__":{"pid":"q"}}}'],
    [`Parameter 'x' has an invalid value: '[]'`, '{"data":{"pid":"p","x":[]}}'],
    [`Parameter 'pid' has an invalid value: ''`, '{"data":{"__proto__":"p"}}'],
    [`Parameter 'x' has an invalid value: '[[`, `{"data":{"pid":"p","x":${deep(200)}}}`],
    [`Parameter 'shortlink_id' has an invalid value: '[[`, `{"data":{"pid":"p"},"shortlink_id":${deep(5_000)}}`],
    [`Parameter 'renew_ttl' has an invalid value: '[[`, `{"data":{"pid":"p"},"renew_ttl":${deep(100_000)}}`],
    [`Parameter 'brand_domain' has an invalid value: '{`, '{"data":{"pid":"p"},"brand_domain":{"toString":null}}'],
  ])('Given such a value, Then 400 with the message: %s', async (message, body) => {
    const api = await givenEmulator();
    const answer = await api.call('POST', '/shortlinks/A1b3', body);
    expect(answer).toMatchObject({ status: 400, json: { error_type: 'invalid_parameter' } });
    expect((answer.json as { message: string }).message).toContain(message);
  });

  it('Given arrays 5,000 deep in data, Then 400 limit_exceeded', async ({ api }) => {
    const body = `{"data":{"pid":"p","x":${deep(5_000)}}}`;
    for (const [method, path] of [
      ['POST', '/shortlinks/A1b3'],
      ['PUT', '/shortlinks/A1b3/abc'],
    ] as const) {
      if (method === 'PUT') await api.create({ shortlink_id: 'abc' });
      expect(await api.call(method, path, body)).toMatchObject({ status: 400, json: { error_type: 'limit_exceeded' } });
    }
  });

  it.each([
    ['arrays 500,000 deep', Buffer.from(deep(500_000))],
    ['a list of the right thing', Buffer.from('[{"data":{"pid":"p"}}]')],
    ['half of a body', Buffer.from('{"data":{"pid":"p"')],
    ['a form', Buffer.from('data=%7B%22pid%22%3A%22p%22%7D')],
    ['a byte order mark', Buffer.from('\ufeff{"data":{"pid":"p"}}')],
    ['a byte that is not UTF-8', Buffer.from('{"data":{"pid":"caf\xe9"}}', 'latin1')],
    ['UTF-16', Buffer.from('{"data":{"pid":"p"}}', 'utf16le')],
    ['zero bytes', Buffer.from('{"data":{"pid":"p"}}\0\0')],
    ['data that is a string of a string', Buffer.from(JSON.stringify({ data: JSON.stringify('{"pid":"p"}') }))],
    ['data that is null', Buffer.from('{"data":null}')],
  ])('Given %s, Then it is an invalid body', async (_, body) => {
    const api = await givenEmulator();
    expect(await sendRaw(api.port, rawRequest(`POST ${create}`, body))).toMatchObject([invalidBody]);
    expect(api.control.stats().links.made).toBe(0);
  });

  it('Given a body beyond the configured limit, Then it is invalid, and with one byte less it is valid', async () => {
    const api = await givenEmulator({ maxBodyBytes: 22 });
    expect(await api.call('POST', '/shortlinks/A1b3', '{"data":{"pid":"sms"}}')).toMatchObject({ status: 200 });
    expect(await api.call('POST', '/shortlinks/A1b3', '{"data":{"pid":"sms"}} ')).toMatchObject({ status: 400 });
  });

  it('Given a body in chunks, Then it is one body', async ({ api }) => {
    const head = `POST ${create} HTTP/1.1\r\nhost: x\r\nauthorization: local-token\r\ntransfer-encoding: chunked\r\n\r\n`;
    const chunks = '10\r\n{"data":{"pid":"\r\n6\r\nsms"}}\r\n0\r\n\r\n';
    expect(await sendRaw(api.port, head + chunks)).toMatchObject([{ status: 200 }]);
  });
});

describe('null', () => {
  it.each([
    ['shortlink_id', { shortlink_id: null }],
    ['ttl', { ttl: null }],
    ['renew_ttl', { renew_ttl: null }],
    ['brand_domain', { brand_domain: null }],
    ['pid', { data: { pid: null } }],
    ['af_sub1', { data: { pid: 'sms', af_sub1: null } }],
  ])('Given %s is null, Then 400 names it, or with that setting the field counts as left out', async (name, body) => {
    const api = await givenEmulator();
    const answer = await api.create(body);
    expect(answer).toMatchObject({ status: 400, json: { error_type: 'invalid_parameter' } });
    expect((answer.json as { message: string }).message).toContain(`Parameter '${name}' has an invalid value: 'null'`);

    api.control.changeSettings({ nulls: 'leave-out' });
    expect(await api.create(body)).toMatchObject({ status: name === 'pid' ? 400 : 200 });
  });
});

describe('numbers', () => {
  it('Given numbers beyond JavaScript’s precision, Then GET and the dump return them as written', async ({ api }) => {
    const data = '{"pid":"sms","n":1610521604143693812,"price":0.1000,"e":1E5,"z":-0}';
    await api.call('POST', '/shortlinks/A1b3', `{"shortlink_id":"abc","data":${data}}`);
    expect((await api.call('GET', '/shortlinks/A1b3/abc')).text).toContain(`"payload":${data},`);
    expect((await api.call('GET', '/__emulator/links')).text).toContain(`"payload":${data},`);
    expect((await api.call('GET', '/A1b3/abc')).headers.get('location')).toContain(
      'n=1610521604143693812&price=0.1000',
    );

    await api.call('PUT', '/shortlinks/A1b3/abc', JSON.stringify({ data }));
    expect((await api.call('GET', '/shortlinks/A1b3/abc')).text).toContain(`"payload":${data},`);
  });
});

describe('a connection', () => {
  it('Given pipelined requests, Then the emulator performs and answers them in order', async () => {
    const api = await givenEmulator({ latencyMilliseconds: 5, latencyJitterMilliseconds: 20 });
    const link = `${create}/abc`;
    const pipelined = Buffer.concat([
      rawRequest(`POST ${create}`, '{"shortlink_id":"abc","data":{"pid":"one"}}'),
      rawRequest(`GET ${link}`),
      rawRequest(`PUT ${link}`, '{"data":{"pid":"two"}}'),
      rawRequest(`GET ${link}`),
      rawRequest(`DELETE ${link}`),
      rawRequest(`GET ${link}`),
      rawRequest('PATCH /nowhere'),
    ]);
    const answers = await sendRaw(api.port, pipelined, { answers: 7 });
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 404, 405]);
    expect(answers[1]?.body).toContain('"pid":"one"');
    expect(answers[3]?.body).toContain('"pid":"two"');
  });

  it('Given nonsense after a request, Then the request gets its answer first, and the nonsense a 400', async () => {
    const api = await givenEmulator({ latencyMilliseconds: 20 });
    const bytes = Buffer.concat([rawRequest(`GET ${create}/abc`), Buffer.from('nonsense\r\n\r\n')]);
    expect(await sendRaw(api.port, bytes, { answers: 2 })).toMatchObject([{ status: 404 }, badRequest]);
  });

  it('Given a client that ends its side after its request, Then it still gets its answer', async () => {
    const api = await givenEmulator({ latencyMilliseconds: 20 });
    const request = rawRequest(`POST ${create}`, '{"data":{"pid":"sms"}}');
    expect(await sendRaw(api.port, request, { endsItsSide: true })).toMatchObject([{ status: 200 }]);
  });

  it.each([
    [
      'a body that ends too early',
      `POST ${create} HTTP/1.1\r\nhost: x\r\nauthorization: local-token\r\ncontent-length: 99\r\n\r\n{"da`,
    ],
    ['a head that ends too early', `POST ${create} HTTP/1.1\r\nhost: x\r\nauth`],
    [
      'a chunk without a numeric length',
      `POST ${create} HTTP/1.1\r\nhost: x\r\nauthorization: local-token\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
    ],
  ])('Given %s, Then 400', async (_, bytes) => {
    const api = await givenEmulator();
    expect(await sendRaw(api.port, bytes, { endsItsSide: true })).toMatchObject([badRequest]);
    expect(api.control.stats().links.made).toBe(0);
  });

  it.each([
    ['anything but HTTP', 'hello\r\n\r\n', 400],
    ['HTTP/2 without an upgrade', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['no host', `GET ${create}/abc HTTP/1.1\r\n\r\n`, 400],
    ['two lengths', `POST ${create} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`, 400],
    ['a length that is not a number', `POST ${create} HTTP/1.1\r\nhost: x\r\ncontent-length: two\r\n\r\n{}`, 400],
    ['a negative length', `POST ${create} HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n`, 400],
    [
      'a length and chunks',
      `POST ${create} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'a header of 100,000 characters',
      `GET ${create}/abc HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`,
      431,
    ],
    ['a path of 100,000 characters', `GET ${create}/${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    [
      'a control character in a header',
      `GET ${create}/abc HTTP/1.1\r\nhost: x\r\nauthorization: local\x00-token\r\n\r\n`,
      400,
    ],
    ['a space in the path', `GET ${create}/a b HTTP/1.1\r\nhost: x\r\n\r\n`, 400],
    ['CONNECT', 'CONNECT acme.example:443 HTTP/1.1\r\nhost: acme.example:443\r\n\r\n', 405],
    ['TRACE', `TRACE ${create}/abc HTTP/1.1\r\nhost: x\r\n\r\n`, 405],
    ['OPTIONS of everything', 'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n', 405],
    ['an unknown method', `BREW ${create}/abc HTTP/1.1\r\nhost: x\r\n\r\n`, 400],
    [
      'an unknown expectation',
      `POST ${create} HTTP/1.1\r\nhost: x\r\nexpect: a-miracle\r\ncontent-length: 0\r\n\r\n`,
      417,
    ],
    ['an upgrade', `GET ${create}/abc HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`, 401],
    [
      'two tokens',
      `GET ${create}/abc HTTP/1.1\r\nhost: x\r\nauthorization: local-token\r\nauthorization: other\r\n\r\n`,
      401,
    ],
    ['invalid escapes', `GET ${create}/%zz%e0%a4%a HTTP/1.1\r\nhost: x\r\nauthorization: local-token\r\n\r\n`, 404],
    ['an escaped zero byte', `GET ${create}/abc%00 HTTP/1.1\r\nhost: x\r\nauthorization: local-token\r\n\r\n`, 404],
    [
      'a template with the name of an object’s property',
      `POST /api/v2.0/shortlinks/__proto__ HTTP/1.1\r\nhost: x\r\nauthorization: local-token\r\ncontent-length: 2\r\n\r\n{}`,
      404,
    ],
  ])('Given %s, Then it is refused', async (_, bytes, status) => {
    const api = await givenEmulator();
    expect(await sendRaw(api.port, bytes)).toMatchObject([{ status }]);
    expect(await api.create()).toMatchObject({ status: 200 });
  });

  it('Given an absolute URL as the target, Then its path counts, and its host overrides the header', async ({
    api,
  }) => {
    await api.create({ shortlink_id: 'abc' });
    const read = rawRequest(`GET http://127.0.0.1:${api.port}${create}/abc`);
    expect(await sendRaw(api.port, read)).toMatchObject([{ status: 200 }]);
    const click = rawRequest('GET https://globex.onelink.me/A1b3/abc');
    expect(await sendRaw(api.port, click)).toMatchObject([{ status: 404 }]);
  });

  it('Given a client that disconnects during a slow body, Then the emulator keeps running', async ({ api }) => {
    api.control.addFaults({ kind: 'slow-body', milliseconds: 60 });
    const leaving = AbortSignal.timeout(20);
    const left = fetch(`${api.baseUrl}/shortlinks/A1b3/abc`, {
      headers: { authorization: 'local-token' },
      signal: leaving,
    }).then((response) => response.text());
    await expect(left).rejects.toThrow('timeout');
    expect(await api.call('GET', '/shortlinks-quota/acc-demo')).toMatchObject({ status: 200 });
  });
});

describe('an exception in the emulator', () => {
  it.each([['POST'], ['PUT'], ['GET']])(
    'When %s, Then the answer is 500 with a stack trace, and stderr has it too',
    async (method) => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
      let isBroken = false;
      const api = await startOneLinkApi({
        time: {
          wallMilliseconds: () => {
            if (isBroken) throw new Error('the clock is broken');
            return 0;
          },
        },
      });
      api.control.preload([{ onelinkId: 'A1b3', shortlinkId: 'abc', data: { pid: 'ui' } }]);
      isBroken = true;
      const path = method === 'POST' ? create : `${create}/abc`;
      const [answer] = await sendRaw(
        api.port,
        rawRequest(`${method} ${path}`, method === 'GET' ? '' : '{"data":{"pid":"p"}}'),
      );
      await api.close();
      expect(answer?.status).toBe(500);
      expect(answer?.body).toMatch(/Error: the clock is broken\n {4}at .*hostile\.test\.ts/);
      expect(logged).toHaveBeenCalledExactlyOnceWith(
        expect.any(String),
        expect.objectContaining({ stack: expect.any(String) }),
      );
    },
  );
});
