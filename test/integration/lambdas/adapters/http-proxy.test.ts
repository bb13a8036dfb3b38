import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer, type RequestOptions } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { HttpTransport } from '../../../../lambdas/adapters/http-transport.ts';
import { selfSigned } from '../../../../local/cloud/notifications/signer.ts';
import { stillClock } from '../../../world/stillness.ts';

/** No name server knows it: only the proxy finds it. */
const host = 'onelink.acme.example';
let identity: Awaited<ReturnType<typeof selfSigned>>;

beforeAll(async () => {
  identity = await selfSigned(host);
  const before = getCACertificates();
  setDefaultCACertificates([...before, identity.certificate]);
  return () => setDefaultCACertificates(before);
});

const portOf = (server: { address(): AddressInfo | string | null }) => (server.address() as AddressInfo).port;

/** An API over TLS, on this machine. */
async function givenApi() {
  const seen: string[] = [];
  const key = identity.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createHttpsServer({ key, cert: identity.certificate } as RequestOptions, (request, response) => {
    seen.push(`${request.method} ${request.headers.host}${request.url} ${request.headers.authorization}`);
    response.end('{"short_link_id":"abc"}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { seen, port: portOf(server) };
}

/** A proxy that connects to a port of this machine, or answers with a status. */
async function givenProxy(target: { port: number } | { status: number } | 'silent') {
  const asked: { line: string; headers: string }[] = [];
  const sockets = new Set<Socket>();
  const server = createHttpServer().listen(0, '127.0.0.1');
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, socket: Socket, head) => {
    socket.on('error', () => socket.destroy());
    asked.push({ line: `${request.method} ${request.url}`, headers: JSON.stringify(request.headers) });
    if (target === 'silent') return;
    if ('status' in target) return socket.end(`HTTP/1.1 ${target.status} No\r\n\r\n`);
    const out = connect(target.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      out.write(head);
      out.pipe(socket).pipe(out);
    });
    out.on('error', () => socket.destroy());
  });
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  onTestFinished(stop);
  await once(server, 'listening');
  return { asked, stop, proxyUrl: `http://127.0.0.1:${portOf(server)}` };
}

function givenTransport(proxyUrl: string, timeoutMilliseconds = 2_000) {
  const transport = new HttpTransport({ timeoutMilliseconds, connections: 2, clock: stillClock(), proxyUrl });
  onTestFinished(() => transport.close());
  return async (body?: string) => {
    let sent = 0;
    const result = await transport.send({
      method: body === undefined ? 'GET' : 'POST',
      url: new URL(`https://${host}/api/v2.0/shortlinks/A1b3`),
      headers: { authorization: 'token' },
      ...(body !== undefined && { body }),
      onSent: () => sent++,
    });
    return { result, sent };
  };
}

describe('HTTP through a proxy', () => {
  it('reaches an API that only the proxy can reach, over one tunnel for many calls', async () => {
    const api = await givenApi();
    const proxy = await givenProxy(api);
    const send = givenTransport(proxy.proxyUrl);

    const first = await send();
    const second = await send('{}');

    expect(first).toEqual({ result: { status: 200, body: { short_link_id: 'abc' } }, sent: 1 });
    expect(second).toEqual({ result: { status: 200, body: { short_link_id: 'abc' } }, sent: 1 });
    expect(api.seen).toEqual([
      `GET ${host}/api/v2.0/shortlinks/A1b3 token`,
      `POST ${host}/api/v2.0/shortlinks/A1b3 token`,
    ]);
    expect(proxy.asked.map(({ line }) => line)).toEqual([`CONNECT ${host}:443`]);
  });

  it('shows the proxy no token and no path, because TLS passes through it', async () => {
    const proxy = await givenProxy(await givenApi());
    await givenTransport(proxy.proxyUrl)('{}');
    expect(proxy.asked.map(({ headers }) => headers).join()).not.toMatch(/token|shortlinks|A1b3/);
  });

  it.each([403, 407, 502])('reports a call as not sent if the proxy answers %i', async (status) => {
    const proxy = await givenProxy({ status });
    expect(await givenTransport(proxy.proxyUrl)('{}')).toEqual({ result: { unanswered: 'not-sent' }, sent: 1 });
  });

  it('reports a call as not sent if the proxy does not exist', async () => {
    const { proxyUrl, stop } = await givenProxy('silent');
    stop();
    expect(await givenTransport(proxyUrl)('{}')).toEqual({ result: { unanswered: 'not-sent' }, sent: 1 });
  });

  it('reports a call as not sent if the proxy makes no connection in time', async () => {
    const { proxyUrl } = await givenProxy('silent');
    expect(await givenTransport(proxyUrl, 200)('{}')).toEqual({ result: { unanswered: 'not-sent' }, sent: 1 });
  });
});
