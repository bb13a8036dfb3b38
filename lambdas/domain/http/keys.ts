import { hash } from 'node:crypto';
import * as z from 'zod';
import { identity } from '../contract/identity.ts';

/** How long the check of a key uses the keys that it has read. Seconds. */
export const keysKeptSeconds = 10;

/** The part of a key that is no secret, and names it. */
export const keyIdForm = /^[a-z0-9]{8}$/;

/** `olp_{id}_{secret}`: 32 random bytes make 43 characters of base64url. */
export const keyForm = /^olp_([a-z0-9]{8})_[A-Za-z0-9_-]{43}$/;

/** At most this many keys of a source are valid at a time: one in use, and its successor. */
export const mostValidKeys = 2;

/**
 * A key as it is stored. The key itself is shown once and stored nowhere. Fields of later releases are kept, so that a
 * release before them can still read and write the keys.
 */
export const storedKeySchema = z.looseObject({
  id: z.string().regex(keyIdForm),
  source: identity.source,
  /** The SHA-256 of the whole key, in hexadecimal. 256 random bits need no slow hash. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** ISO 8601, UTC. */
  createdAt: z.iso.datetime(),
  /** The operator's words. */
  label: z.string().min(1).max(100).optional(),
  /** ISO 8601, UTC. A revoked key is never valid again. */
  revokedAt: z.iso.datetime().optional(),
});
export type StoredKey = z.infer<typeof storedKeySchema>;

/** The content of the keys' secret, as JSON. */
export const keysSecretSchema = z.looseObject({ keys: z.array(storedKeySchema) });
export type KeysSecret = z.infer<typeof keysSecretSchema>;

/** The secret's first content. */
export const noKeys: KeysSecret = { keys: [] };

/**
 * @param id eight characters of a to z and 0 to 9
 * @param secret 32 random bytes
 */
export const keyText = (id: string, secret: Uint8Array): string =>
  `olp_${id}_${Buffer.from(secret).toString('base64url')}`;

/** The ID in a key's text, or undefined if the text is not of the form of a key. */
export const keyIdOf = (key: string): string | undefined => keyForm.exec(key)?.[1];

/** The SHA-256 of a whole key, in hexadecimal. */
export const hashOfKey = (key: string): string => hash('sha256', key, 'hex');

/** The keys of a source that are not revoked, oldest first. */
export function validKeys({ keys }: KeysSecret, source: string): StoredKey[] {
  return keys
    .filter((key) => key.source === source && key.revokedAt === undefined)
    .sort((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
}

/** The secret with the keys cannot be used. The message names the repair. */
export class KeysUnusable extends Error {
  override readonly name = 'KeysUnusable';
}
