import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './process-of.ts';
import type { Service, WireRequest } from './wire-request.ts';

/** What the proxy does with a request. A kill sends SIGKILL to the process that sent the request. */
export interface Treatment {
  kill?: 'before' | 'after';
  /** Delay before the proxy forwards the request. In that time SQS may deliver the message to another worker. */
  stallMilliseconds?: number;
  spoil?: SpoiledAnswer;
}

/** The function does not get the answer: the proxy resets the connection or sends another answer. */
export interface SpoiledAnswer {
  /** Whether the service still receives the request and applies it. */
  applied: boolean;
  instead: 'reset' | { status: number; body: string };
}

export interface ProxyOptions {
  service: Service;
  /** The process at the other end of a connection, if the proxy may kill it. */
  processOf(connection: Connection): number | undefined;
  /** Changes the forwarded request. By default, the proxy forwards it unchanged. */
  rewrite?(request: WireRequest): Buffer;
  treat(request: WireRequest, pid: number | undefined): Treatment;
  killed(request: WireRequest, side: 'before' | 'after'): void;
  /** Called for each forwarded request, with the status of its answer. No status if the connection broke. */
  answered(request: WireRequest, status: number | undefined): void;
}

export interface WireProxy {
  readonly origin: string;
  /** Sets the origin of the service, `http://127.0.0.1:{port}`. Until then, requests wait. */
  forwardTo(origin: string): void;
  close(): Promise<void>;
}

/**
 * A proxy between functions and one service. It buffers whole requests and whole answers. So a kill happens either before the
 * service receives the request, or after the service has answered and before the function gets the answer.
 */
export async function startProxy(options: ProxyOptions): Promise<WireProxy> {
  const agent = new Agent({ keepAlive: true });
  const upstream = Promise.withResolvers<URL>();
  const pids = new WeakMap<Socket, number>();

  const pidOf = (socket: Socket): number | undefined => {
    const known = pids.get(socket) ?? options.processOf({ from: socket.remotePort ?? 0, to: socket.localPort ?? 0 });
    if (known !== undefined) pids.set(socket, known);
    return known;
  };
  const server = createServer((incoming, outgoing) => {
    // If the function has ended or the service breaks off its answer, the proxy resets the connection.
    pass(incoming, outgoing).catch(() => incoming.socket.resetAndDestroy());
  });
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const seen: WireRequest = { service: options.service, method, path, headers, body: await buffer(incoming) };
    const pid = pidOf(incoming.socket);
    const { kill, stallMilliseconds = 0, spoil } = options.treat(seen, pid);
    const killIt = (side: 'before' | 'after') => {
      if (pid === undefined) return;
      process.kill(pid, 'SIGKILL');
      options.killed(seen, side);
      incoming.socket.destroy();
    };
    if (stallMilliseconds > 0) await sleep(stallMilliseconds);
    if (kill === 'before') return killIt('before');
    const spoilIt = ({ instead }: SpoiledAnswer) => {
      if (instead === 'reset') return incoming.socket.resetAndDestroy();
      outgoing.writeHead(instead.status, { 'content-type': 'application/json' }).end(instead.body);
    };
    if (spoil?.applied === false) return spoilIt(spoil);
    const to = await upstream.promise;
    const body = options.rewrite?.(seen) ?? seen.body;
    const answer = await forward(to, seen, body, agent).catch((error: unknown) => {
      options.answered(seen, undefined);
      throw error;
    });
    options.answered(seen, answer.status);
    if (kill === 'after') return killIt('after');
    if (outgoing.destroyed) return;
    if (spoil !== undefined) return spoilIt(spoil);
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  };
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwardTo: (origin) => upstream.resolve(new URL(origin)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}

interface WireAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** Hop-by-hop headers, which belong to one connection only. */
const ownHeaders = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

function forward(to: URL, { method, path, headers }: WireRequest, body: Buffer, agent: Agent): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, expect: __, ...sent } = headers;
    if (body.length > 0) sent['content-length'] = String(body.length);
    const call = request(
      { host: to.hostname, port: to.port, method, path, headers: sent, agent },
      async (response: IncomingMessage) => {
        try {
          const answered = await buffer(response);
          if (!response.complete) throw new Error('answer broken off');
          // The answer to a HEAD has no body, so its length is that of the object.
          const isLength = (name: string) => method === 'HEAD' && name === 'content-length';
          const kept = Object.entries(response.headers).filter(
            ([name]) => isLength(name) || !ownHeaders.includes(name),
          );
          const all = Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
          resolve({ status: response.statusCode ?? 0, headers: all, body: answered });
        } catch (error) {
          reject(error);
        }
      },
    );
    call.on('error', reject);
    // The call goes on even if the function gives up, as a sent request would.
    call.end(body);
  });
}
