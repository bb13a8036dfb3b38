import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { bearer, call, json, openApiBench, sharedApi, socketTo, untilClosed } from './fixture.ts';

const shared = sharedApi();

test('a request has 10 MB and a head of 10,240 bytes at most', async () => {
  const { url } = shared;
  const status = async (given: Parameters<typeof call>[3]) => (await call(url, 'POST', '/nowhere', given)).status;

  const whole = await call(url, 'POST', '/open/a', { body: Buffer.alloc(10 * 1024 * 1024 + 1, 32) });
  expect([whole.status, json(whole)]).toEqual([413, { message: 'Request Too Long' }]);
  // In chunks, its length is not known before
  const { hostname, port } = new URL(url);
  const chunked = request({ hostname, port, method: 'POST', path: '/live/open/a' });
  chunked.on('error', () => {});
  const answered = once(chunked, 'response');
  for (let each = 0; each < 11; each++) chunked.write(Buffer.alloc(1024 * 1024, 32));
  const [late] = await answered;
  expect(late.statusCode).toBe(413);
  chunked.destroy();
  // The target and the values of headers count, not their names
  const head = (length: number) => status({ headers: [['X-Long', 'x'.repeat(length)]] });
  expect(await head(9_000)).toBe(403);
  expect(await head(10_300)).toBe(431);
  expect(await head(60_000)).toBe(431);
});

test('connections stay open, and a thousand clients at once get their answers', async () => {
  const { url } = shared;
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
  onTestFinished(() => agent.destroy());
  const statusOf = async () => {
    const { hostname, port, pathname } = new URL(url);
    const sent = request({ hostname, port, path: `${pathname}/page`, agent }).end();
    const [response] = await once(sent, 'response');
    for await (const _ of response);
    return `${response.statusCode} ${sent.reusedSocket}`;
  };

  const first = await Promise.all(Array.from({ length: 1_000 }, statusOf));
  expect(new Set(first)).toEqual(new Set(['200 false']));
  expect(await statusOf()).toBe('200 true');
});

test('a client that pauses within a request is cut off, and holds up nobody', async () => {
  // Given an API that waits for a client for a quarter of a second
  const bench = await openApiBench();
  const { url } = await bench.open({ apiIdleSeconds: 0.25 });
  const slow = await socketTo(url);
  const slower = await socketTo(url);
  const cutOff = untilClosed(slow);
  const cutOffEarlier = untilClosed(slower);

  // When a client stops within its body, and another within its headers
  slow.write('POST /live/open/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"part":');
  slower.write('POST /live/open/a HTTP/1.1\r\nHost:');

  // Then others have their answers, and these two a time-out
  expect((await call(url, 'GET', '/page')).status).toBe(200);
  expect(await cutOff).toMatch(/^HTTP\/1\.1 408 /);
  expect(await cutOffEarlier).toMatch(/^HTTP\/1\.1 408 /);
  // And a function may take longer than the pause
  expect((await call(url, 'POST', '/open/a', { body: '{}' })).status).toBe(200);
});

test('broken requests are refused one by one, and the server goes on', async () => {
  const { url } = shared;
  const refusal = async (text: string) => {
    const socket = await socketTo(url);
    const answer = untilClosed(socket);
    socket.write(text, 'latin1');
    return (await answer).split('\r\n')[0];
  };

  const host = 'Host: a\r\n';
  const broken = [
    'nonsense\r\n\r\n',
    'GET /live/page\r\n\r\n',
    `GET live/page HTTP/1.1\r\n${host}\r\n`,
    `GET /live/page HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `POST /live/open/a HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`,
    `POST /live/open/a HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `GET /live/page HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n`,
    `GET /live/pa\0ge HTTP/1.1\r\n${host}\r\n`,
    `CONNECT example.com:443 HTTP/1.1\r\n${host}\r\n`,
    'GET /live/page HTTP/1.1\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01',
  ];
  const answers: (string | undefined)[] = [];
  for (const text of broken) answers.push(await refusal(text));
  expect(answers).toEqual(broken.map(() => 'HTTP/1.1 400 Bad Request'));
  // And clients that go away in the middle harm nobody
  for (const text of [
    `POST /live/open/a HTTP/1.1\r\n${host}Content-Length: 9\r\n\r\n{`,
    `GET /live/open/a HTTP/1.1\r\n${host}\r\n`,
  ]) {
    const socket = await socketTo(url);
    socket.write(text);
    socket.resetAndDestroy();
  }
  expect((await call(url, 'GET', '/v1/a', { headers: [bearer('good-0001')] })).status).toBe(200);
});

test('a whole URL as target, HTTP/1.0 and an upgrade are answered as requests', async () => {
  const { url } = shared;
  const first = async (text: string) => {
    const socket = await socketTo(url);
    const answer = untilClosed(socket);
    socket.write(text);
    return (await answer).split('\r\n')[0];
  };
  const close = 'Host: a\r\nConnection: close\r\n';

  expect(await first(`GET http://example.com/live/page HTTP/1.1\r\n${close}\r\n`)).toBe('HTTP/1.1 200 OK');
  expect(await first('GET /live/page HTTP/1.0\r\n\r\n')).toBe('HTTP/1.1 200 OK');
  expect(await first(`OPTIONS * HTTP/1.1\r\n${close}\r\n`)).toBe('HTTP/1.1 400 Bad Request');
  expect(
    await first(`GET /live/page HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n`),
  ).toBe('HTTP/1.1 200 OK');
});
