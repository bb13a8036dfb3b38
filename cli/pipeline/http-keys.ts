import { randomBytes, randomInt } from 'node:crypto';
import {
  hashOfKey,
  type KeysSecret,
  keyForm,
  keyIdForm,
  keyIdOf,
  keyText,
  mostValidKeys,
  type StoredKey,
  validKeys,
} from '../../lambdas/domain/http/keys.ts';
import type { Clock } from '../../lambdas/domain/work/clock.ts';
import { configFile } from '../../lib/config/chosen-config.ts';
import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import { httpProducersOf } from '../../lib/config/http.ts';
import { OperatorError } from '../words/operator-error.ts';
import { visible } from '../words/words.ts';
import type { KeysSecretStore } from './keys-secret.ts';

/** A key that was just made. Only this object has its text. */
export interface NewKey {
  readonly key: string;
  readonly stored: StoredKey;
}

/** A new key, and the key of the same source that is valid as well. */
export interface CreatedKey extends NewKey {
  readonly older: StoredKey | undefined;
}

/** The random parts of a key. Tests pass their own. */
export interface Randomness {
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  bytes(count: number): Uint8Array;
}

export const secureRandomness: Randomness = { below: (limit) => randomInt(limit), bytes: randomBytes };

const idCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789';

export function makeKey(
  { source, label }: { source: string; label?: string | undefined },
  nowMilliseconds: number,
  random: Randomness = secureRandomness,
): NewKey {
  const id = Array.from({ length: 8 }, () => idCharacters[random.below(idCharacters.length)]).join('');
  const key = keyText(id, random.bytes(32));
  const createdAt = new Date(nowMilliseconds).toISOString();
  return { key, stored: { id, source, sha256: hashOfKey(key), createdAt, ...(label !== undefined && { label }) } };
}

/**
 * Creates a key and stores its hash.
 *
 * @param rotates whether the source must have a key that the new one follows
 * @throws OperatorError if the source has as many valid keys as it may have, or none to follow; as the store
 */
export async function createKey(
  { source, label, rotates }: { source: string; label?: string | undefined; rotates: boolean },
  store: Pick<KeysSecretStore, 'change'>,
  clock: Pick<Clock, 'wallMilliseconds'>,
  random: Randomness = secureRandomness,
): Promise<CreatedKey> {
  let made = makeKey({ source, label }, clock.wallMilliseconds(), random);
  const secret = await store.change((keys) => {
    const isTaken = keys.keys.some(({ id, sha256 }) => id === made.stored.id && sha256 !== made.stored.sha256);
    // Two of 2.8 million million IDs are the same.
    if (isTaken) made = makeKey({ source, label }, clock.wallMilliseconds(), random);
    return withKey(keys, made.stored, rotates);
  });
  return { ...made, older: validKeys(secret, source).find(({ id }) => id !== made.stored.id) };
}

/**
 * Adds a key, unless it is there already.
 *
 * @param rotates whether the source must have a key that the new one follows
 * @throws OperatorError if the source has as many valid keys as it may have, or none to follow
 */
export function withKey(secret: KeysSecret, key: StoredKey, rotates: boolean): KeysSecret {
  if (secret.keys.some(({ sha256 }) => sha256 === key.sha256)) return secret;
  const valid = validKeys(secret, key.source);
  if (valid.length >= mostValidKeys) {
    const known = valid.map(keyWords).join(' and ');
    throw new OperatorError(
      `${key.source} has ${valid.length} valid keys: ${known}. Take the new one into use, and revoke the other first: ` +
        `onelink keys revoke ${valid[0]?.id}. Nothing was changed.`,
    );
  }
  if (rotates && valid.length === 0) {
    throw new OperatorError(
      `${key.source} has no valid key to follow. To create one, run: onelink keys create --source ${key.source}`,
    );
  }
  return { ...secret, keys: [...secret.keys, key] };
}

/** @throws OperatorError if there is no such key */
export function withRevoked(secret: KeysSecret, id: string, nowMilliseconds: number): KeysSecret {
  const key = keyNamed(secret, id);
  if (key.revokedAt !== undefined) return secret;
  const revokedAt = new Date(nowMilliseconds).toISOString();
  return {
    ...secret,
    keys: secret.keys.map((one) => (one.id === id && one.revokedAt === undefined ? { ...one, revokedAt } : one)),
  };
}

/** @throws OperatorError if there is no such key, or if the text is a whole key */
export function keyNamed({ keys }: KeysSecret, id: string): StoredKey {
  if (keyForm.test(id)) {
    // The shell keeps it in its history.
    throw new OperatorError(`This is a whole key. Name it by its ID: ${keyIdOf(id)}. Nothing was changed.`);
  }
  if (!keyIdForm.test(id)) {
    throw new OperatorError(
      'The ID of a key has eight characters of a to z and 0 to 9, as list prints it. Nothing was changed.',
    );
  }
  const found = keys.find((key) => key.id === id);
  if (found !== undefined) return found;
  throw new OperatorError(`There is no key ${id}. To see all keys, run: onelink keys list. Nothing was changed.`);
}

/** @throws OperatorError if the configuration gives the source no keys */
export function refuseWithoutKeys(source: string, settings: Pick<PipelineSettings, 'producers'>): void {
  const known = httpProducersOf(settings);
  const producer = known.find((one) => one.source === source);
  if (producer?.keys) return;
  const names = (found: readonly { source: string }[]) => found.map((one) => one.source).join(', ') || 'none';
  if (settings.producers.every((one) => one.source !== source)) {
    throw new OperatorError(`There is no producer ${source} in ${configFile}. It has: ${names(settings.producers)}.`);
  }
  if (producer !== undefined) {
    throw new OperatorError(
      `${source} signs its requests (iam), and may not have keys. To allow them, remove keys: false from its http in ${configFile}, and deploy.`,
    );
  }
  throw new OperatorError(
    `${source} may not use the HTTP API. To allow it, give it http: {} in ${configFile}, and deploy. Producers with keys: ` +
      `${names(known.filter((one) => one.keys))}.`,
  );
}

/** `a1b2c3d4 (“web shop”, of 2026-11-27)` */
export function keyWords({ id, label, createdAt }: StoredKey): string {
  const day = createdAt.slice(0, 10);
  return label === undefined ? `${id} (of ${day})` : `${id} (“${visible(label)}”, of ${day})`;
}
