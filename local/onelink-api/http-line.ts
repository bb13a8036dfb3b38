import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Line, Seen } from './line.ts';

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

/** The connection to a client over HTTP. */
export class HttpLine implements Line {
  readonly #res: ServerResponse;
  readonly #signal: AbortSignal;

  /** @param signal Ends waits when the emulator closes. */
  constructor(res: ServerResponse, signal: AbortSignal) {
    this.#res = res;
    this.#signal = signal;
  }

  send(answer: Answer): Seen {
    return send(this.#res, answer);
  }

  async sendSlowly(answer: Answer, milliseconds: number): Promise<Seen> {
    const body = Buffer.from(answer.body);
    const pieces = Math.min(10, body.length);
    this.#res.writeHead(answer.status, heading(answer)).flushHeaders();
    for (let piece = 0; piece < pieces; piece++) {
      await this.wait(milliseconds / pieces);
      this.#res.write(body.subarray((body.length * piece) / pieces, (body.length * (piece + 1)) / pieces));
    }
    this.#res.end();
    return answer.status;
  }

  /** The client detects the truncation from the length alone. */
  sendHalf(answer: Answer): Seen {
    const body = Buffer.from(answer.body);
    this.#res.writeHead(answer.status, heading(answer));
    this.#res.write(body.subarray(0, Math.floor(body.length / 2)), () => this.#res.socket?.end());
    return answer.status;
  }

  reset(): Seen {
    this.#res.socket?.resetAndDestroy();
    return 'reset';
  }

  async hang(): Promise<Seen> {
    return 'hung';
  }

  wait(milliseconds: number): Promise<void> {
    return delay(milliseconds, undefined, { signal: this.#signal });
  }
}
