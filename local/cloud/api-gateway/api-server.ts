import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Loopback, onLoopback } from '../loopback.ts';
import type { Answer, ApiRequest, HeaderList } from './exchange.ts';
import { GatewayError } from './gateway-error.ts';

/**
 * The largest payload of a request: 10 MB. The longest request line and header values together: 10,240 bytes.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
const longestPayloadBytes = 10 * 1024 * 1024;
const longestHeadBytes = 10_240;

export interface ServerSettings {
  /** The longest pause of a client within a request. A connection between requests may be idle for twice as long. */
  readonly idleMilliseconds: number;
}

export interface ApiServer extends Loopback {
  /** Answers the requests. Until it is set, the server refuses them. */
  answer: ((request: ApiRequest) => Promise<Answer>) | undefined;
}

/** Starts the HTTP server of one API, on a free loopback port. */
export async function startApiServer({ idleMilliseconds }: ServerSettings): Promise<ApiServer> {
  const server = createServer(
    {
      // More than the limit, so that the answer to a longer head is this server's.
      maxHeaderSize: 4 * longestHeadBytes,
      headersTimeout: idleMilliseconds,
      requestTimeout: 10 * idleMilliseconds,
      connectionsCheckingInterval: Math.min(1_000, idleMilliseconds),
      keepAliveTimeout: 2 * idleMilliseconds,
      keepAliveTimeoutBuffer: 0,
    },
    (request, response) => void serve(request, response, api, idleMilliseconds),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(socket, statusOf(error)));
  // A client that asks for a tunnel gets none.
  server.on('connect', (_, socket) => refuse(socket as Socket, 400));
  const { endpoint, stop } = await onLoopback(server, () => server.closeAllConnections());
  let stopping: Promise<void> | undefined;
  const api: ApiServer = {
    endpoint,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
    answer: undefined,
  };
  return api;
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  api: ApiServer,
  idleMilliseconds: number,
): Promise<void> {
  // Without a listener, an aborted body would end the process.
  message.on('error', () => {});
  response.on('error', () => {});
  const headerList = pairs(message.rawHeaders);
  const headBytes = (message.url ?? '').length + headerList.reduce((sum, [, value]) => sum + value.length, 0);
  try {
    if (api.answer === undefined) return send(response, simple(503, 'starting'));
    // Node.js reads a request line without a version as HTTP/0.9.
    if (message.httpVersionMajor < 1) return refuse(message.socket, 400);
    if (headBytes > longestHeadBytes) return send(response, simple(431, 'Request Header Fields Too Large'));
    const answer = await api.answer({
      method: message.method ?? 'GET',
      target: message.url ?? '/',
      headerList,
      headers: message.headers,
      sourceIp: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      protocol: `HTTP/${message.httpVersion}`,
      body: () => bodyOf(message, idleMilliseconds),
    });
    send(response, answer);
  } catch (error) {
    if (error instanceof ClientGone) message.socket.destroy();
    else if (error instanceof ClientTooSlow) refuse(message.socket, 408);
    else send(response, simple(500, 'Internal server error'));
  }
}

class ClientGone extends Error {}
class ClientTooSlow extends Error {}

/** @throws GatewayError beyond the longest payload; ClientTooSlow, ClientGone */
function bodyOf(message: IncomingMessage, idleMilliseconds: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLong = () => new GatewayError('REQUEST_TOO_LARGE');
    if (Number(message.headers['content-length'] ?? 0) > longestPayloadBytes) return reject(tooLong());
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => end(() => reject(new ClientTooSlow())), idleMilliseconds);
    const take = (chunk: Buffer) => {
      timer.refresh();
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > longestPayloadBytes) end(() => reject(tooLong()));
    };
    const whole = () => end(() => resolve(Buffer.concat(chunks)));
    const gone = () => end(() => reject(new ClientGone()));
    const end = (settle: () => void) => {
      clearTimeout(timer);
      message.off('data', take).off('end', whole).off('close', gone).pause();
      settle();
    };
    message.on('data', take).on('end', whole).on('close', gone);
  });
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const bodiless = status === 204 || status === 304;
  try {
    response.writeHead(status, [...headers.flat(), ...(bodiless ? [] : ['Content-Length', String(body.length)])]);
    response.end(body);
  } catch {
    // A header of the template that HTTP does not allow.
    if (!response.headersSent) response.writeHead(500).end();
  }
}

/** An answer to a connection whose request cannot be read any further. */
function refuse(socket: Socket, status: number): void {
  if (!socket.writable || socket.destroyed) return void socket.destroy();
  const { body } = simple(status, STATUS_CODES[status] ?? '');
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function statusOf({ code }: NodeJS.ErrnoException): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

function simple(status: number, message: string): Answer {
  return {
    status,
    headers: [['Content-Type', 'application/json']],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

function pairs(rawHeaders: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) list.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return list;
}
