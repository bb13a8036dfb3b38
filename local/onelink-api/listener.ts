import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorAnswer } from './errors.ts';
import { send } from './http-line.ts';

type Serve = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** The newest request of a connection. */
interface Newest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Resolves when all requests before it have their answers. */
  readonly before: Promise<void>;
  /** Resolves when it has its answer, or the client has disconnected. */
  readonly over: Promise<void>;
}

/**
 * How long a refused client may go on sending. Closing on unread input would reset the connection and lose the answer.
 */
const lingerMilliseconds = 2_000;

const statusOf: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * An HTTP server that answers every request. It serves the requests of one connection one after another. It answers
 * invalid HTTP with its 4xx, and an exception of `serve` with a 500 and the stack trace.
 */
export function createListener(serve: Serve, isClosing: () => boolean): Server {
  const newest = new WeakMap<Duplex, Newest>();
  const refused = new WeakSet<Duplex>();

  const server = createServer((req, res) => {
    const before = newest.get(req.socket)?.over ?? Promise.resolve();
    const over = new Promise<void>((resolve) => res.once('close', resolve));
    newest.set(req.socket, { req, res, before, over });
    // Node.js throws this error for a write to a client that has disconnected.
    res.on('error', () => {});
    const inTurn = async () => {
      await before;
      if (!req.socket.destroyed) await serve(req, res);
    };
    inTurn().catch((error: unknown) => {
      // The client disconnected, or `close` ended a delay: nobody waits for an answer.
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
  // A client may end its side after it has sent its request. Node.js would then end the other side, too.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Longer than a client keeps an idle connection. Otherwise a client may send on a connection that has just closed.
  server.keepAliveTimeout = 75_000;
  return server;
}

/** Writes an answer on a connection on which Node.js has parsed no request. */
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
