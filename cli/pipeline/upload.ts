import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../words/operator-error.ts';

/** A file's SHA-256 in base64, and its length. */
export async function digestOf(file: string): Promise<{ sha256: string; bytes: number }> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return { sha256: digest.digest('base64'), bytes: (await stat(file)).size };
}

/**
 * Uploads a file to the address that an act has allowed. S3 refuses other content than the act has named.
 *
 * @throws OperatorError if the signal aborts, or if S3 refuses
 */
export async function upload(
  file: string,
  { url, headers }: { url: string; headers: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<void> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const put = send(url, { method: 'PUT', headers, signal });
  put.once('response', resolve);
  put.once('error', reject);
  try {
    const [answer] = await Promise.all([promise, pipeline(createReadStream(file), put, { signal })]);
    answer.resume();
    if (answer.statusCode === 200) return;
    throw new OperatorError(`S3 refuses the upload with status ${answer.statusCode}. Nothing has started.`);
  } catch (error) {
    if (signal.aborted) throw new OperatorError('Interrupted during the upload. Nothing has started. Start it again.');
    throw error;
  }
}
