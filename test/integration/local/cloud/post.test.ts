import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { post } from '../../../../local/cloud/notifications/post.ts';

const message = { body: '{"a":1}', headers: { 'content-type': 'text/plain; charset=UTF-8' } };

/** A server whose answer is any bytes. It answers the first bytes of a request. */
async function givenServer(answer: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const head = (status: string, ...lines: string[]) => [`HTTP/1.1 ${status}`, ...lines, '', ''].join('\r\n');

test.each([
  ['200', 'delivered'],
  ['204', 'delivered'],
  ['299', 'delivered'],
  ['429', 'failed'],
  ['500', 'failed'],
  ['503', 'failed'],
  ['599', 'failed'],
  ['301', 'refused'],
  ['307', 'refused'],
  ['400', 'refused'],
  ['403', 'refused'],
  ['410', 'refused'],
] as const)('an answer of %s means: %s', async (status, result) => {
  const url = await givenServer((socket) =>
    socket.write(head(`${status} Words`, 'Location: http://127.0.0.1:1/', 'Content-Length: 0')),
  );
  expect(await post(url, message, 5_000)).toEqual({ result, reason: status });
});

test.each<[string, (socket: Socket) => void]>([
  ['closes the connection', (socket) => socket.end()],
  ['resets the connection', (socket) => socket.resetAndDestroy()],
  ['sends no HTTP', (socket) => socket.end('\u0000rubbish\r\n\r\n')],
  ['sends a status that is no number', (socket) => socket.end('HTTP/1.1 OK fine\r\n\r\n')],
  ['sends a header that never ends', (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`)],
  ['changes the protocol', (socket) => socket.write(head('101 Switching', 'Upgrade: rubbish', 'Connection: Upgrade'))],
  ['breaks off in its body', (socket) => socket.end(`${head('200 OK', 'Content-Length: 10')}abc`)],
])('a receiver that %s has not taken the message', async (_, answer) => {
  expect((await post(await givenServer(answer), message, 5_000)).result).toBe('failed');
});

test.each<[string, (socket: Socket) => void]>([
  ['is silent', () => {}],
  ['stops in its head', (socket) => socket.write('HTTP/1.1 200 OK\r\n')],
  ['stops in its body', (socket) => socket.write(`${head('200 OK', 'Content-Length: 10')}abc`)],
])('a receiver that %s has not answered in time', async (_, answer) => {
  const attempt = await post(await givenServer(answer), message, 100);
  expect(attempt).toEqual({ result: 'failed', reason: 'no whole answer in time' });
});

test('an endless answer is not read to its end', async () => {
  const url = await givenServer((socket) => {
    socket.write(head('200 OK', 'Transfer-Encoding: chunked'));
    const more = () => void socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`, () => setImmediate(more));
    more();
  });
  expect(await post(url, message, 5_000)).toEqual({ result: 'delivered', reason: '200' });
});

test('nobody listens', async () => {
  expect(await post(new URL('http://127.0.0.1:1/'), message, 5_000)).toEqual({
    result: 'failed',
    reason: 'ECONNREFUSED',
  });
});
