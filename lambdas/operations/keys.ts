import { type KeysSecret, KeysUnusable, mostValidKeys, type StoredKey, validKeys } from '../domain/http/keys.ts';
import type { Clock } from '../domain/work/clock.ts';
import { ActFailed, type Performed, type Performers } from './performers.ts';

export interface KeyPorts {
  /** Undefined if no producer may have keys. */
  keys: { change(edit: (secret: KeysSecret) => KeysSecret): Promise<KeysSecret> } | undefined;
  clock: Pick<Clock, 'wallMilliseconds'>;
}

type NewKey = Pick<StoredKey, 'source' | 'id' | 'sha256'> & { label?: string | undefined };

/** The acts on keys of the HTTP API. The function never sees a key: the caller makes it, and sends its hash. */
export function keyActs(ports: KeyPorts): Pick<Performers, 'key-create' | 'key-rotate' | 'key-revoke'> {
  return {
    'key-create': (act) => createKey(act, false, ports),
    'key-rotate': (act) => createKey(act, true, ports),
    'key-revoke': async ({ id }) => {
      const now = new Date(ports.clock.wallMilliseconds()).toISOString();
      let before: string | undefined;
      const secret = await changed(ports, (keys) => {
        before = keyNamed(keys, id).revokedAt;
        return withRevoked(keys, id, now);
      });
      const key = keyNamed(secret, id);
      const valid = validKeys(secret, key.source).length;
      const answer = { stored: shown(key), changed: before === undefined, valid };
      return { answer, effect: { source: key.source, changed: answer.changed, valid } };
    },
  };
}

async function createKey({ source, id, sha256, label }: NewKey, rotates: boolean, ports: KeyPorts) {
  const createdAt = new Date(ports.clock.wallMilliseconds()).toISOString();
  const stored: StoredKey = { id, source, sha256, createdAt, ...(label !== undefined && { label }) };
  const secret = await changed(ports, (keys) => withKey(keys, stored, rotates));
  const older = validKeys(secret, source).find((key) => key.id !== id);
  const answer = { stored: shown(stored), ...(older && { older: shown(older) }) };
  const valid = validKeys(secret, source).length;
  return { answer, effect: { valid } } satisfies Performed<typeof answer>;
}

async function changed({ keys }: KeyPorts, edit: (secret: KeysSecret) => KeysSecret): Promise<KeysSecret> {
  if (keys === undefined) throw new ActFailed('No producer may have keys. Give one http: {} and deploy.');
  try {
    return await keys.change(edit);
  } catch (error) {
    throw error instanceof KeysUnusable ? new ActFailed(error.message) : error;
  }
}

/**
 * Adds a key, unless it is there already.
 *
 * @param rotates whether the source must have a key that the new one follows
 * @throws ActFailed if the source has as many valid keys as it may have, or none to follow, or if the ID is taken
 */
export function withKey(secret: KeysSecret, key: StoredKey, rotates: boolean): KeysSecret {
  if (secret.keys.some(({ sha256 }) => sha256 === key.sha256)) return secret;
  // Two of 2.8 million million IDs are the same.
  if (secret.keys.some(({ id }) => id === key.id)) throw new ActFailed('The ID of the key is taken. Run it again.');
  const valid = validKeys(secret, key.source);
  if (valid.length >= mostValidKeys) {
    const known = valid.map(({ id }) => id).join(' and ');
    throw new ActFailed(
      `${key.source} has ${valid.length} valid keys: ${known}. Take the new one into use, and revoke the other first: ` +
        `onelink keys revoke ${valid[0]?.id}. Nothing was changed.`,
    );
  }
  if (rotates && valid.length === 0) {
    throw new ActFailed(
      `${key.source} has no valid key to follow. To create one, run: onelink keys create --source ${key.source}`,
    );
  }
  return { ...secret, keys: [...secret.keys, key] };
}

/** @throws ActFailed if there is no such key */
export function withRevoked(secret: KeysSecret, id: string, revokedAt: string): KeysSecret {
  if (keyNamed(secret, id).revokedAt !== undefined) return secret;
  return {
    ...secret,
    keys: secret.keys.map((one) => (one.id === id && one.revokedAt === undefined ? { ...one, revokedAt } : one)),
  };
}

function keyNamed({ keys }: KeysSecret, id: string): StoredKey {
  const found = keys.find((key) => key.id === id);
  if (found !== undefined) return found;
  throw new ActFailed(`There is no key ${id}. To see all keys, run: onelink keys list. Nothing was changed.`);
}

const shown = ({ sha256: _, ...key }: StoredKey) => key;
