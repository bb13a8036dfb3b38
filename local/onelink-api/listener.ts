import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorAnswer } from './errors.ts';
import { send } from './http-line.ts';

type Serve = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** The newest request of a connection. */
interface Newest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** When all requests before it have been answered. */
  readonly before: Promise<void>;
  /** When it has been answered, or its caller has left. */
  readonly over: Promise<void>;
}

/** How long a refused caller may go on sending: with input unread, closing would reset the connection and lose the answer. */
const lingerMilliseconds = 2_000;

const statusOf: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * An HTTP server that leaves no request without an answer. Requests of one connection are carried out one after another. What
 * is no HTTP gets its 4xx, a fault of `serve` a 500 with the stack trace.
 */
export function createListener(serve: Serve, isClosing: () => boolean): Server {
  const newest = new WeakMap<Duplex, Newest>();
  const refused = new WeakSet<Duplex>();

  const server = createServer((req, res) => {
    const before = newest.get(req.socket)?.over ?? Promise.resolve();
    const over = new Promise<void>((resolve) => res.once('close', resolve));
    newest.set(req.socket, { req, res, before, over });
    // Node.js throws it for what is written to a caller that has left.
    res.on('error', () => {});
    const inTurn = async () => {
      await before;
      if (!req.socket.destroyed) await serve(req, res);
    };
    inTurn().catch((error: unknown) => {
      // A caller that left, or a delay cut short by close, has nobody to be told.
      if (res.destroyed || isClosing()) return res.destroy();
      console.error('onelink-api: a request failed inside the emulator', error);
      if (res.headersSent) return res.destroy();
      const trace = error instanceof Error ? error.stack : String(error);
      return send(res, { status: 500, contentType: 'text/plain', body: `The emulator failed\n${trace}\n` });
    });
  });

  const refuse = async (socket: Duplex, status: number, message: string, allow?: string) => {
    if (refused.has(socket)) return;
    refused.add(socket);
    const last = newest.get(socket);
    const isInBody = last !== undefined && !last.req.complete;
    await (isInBody ? last.before : last?.over);
    if (!socket.writable || (isInBody && last.res.headersSent)) return socket.destroy();
    socket.end(rawAnswer(status, message, allow));
    setTimeout(() => socket.destroy(), lingerMilliseconds).unref();
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    void refuse(socket, statusOf[error.code ?? ''] ?? 400, 'Bad request');
  });
  server.on('connect', (_req, socket) => {
    socket.on('error', () => {});
    void refuse(socket, 405, 'Method not allowed', 'GET, POST, PUT, DELETE');
  });
  // A caller may end its side once it has sent its request; Node.js would end the other, too.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Longer than clients keep an idle connection, or they now and then send on one that has just been closed.
  server.keepAliveTimeout = 75_000;
  return server;
}

/** An answer for a connection on which Node.js has made out no request. */
function rawAnswer(status: number, message: string, allow: string | undefined): string {
  const { contentType, body } = errorAnswer(status, 'invalid_parameter', message);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...(allow === undefined ? [] : [`allow: ${allow}`]),
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
