import type { KeysSecret, StoredKey } from '../../../lambdas/domain/http/keys.ts';
import type { CreatedKey, SeenKey } from '../../pipeline/http-keys.ts';
import { instantWords, visible } from '../../words/words.ts';

/** A key without its hash, and without fields that this release does not know. */
export type ListedKey = Pick<StoredKey, 'id' | 'source' | 'label' | 'createdAt' | 'revokedAt'>;

export function shown({ id, source, label, createdAt, revokedAt }: SeenKey): ListedKey {
  return { id, source, ...(label && { label }), createdAt, ...(revokedAt && { revokedAt }) };
}

/** The keys of one source or all, by source and time. */
export function listedKeys({ keys }: KeysSecret, source?: string): ListedKey[] {
  return keys
    .filter((key) => source === undefined || key.source === source)
    .map(shown)
    .sort((one, other) => one.source.localeCompare(other.source) || one.createdAt.localeCompare(other.createdAt));
}

/** `a1b2c3d4  crm  “web shop”  created 2026-11-27 10:15:30 UTC  valid` */
export function listedWords({ id, source, label, createdAt, revokedAt }: ListedKey): string {
  const at = (instant: string) => `${instantWords(Date.parse(instant))} UTC`;
  const named = label === undefined ? [] : [`“${visible(label)}”`];
  const state = revokedAt === undefined ? 'valid' : `revoked ${at(revokedAt)}`;
  return [id, source, ...named, `created ${at(createdAt)}`, state].join('  ');
}

/** A new key with its text, which no other output has. */
export function newKeyJson({ key, stored, older }: CreatedKey): object {
  return { ...shown(stored), key, ...(older !== undefined && { revokeNext: older.id }) };
}
