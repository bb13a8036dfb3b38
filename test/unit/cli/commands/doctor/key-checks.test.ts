import { describe, expect, test } from 'vitest';
import { checkKeys } from '../../../../../cli/commands/doctor/key-checks.ts';
import { KeysSecretBroken } from '../../../../../lambdas/adapters/keys-secret-store.ts';
import type { StoredKey } from '../../../../../lambdas/domain/http/keys.ts';

const now = Date.parse('2026-11-27T10:00:00Z');
const producer = (source: string, http?: { keys?: boolean; iam?: boolean }) => ({
  source,
  principals: [],
  lanes: ['campaign'],
  templates: ['A1b3'],
  ...(http !== undefined && { http }),
});
const producers = [producer('crm', {}), producer('studio', { keys: false, iam: true }), producer('product')];
const key = (id: string, source: string, createdAt: string, change: Partial<StoredKey> = {}): StoredKey => ({
  id,
  source,
  sha256: '0'.repeat(64),
  createdAt,
  ...change,
});
const check = (...keys: StoredKey[]) =>
  checkKeys(() => ({ read: async () => ({ secret: { keys }, versionId: 'v' }) }), { producers }, now);

describe('the doctor, on keys of the HTTP API', () => {
  test('is content if each producer has a key of this year', async () => {
    expect(await check(key('a1b2c3d4', 'crm', '2025-11-27T10:00:00Z'))).toEqual([
      { name: 'HTTP keys', result: 'ok', words: 'each producer has one, and none is older than a year' },
    ]);
  });

  test('names a producer without a valid key', async () => {
    const revoked = key('a1b2c3d4', 'crm', '2026-11-01T10:00:00Z', { revokedAt: '2026-11-02T10:00:00Z' });
    expect(await check(revoked)).toEqual([
      {
        name: 'HTTP keys',
        result: 'warning',
        words: 'crm may use the HTTP API, and has no valid key',
        fix: 'onelink keys create --source crm',
      },
    ]);
  });

  test('names a key that is older than a year', async () => {
    expect(await check(key('a1b2c3d4', 'crm', '2025-11-27T09:59:59Z', { label: 'shop' }))).toEqual([
      {
        name: 'HTTP keys',
        result: 'warning',
        words: 'the key a1b2c3d4 (“shop”, of 2025-11-27) of crm is older than a year',
        fix: 'onelink keys rotate --source crm',
      },
    ]);
  });

  test('names a valid key of a producer that may not have keys any more', async () => {
    const own = key('a1b2c3d4', 'crm', '2026-11-01T10:00:00Z');
    expect(await check(own, key('b1b2c3d4', 'studio', '2026-11-01T10:00:00Z'))).toEqual([
      {
        name: 'HTTP keys',
        result: 'warning',
        words: 'the key b1b2c3d4 (of 2026-11-01) is of studio, which may not have keys by the configuration',
        fix: 'onelink keys revoke b1b2c3d4',
      },
    ]);
  });

  test('fails if the secret is broken, with the repair', async () => {
    const read = async () => {
      throw new KeysSecretBroken('To put it back: aws …');
    };
    expect(await checkKeys(() => ({ read }), { producers }, now)).toEqual([
      { name: 'HTTP keys', result: 'failed', words: 'cannot be read', fix: 'To put it back: aws …' },
    ]);
  });

  test('checks nothing if no producer may have keys', async () => {
    const unread = () => {
      throw new Error('there is no secret');
    };
    expect(await checkKeys(unread, { producers: producers.slice(1) }, now)).toEqual([]);
  });
});
