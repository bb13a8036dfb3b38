import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpTransport } from '../../../../lambdas/adapters/http-transport.ts';
import { serverOnLoopback } from '../../../world/loopback.ts';
import { stillClock } from '../../../world/stillness.ts';

async function given(serve: RequestListener) {
  const { server, origin } = await serverOnLoopback(serve, onTestFinished);
  const connections = new Set<Socket>();
  server.on('connection', (socket) => connections.add(socket));
  const transport = new HttpTransport({ timeoutMilliseconds: 2_000, connections: 3, clock: stillClock() });
  onTestFinished(() => transport.close());
  const url = new URL(`${origin}/path?x=1`);
  /** Sends a GET, or a POST of a body. @returns the result, and how often `onSent` was called */
  const send = async (body?: string) => {
    let sent = 0;
    const result = await transport.send({
      method: body === undefined ? 'GET' : 'POST',
      url,
      headers: { authorization: 'token', accept: 'application/json' },
      ...(body !== undefined && { body }),
      onSent: () => sent++,
    });
    return { result, sent };
  };
  return { send, connections };
}

describe('HTTP', () => {
  it('sends method, path, headers and body as given, with the length in bytes', async () => {
    let seen: unknown;
    const { send } = await given(async (request, response) => {
      const { method, url, headers } = request;
      const { authorization, 'content-type': type, 'content-length': length } = headers;
      seen = { method, url, authorization, type, length, text: await text(request) };
      response.end('{}');
    });
    await send('{"é":1}');
    expect(seen).toEqual({
      method: 'POST',
      url: '/path?x=1',
      authorization: 'token',
      type: 'application/json',
      length: '8',
      text: '{"é":1}',
    });
  });

  it('calls `onSent` exactly once', async () => {
    const { send } = await given((_, response) => response.end('{}'));
    expect((await send()).sent).toBe(1);
    expect((await send('{}')).sent).toBe(1);
  });

  it('keeps connections alive, and opens at most the configured number', async () => {
    const { send, connections } = await given((_, response) => response.end('{}'));
    for (let call = 0; call < 5; call++) await send();
    expect(connections.size).toBe(1);
    await Promise.all(Array.from({ length: 12 }, () => send('{}')));
    expect(connections.size).toBe(3);
  });

  it('reports no answer if the server has closed a reused connection', async () => {
    const { send, connections } = await given((_, response) => response.end('{}'));
    await send();
    for (const socket of connections) socket.resetAndDestroy();
    const { result, sent } = await send('{}');
    // The client may notice before it sends, and open another connection. If it notices later, the result is unknown.
    expect([
      { unanswered: 'reset', onReusedSocket: true },
      { status: 200, body: {} },
    ]).toContainEqual(result);
    expect(sent).toBe(1);
  });

  it.each([
    ['{"a":[1,"é"]}', { a: [1, 'é'] }],
    ['"ok"', 'ok'],
    ['', ''],
    ['<html>', '<html>'],
  ])('returns JSON as a value and anything else as text: %j', async (text, body) => {
    const { send } = await given((_, response) => response.writeHead(418).end(text));
    expect((await send()).result).toEqual({ status: 418, body });
  });

  it('joins characters that arrive in separate chunks', async () => {
    const { send } = await given((_, response) => {
      const bytes = Buffer.from('"é"');
      response.write(bytes.subarray(0, 2), () => response.end(bytes.subarray(2)));
    });
    expect((await send()).result).toEqual({ status: 200, body: 'é' });
  });

  it('reports an incomplete answer as none', async () => {
    const { send } = await given((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{}', () => response.socket?.end());
    });
    expect(await send('{}')).toEqual({ result: { unanswered: 'reset' }, sent: 1 });
  });

  it('stops reading an endless answer', async () => {
    const { send } = await given((_, response) => {
      const piece = Buffer.alloc(1024 * 1024, 0x20);
      const more = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
    });
    expect(await send()).toEqual({ result: { unanswered: 'reset' }, sent: 1 });
  });
});
