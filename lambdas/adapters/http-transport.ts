import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { parseKeepingDigits } from '../domain/contract/json-reading.ts';
import type { ApiResult } from '../domain/onelink/failure-table.ts';
import type { Clock } from '../domain/work/clock.ts';

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** A shorter time limit than the transport's own, for the second attempt of a call. */
  timeoutMilliseconds?: number;
  /** Called once, when the system has accepted the request's bytes, or never will. */
  onSent: () => void;
}

/** A larger answer is not from the OneLink API: a QR code of 3,000 pixels is smaller than 1 MB. */
const maxAnswerBytes = 8 * 1024 * 1024;

interface Instant {
  wall: number;
  monotonic: number;
}

/** Errors before the connection exists, so no byte of the request has left. */
const connectErrors = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // The proxy refused the connection, or could not make it.
  'ERR_PROXY_TUNNEL',
]);

/**
 * The transport closes a connection that has been idle this long. Servers and load balancers close theirs after 5 s
 * (Node.js), 60 s (AWS's load balancers) or more. If that happens while a request is under way, the request is lost.
 */
export const mostIdleMilliseconds = 4_000;

/**
 * HTTP over keep-alive connections, with a time limit for each whole call. Never throws.
 *
 * Lambda freezes an environment between invocations. The server then closes its connections, and no timer runs here. So
 * each invocation calls `closeIdle` first.
 */
export class HttpTransport {
  readonly #timeoutMilliseconds: number;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #clock: Clock;
  readonly #idleSince = new WeakMap<Socket, Instant>();

  /** @param options `proxyUrl`: the proxy that makes the connections (CONNECT, for `https:`). TLS passes through it unread. */
  constructor(options: { timeoutMilliseconds: number; connections: number; clock: Clock; proxyUrl?: string }) {
    this.#timeoutMilliseconds = options.timeoutMilliseconds;
    this.#clock = options.clock;
    const [maxSockets, maxFreeSockets] = [options.connections, options.connections];
    const { proxyUrl } = options;
    const proxyEnv = proxyUrl === undefined ? undefined : { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl };
    const agent = { keepAlive: true, maxSockets, maxFreeSockets, timeout: mostIdleMilliseconds, proxyEnv };
    this.#http = new HttpAgent(agent);
    this.#https = new HttpsAgent(agent);
    for (const one of [this.#http, this.#https]) {
      one.on('free', (socket: Socket) => void this.#idleSince.set(socket, this.#now()));
    }
  }

  /** Closes connections that have been idle too long by either clock, because one clock may stop during a freeze. */
  closeIdle(): void {
    const now = this.#now();
    this.#closeFree((socket) => {
      const since = this.#idleSince.get(socket) ?? { wall: 0, monotonic: 0 };
      return Math.max(now.wall - since.wall, now.monotonic - since.monotonic) >= mostIdleMilliseconds;
    });
  }

  send(call: HttpCall): Promise<ApiResult> {
    return new Promise((resolve) => {
      const secure = call.url.protocol === 'https:';
      const options: RequestOptions = { method: call.method, headers: headersOf(call) };
      options.agent = secure ? this.#https : this.#http;
      let sent = false;
      let answered = false;
      let reported = false;
      const reportSent = () => {
        if (!reported) call.onSent();
        reported = true;
      };
      const end = (result: ApiResult) => {
        clearTimeout(timer);
        reportSent();
        resolve(result);
      };
      let request: ClientRequest;
      let timer: NodeJS.Timeout | undefined;
      try {
        request = (secure ? httpsRequest : httpRequest)(call.url, options);
      } catch {
        // A header is invalid: for example, the token has a character beyond Latin-1.
        return end({ unanswered: 'not-sent' });
      }
      timer = setTimeout(() => {
        request.destroy();
        end({ unanswered: sent ? 'timeout' : 'not-sent' });
      }, call.timeoutMilliseconds ?? this.#timeoutMilliseconds);
      request.on('finish', () => {
        sent = true;
        reportSent();
      });
      request.on('response', (response) => {
        answered = true;
        readJson(response).then(
          (body) => end({ status: response.statusCode ?? 0, body }),
          () => end({ unanswered: 'reset' }),
        );
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (!sent && connectErrors.has(error.code ?? '')) return end({ unanswered: 'not-sent' });
        if (!request.reusedSocket || answered) return end({ unanswered: 'reset' });
        // The server has probably closed the other idle connections too, so the next calls open new ones.
        this.#closeFree(() => true);
        end({ unanswered: 'reset', onReusedSocket: true });
      });
      request.end(call.body);
    });
  }

  #closeFree(which: (socket: Socket) => boolean): void {
    for (const agent of [this.#http, this.#https]) {
      const free = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
      for (const socket of free.filter(which)) socket.destroy();
    }
  }

  #now(): Instant {
    return { wall: this.#clock.wallMilliseconds(), monotonic: this.#clock.monotonicMilliseconds() };
  }

  /** Closes all connections. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

function headersOf({ headers, body }: HttpCall): Record<string, string> {
  if (body === undefined) return headers;
  return { ...headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
}

/** Parses the answer's JSON, and returns other text unparsed. Rejects if the answer is incomplete or too long. */
async function readJson(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) {
      response.destroy();
      throw new Error('the answer is too long');
    }
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error('the answer is incomplete');
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    // A link's data may hold numbers with more digits than JavaScript keeps, and a renewal sends them again.
    return parseKeepingDigits(text);
  } catch {
    return text;
  }
}
