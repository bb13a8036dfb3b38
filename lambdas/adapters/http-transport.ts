import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ApiResult } from '../domain/failure-table.ts';

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** Called once, when the request's bytes have been handed to the system, or never will be. */
  onSent: () => void;
}

/** Above this an answer is no JSON of the OneLink API's: a QR code of 3,000 pixels stays below 1 MB. */
const maxAnswerBytes = 8 * 1024 * 1024;

/** Errors that come before a connection exists: no byte of the request has left. */
const connectErrors = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** HTTP over kept-alive connections, with a time limit on the whole of every call. Never throws. */
export class HttpTransport {
  readonly #timeoutMilliseconds: number;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(options: { timeoutMilliseconds: number; connections: number }) {
    this.#timeoutMilliseconds = options.timeoutMilliseconds;
    const agent = { keepAlive: true, maxSockets: options.connections, maxFreeSockets: options.connections };
    this.#http = new HttpAgent(agent);
    this.#https = new HttpsAgent(agent);
  }

  send(call: HttpCall): Promise<ApiResult> {
    return new Promise((resolve) => {
      const secure = call.url.protocol === 'https:';
      const options: RequestOptions = { method: call.method, headers: headersOf(call) };
      options.agent = secure ? this.#https : this.#http;
      let sent = false;
      let told = false;
      const tellSent = () => {
        if (!told) call.onSent();
        told = true;
      };
      const end = (result: ApiResult) => {
        clearTimeout(timer);
        tellSent();
        resolve(result);
      };
      let request: ClientRequest;
      let timer: NodeJS.Timeout | undefined;
      try {
        request = (secure ? httpsRequest : httpRequest)(call.url, options);
      } catch {
        // A header that cannot be sent, such as a token with a character beyond Latin-1.
        return end({ unanswered: 'not-sent' });
      }
      timer = setTimeout(() => {
        request.destroy();
        end({ unanswered: sent ? 'timeout' : 'not-sent' });
      }, this.#timeoutMilliseconds);
      request.on('finish', () => {
        sent = true;
        tellSent();
      });
      request.on('response', (response) => {
        readJson(response).then(
          (body) => end({ status: response.statusCode ?? 0, body }),
          () => end({ unanswered: 'reset' }),
        );
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        end({ unanswered: !sent && connectErrors.has(error.code ?? '') ? 'not-sent' : 'reset' });
      });
      request.end(call.body);
    });
  }

  /** Closes idle connections. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

function headersOf({ headers, body }: HttpCall): Record<string, string> {
  if (body === undefined) return headers;
  return { ...headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
}

/** The answer's JSON; text that is not JSON comes as text. Rejects when the answer breaks off or is far too long. */
async function readJson(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) {
      response.destroy();
      throw new Error('answer too long');
    }
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error('answer broken off');
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
