import { randomBytes, randomInt } from 'node:crypto';
import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';
import { hashOfKey, type KeysSecret, keyText } from '../../lambdas/domain/http/keys.ts';
import { httpProducersOf } from '../../lib/config/http.ts';
import { madeCommands } from './made-commands.ts';

/** A key of the HTTP API for one run. It is worth nothing anywhere else, so the run may print it. */
export interface LocalHttpKey {
  readonly source: string;
  readonly key: string;
  /** The content of the secret that knows the key. */
  readonly secret: KeysSecret;
}

const idCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Makes a key for the first producer that may have one. Undefined if none may. */
export function makeHttpKey({ settings }: Pick<ConfiguredPipeline, 'settings'>, now: Date): LocalHttpKey | undefined {
  const producer = httpProducersOf(settings).find(({ keys }) => keys);
  if (producer === undefined) return undefined;
  const { source } = producer;
  const id = Array.from({ length: 8 }, () => idCharacters[randomInt(idCharacters.length)]).join('');
  const key = keyText(id, randomBytes(32));
  const stored = { id, source, sha256: hashOfKey(key), createdAt: now.toISOString(), label: 'local run' };
  return { source, key, secret: { keys: [stored] } };
}

/**
 * A command to paste: it creates a link, and waits for it.
 * @param url of the HTTP API
 * @returns undefined if the key's producer has no template or no lane
 */
export function curlWords(
  pipeline: Pick<ConfiguredPipeline, 'settings' | 'account'>,
  { source, key }: LocalHttpKey,
  url: string,
): string | undefined {
  const made = madeCommands(pipeline, new Date(0)).find(({ body }) => body.source === source)?.body;
  if (made === undefined) return undefined;
  const { action, onelinkId, data, ttl } = made;
  const headers = [`Authorization: Bearer ${key}`, 'Idempotency-Key: first', 'Prefer: wait=10'];
  return [
    `curl -sS ${url}/v1/commands`,
    ...[...headers, 'Content-Type: application/json'].map((header) => `-H '${header}'`),
    `-d '${JSON.stringify({ action, onelinkId, data, ttl })}'`,
  ].join(' ');
}
