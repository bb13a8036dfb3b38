import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { startConsole } from '../../../../cli/console/server.ts';
import { givenConsole } from '../../../world/given-console.ts';
import { rawHttp } from '../../../world/raw-http.ts';

const json = 'Content-Type: application/json';
const same = 'Sec-Fetch-Site: same-origin';

describe('the first address', () => {
  it('gives the cookie once, and leads to the page without the token', async () => {
    const { first } = await givenConsole();

    const [opened, again] = [await first(), await first()];

    expect(opened.status).toBe(303);
    expect(opened.headers.location).toBe('/');
    expect(opened.headers['set-cookie']).toMatch(
      /^onelink-console-\d+=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(again.status).toBe(401);
    expect(again.headers).not.toHaveProperty('set-cookie');
  });

  it('still leads to the page in the browser that has the cookie', async () => {
    const { port, host, firstPath, signIn } = await givenConsole();
    const cookie = await signIn();

    const again = await rawHttp(port, [`GET ${firstPath} HTTP/1.1`, host, cookie, 'Sec-Fetch-Site: none']);

    expect([again.status, again.headers.location]).toEqual([303, '/']);
    expect(again.headers).not.toHaveProperty('set-cookie');
  });

  it('survives a wrong token, which admits nobody', async () => {
    const { port, host, first } = await givenConsole();

    const guessed = await rawHttp(port, [`GET /?token=${'A'.repeat(43)} HTTP/1.1`, host, 'Sec-Fetch-Site: none']);
    const opened = await first();

    expect([guessed.status, guessed.headers['set-cookie']]).toEqual([401, undefined]);
    expect(opened.status).toBe(303);
  });

  it('has a token that no other path takes', async () => {
    const { port, host, firstPath } = await givenConsole();

    const asked = await rawHttp(port, [`GET ${firstPath.replace('/?', '/api/session?')} HTTP/1.1`, host, same]);

    expect(asked.status).toBe(401);
  });
});

describe('a request without the cookie', () => {
  it.each(['/', '/main.js', '/api/session', '/api/overview', '/api/events', '/api/nothing'])(
    'gets nothing from %s',
    async (path) => {
      const { port, host } = await givenConsole();

      const answer = await rawHttp(port, [`GET ${path} HTTP/1.1`, host, same]);

      expect(answer.status).toBe(401);
      expect(answer.body).toContain('Open the address that the terminal shows.');
    },
  );

  it('is refused with the cookie of another console', async () => {
    const [one, other] = [await givenConsole(), await givenConsole()];
    const cookie = (await one.signIn()).replace(String(one.port), String(other.port));

    const answer = await rawHttp(other.port, ['GET /api/session HTTP/1.1', other.host, same, cookie]);

    expect(answer.status).toBe(401);
  });

  it('is refused with an empty cookie, and with a part of the true one', async () => {
    const { port, host, signIn } = await givenConsole();
    const cookie = await signIn();

    for (const wrong of [`Cookie: onelink-console-${port}=`, cookie.slice(0, -1), `${cookie}A`, 'Cookie: ;;=;']) {
      const answer = await rawHttp(port, ['GET /api/session HTTP/1.1', host, same, wrong]);
      expect(answer.status).toBe(401);
    }
  });
});

describe('another host name (DNS rebinding)', () => {
  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    'localhost',
    '127.0.0.2:PORT',
    '0.0.0.0:PORT',
    '[::1]:PORT',
    'localhost.evil.example:PORT',
    '127.0.0.1:PORT.evil.example',
  ])('is refused as %s, with the cookie and with the first address', async (name) => {
    const { port, firstPath, signIn, first } = await givenConsole();
    const host = `Host: ${name.replace('PORT', String(port))}`;

    const withToken = await rawHttp(port, [`GET ${firstPath} HTTP/1.1`, host, 'Sec-Fetch-Site: none']);
    const cookie = await signIn();
    const withCookie = await rawHttp(port, ['GET /api/session HTTP/1.1', host, same, cookie]);

    expect(withToken.status).toBeGreaterThanOrEqual(400);
    expect(withToken.headers).not.toHaveProperty('set-cookie');
    expect(withCookie.status).toBeGreaterThanOrEqual(400);
    expect(withCookie.body).not.toContain('readOnly');
    expect((await first()).status).toBe(401);
  });

  it('is refused in an absolute address, whatever the header has', async () => {
    const { port, host, signIn } = await givenConsole();
    const cookie = await signIn();

    const answer = await rawHttp(port, ['GET http://evil.example/api/session HTTP/1.1', host, same, cookie]);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain('readOnly');
  });

  it('accepts localhost with the port', async () => {
    const { port, firstPath } = await givenConsole();

    const opened = await rawHttp(port, [
      `GET ${firstPath} HTTP/1.1`,
      `Host: localhost:${port}`,
      'Sec-Fetch-Site: none',
    ]);

    expect(opened.status).toBe(303);
  });
});

