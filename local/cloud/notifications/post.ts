import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Post } from './message.ts';

/** What became of one attempt. `refused`: another attempt would be in vain. */
export interface Attempt {
  readonly result: 'delivered' | 'failed' | 'refused';
  /** The status, or the reason why there is none. */
  readonly reason: string;
}

/** SNS waits this long for the answer (SNS, *Make sure your endpoint is ready*). */
export const answerTimeoutMilliseconds = 15_000;

/** An answer is read up to this size. SNS does not use what it holds. */
const mostAnswerBytes = 65_536;

const agents = {
  http: new HttpAgent({ keepAlive: true }),
  // Receivers on this machine have certificates that nobody else has signed.
  https: new HttpsAgent({ keepAlive: true, rejectUnauthorized: false }),
};

/**
 * Posts once. SNS takes 200 to 299 as delivered, and retries after 429, 500 and above, after no answer and after an
 * unreadable one. Any other status is the receiver's refusal.
 */
export function post(url: URL, { body, headers }: Post, timeoutMilliseconds: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const isSecure = url.protocol === 'https:';
    const options = {
      method: 'POST',
      agent: isSecure ? agents.https : agents.http,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    };
    const sent = isSecure ? httpsRequest(url, options) : httpRequest(url, options);
    const timer = setTimeout(() => end({ result: 'failed', reason: 'no whole answer in time' }), timeoutMilliseconds);
    const end = (attempt: Attempt) => {
      clearTimeout(timer);
      resolve(attempt);
      sent.destroy();
    };
    sent.on('error', (error: NodeJS.ErrnoException) => end({ result: 'failed', reason: error.code ?? 'no answer' }));
    // An answer of 101 to a request that asked for no other protocol.
    sent.on('upgrade', () => end({ result: 'failed', reason: '101' }));
    sent.on('response', (response) => read(response, (attempt) => finish(attempt)));
    // A connection in good order stays open for the next message.
    const finish = (attempt: Attempt) => {
      clearTimeout(timer);
      resolve(attempt);
    };
    sent.end(body);
  });
}

function read(response: IncomingMessage, done: (attempt: Attempt) => void): void {
  let bytes = 0;
  const attempt = attemptOf(response.statusCode ?? 0);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= mostAnswerBytes) return;
    done(attempt);
    response.destroy();
  });
  response.on('end', () => done(attempt));
  response.on('error', () => done({ result: 'failed', reason: 'the answer broke off' }));
}

function attemptOf(status: number): Attempt {
  const reason = String(status);
  if (status >= 200 && status <= 299) return { result: 'delivered', reason };
  return { result: status === 429 || status >= 500 ? 'failed' : 'refused', reason };
}
