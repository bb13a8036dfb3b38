import * as z from 'zod';
import { keyIdForm, storedKeySchema } from '../http/keys.ts';
import { defineAct, sourceName } from './act.ts';

/** The caller makes the key, and sends its hash alone. */
const fields = {
  source: sourceName,
  id: z.string().regex(keyIdForm),
  /** The SHA-256 of the whole key, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  label: z.string().min(1).max(100).optional(),
};
const target = ({ source, id }: { source: string; id: string }) => ({ source, key: id });
const shown = storedKeySchema.omit({ sha256: true });
const answer = z.object({
  stored: shown,
  /** The key of the same producer that is valid as well. */
  older: shown.optional(),
});

/** Stores the hash of a producer's new key. */
export const keyCreate = defineAct({ name: 'key-create', fields, permission: 'operate', target, answer });

/** Stores the hash of a new key that follows a valid one. */
export const keyRotate = defineAct({ name: 'key-rotate', fields, permission: 'operate', target, answer });

/** Revokes a key for good. */
export const keyRevoke = defineAct({
  name: 'key-revoke',
  fields: { id: z.string().regex(keyIdForm) },
  permission: 'operate',
  target: ({ id }) => ({ key: id }),
  answer: z.object({
    stored: shown,
    /** False if it was revoked before. */
    changed: z.boolean(),
    /** Valid keys that the producer has left. */
    valid: z.int(),
  }),
});