describe('another page in the same browser', () => {
  it.each([
    ['another site', ['Sec-Fetch-Site: cross-site']],
    ['another port of this host', ['Sec-Fetch-Site: same-site']],
    ['a browser that does not name the site of the request', []],
    ['another origin', [same, 'Origin: http://evil.example']],
    ['another port as origin', [same, 'Origin: http://127.0.0.1:1']],
    ['a page without an origin', [same, 'Origin: null']],
    ['an address that somebody typed', ['Sec-Fetch-Site: none']],
  ])('reads nothing: %s', async (_, headers) => {
    const { port, host, signIn } = await givenConsole();

    const answer = await rawHttp(port, ['GET /api/session HTTP/1.1', host, ...headers, await signIn()]);

    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('readOnly');
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it.each([
    ['another site', ['Sec-Fetch-Site: cross-site', 'Origin: http://evil.example', json], 403],
    ['another port of this host', ['Sec-Fetch-Site: same-site', 'Origin: http://127.0.0.1:1', json], 403],
    ['no origin', [same, json], 403],
    ['no site', ['OWN', json], 403],
    ['a form', [same, 'OWN', 'Content-Type: application/x-www-form-urlencoded'], 415],
    ['a form of text', [same, 'OWN', 'Content-Type: text/plain'], 415],
    ['a form with JSON in its type', [same, 'OWN', 'Content-Type: text/plain; application/json'], 415],
    ['no content type', [same, 'OWN'], 415],
  ])('does nothing: %s', async (_, headers, status) => {
    const { port, host, origin, signIn } = await givenConsole();
    const head = headers.map((line) => (line === 'OWN' ? origin : line));

    const answer = await rawHttp(port, ['POST /api/acts HTTP/1.1', host, ...head, await signIn()], '{}');

    expect(answer.status).toBe(status);
  });

  it('states that a typed address is no page', async () => {
    const { port, host, signIn } = await givenConsole();

    const answer = await rawHttp(port, ['GET /usage HTTP/1.1', host, 'Sec-Fetch-Site: none', await signIn()]);

    expect(answer.status).toBe(404);
    expect(answer.body).toContain('No page of the console has this address.');
  });

  it('opens the page by no link of its own', async () => {
    const { port, host, signIn } = await givenConsole();

    const answer = await rawHttp(port, ['GET / HTTP/1.1', host, 'Sec-Fetch-Site: cross-site', await signIn()]);

    expect(answer.status).toBe(403);
  });

  it.each(['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'TRACE'])('gets no answer to %s', async (method) => {
    const { port, host, origin, signIn } = await givenConsole();

    const answer = await rawHttp(port, [`${method} /api/session HTTP/1.1`, host, same, origin, await signIn()]);

    expect(answer.status).toBe(405);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

describe('every answer', () => {
  it.each([
    ['the page', '/', 200],
    ['an answer of the API', '/api/session', 200],
    ['nothing', '/api/nothing', 404],
    ['a path outside the page', '/../package.json', 404],
    ['an encoded path outside the page', '/%2e%2e/package.json', 404],
  ])('forbids frames, scripts of others and caches: %s', async (_, path, status) => {
    const { get } = await givenConsole();

    const answer = await get(path);

    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  });

  it('has these headers when it refuses', async () => {
    const { port } = await givenConsole();

    const answer = await rawHttp(port, ['GET / HTTP/1.1', 'Host: evil.example']);

    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });
});

describe('a body', () => {
  it('that is not JSON gets a fault without its text', async () => {
    const { port, host, origin, signIn } = await givenConsole();
    const head = ['POST /api/links/find HTTP/1.1', host, same, origin, json, await signIn()];

    const answer = await rawHttp(port, head, '{"link": "https://acme.onelink.me/A1b3/hidden"');

    expect(answer.status).toBe(400);
    expect(answer.body).not.toContain('hidden');
  });

  it('with a fault gets its path, and no value', async () => {
    const { post } = await givenConsole();

    const answer = await post('/api/links/find', { by: 'link', link: 'A1b3/hidden', token: 'hidden' });

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).words).toContain('a field that the console does not know');
    expect(answer.body).not.toContain('hidden');
  });

  it('above 1 MB is refused', async () => {
    const { post } = await givenConsole();

    const answer = await post('/api/links/find', { by: 'link', link: 'x'.repeat(1024 * 1024) });

    expect(answer.status).toBe(400);
  });
});

it('listens on loopback only', async () => {
  const { port } = await givenConsole();
  const others = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');

  const reached = await Promise.all(
    others.map(
      ({ address }) =>
        new Promise<boolean>((resolve) => {
          const socket = connect(port, address);
          socket.once('connect', () => resolve(true));
          socket.once('error', () => resolve(false));
          socket.once('close', () => resolve(false));
        }),
    ),
  );

  expect(reached).toEqual(others.map(() => false));
});

it('refuses a port in use in words', async () => {
  const { port } = await givenConsole();
  const options = {
    choose: () => undefined as never,
    local: true,
    readOnly: false,
    page: async () => new Map(),
    print: () => {},
  };

  await expect(startConsole({ ...options, port })).rejects.toThrow(
    `The port ${port} cannot be used (EADDRINUSE). Name another one with --port.`,
  );
});

it('shows what to do while there is no pipeline', async () => {
  const { get } = await givenConsole();

  const { status, body } = await get('/api/session');

  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject({
    local: true,
    readOnly: false,
    problems: [{ code: 'unavailable', words: 'There is no local run.', do: ['npm start -- --keep'] }],
  });
});
