import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Line } from './line.ts';

/** Sends an answer in one piece. */
export function send(res: ServerResponse, answer: Answer): number {
  res.writeHead(answer.status, heading(answer)).end(answer.body);
  return answer.status;
}

function heading(answer: Answer): Record<string, string | number> {
  const { status, contentType, body, location, allow } = answer;
  return {
    'content-type': contentType,
    // A 204 and a 304 have no body, and a client would wait for one if it got a length (RFC 9110, 8.6).
    ...(status !== 204 && status !== 304 && { 'content-length': Buffer.byteLength(body) }),
    ...(location !== undefined && { location }),
    ...(allow !== undefined && { allow }),
  };
}

/**
 * The connection to a client over HTTP.
 * @param signal Ends waits when the emulator closes.
 */
export function httpLine(res: ServerResponse, signal: AbortSignal): Line {
  const wait = (milliseconds: number) => delay(milliseconds, undefined, { signal });
  return {
    wait,
    send: (answer) => send(res, answer),
    async sendSlowly(answer, milliseconds) {
      const body = Buffer.from(answer.body);
      const pieces = Math.min(10, body.length);
      res.writeHead(answer.status, heading(answer)).flushHeaders();
      for (let piece = 0; piece < pieces; piece++) {
        await wait(milliseconds / pieces);
        res.write(body.subarray((body.length * piece) / pieces, (body.length * (piece + 1)) / pieces));
      }
      res.end();
      return answer.status;
    },
    /** The client detects the truncation from the length alone. */
    sendHalf(answer) {
      const body = Buffer.from(answer.body);
      res.writeHead(answer.status, heading(answer));
      res.write(body.subarray(0, Math.floor(body.length / 2)), () => res.socket?.end());
      return answer.status;
    },
    reset() {
      res.socket?.resetAndDestroy();
      return 'reset';
    },
    hang: async () => 'hung',
  };
}
