import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { serverOnLoopback } from './loopback.ts';

/** A request as it came in. */
export interface Taken {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** An answer: a status with JSON and headers, or what happens to the connection. */
type Plain =
  | { status: number; json?: unknown; headers?: Record<string, string>; bytes?: Uint8Array }
  /** The request is read, and its answer is lost. */
  | 'cut'
  /** No answer comes. */
  | 'silence';
export type Scripted = Plain | ((taken: Taken) => Scripted);

/** A server that gives its answers in order, and records the requests. A request without an answer left gets 500. */
export async function scriptedHttp(answers: readonly Scripted[], atEnd: (close: () => void) => void) {
  const taken: Taken[] = [];
  const left = [...answers];
  const answer = (response: ServerResponse, scripted: Plain): void => {
    if (scripted === 'silence') return;
    if (scripted === 'cut') {
      response.socket?.destroy();
      return;
    }
    const { status, json, headers = {}, bytes } = scripted;
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(bytes ?? JSON.stringify(json ?? {}));
  };
  const { origin } = await serverOnLoopback(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const one: Taken = { method, url, headers, body: await text(request) };
    taken.push(one);
    let next: Scripted = left.shift() ?? { status: 500, json: { title: 'no answer left' } };
    while (typeof next === 'function') next = next(one);
    answer(response, next);
  }, atEnd);
  return { origin, taken };
}

/** A problem of the HTTP API. */
export const problem = (
  status: number,
  name: string,
  more: object = {},
  headers: Record<string, string> = {},
): Scripted => ({
  status,
  json: { type: `https://example.com/live/problems#${name}`, title: name, status, detail: `about ${name}`, ...more },
  headers,
});
