import { describe, expect, it } from 'vitest';
import {
  hashOfKey,
  keyForm,
  keyIdOf,
  keysSecretSchema,
  keyText,
  noKeys,
  validKeys,
} from '../../../../../lambdas/domain/http/keys.ts';
import { usageIdentifier } from '../../../../../lambdas/http-authorizer/env.ts';

const stored = (id: string, createdAt: string, change: object = {}) => ({
  id,
  source: 'crm',
  sha256: '0'.repeat(64),
  createdAt,
  ...change,
});

describe('a key', () => {
  it('has its ID and 32 random bytes', () => {
    const key = keyText('abcd1234', new Uint8Array(32).fill(255));
    expect(key).toBe('olp_abcd1234___________________________________________8');
    expect(key).toMatch(keyForm);
    expect(keyIdOf(key)).toBe('abcd1234');
  });

  it('is hashed as a whole', () => {
    expect(hashOfKey('olp_abcd1234_x')).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOfKey('olp_abcd1234_x')).not.toBe(hashOfKey('olp_abcd1235_x'));
    expect(hashOfKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('the secret', () => {
  it('starts without keys, and keeps fields of later releases', () => {
    expect(keysSecretSchema.parse(noKeys)).toEqual({ keys: [] });
    const later = { keys: [{ ...stored('abcd1234', '2026-03-01T10:00:00Z'), scope: 'read' }], v: 2 };
    expect(keysSecretSchema.parse(later)).toEqual(later);
  });

  it.each([
    [{}],
    [[]],
    [{ keys: [{ ...stored('abcd1234', '2026-03-01T10:00:00Z'), sha256: 'x' }] }],
    [{ keys: [stored('toolongid', '2026-03-01T10:00:00Z')] }],
    [{ keys: [stored('abcd1234', 'yesterday')] }],
  ])('is malformed: %j', (secret) => {
    expect(keysSecretSchema.safeParse(secret).success).toBe(false);
  });

  it('has the valid keys of a source, oldest first', () => {
    const keys = [
      stored('second00', '2026-03-02T10:00:00Z'),
      stored('revoked0', '2026-03-01T09:00:00Z', { revokedAt: '2026-03-03T10:00:00Z' }),
      stored('first000', '2026-03-01T10:00:00Z'),
      stored('others00', '2026-03-01T10:00:00Z', { source: 'studio' }),
    ];
    expect(validKeys({ keys }, 'crm').map(({ id }) => id)).toEqual(['first000', 'second00']);
  });
});

describe('the usage identifier', () => {
  it('is of API Gateway’s length, and differs by pipeline, stage and source', () => {
    const all = [
      usageIdentifier('Main-staging', 'crm'),
      usageIdentifier('Main-production', 'crm'),
      usageIdentifier('Main-staging', 'c.r-m'),
      usageIdentifier(`${'P'.repeat(40)}-${'s'.repeat(20)}`, 'c'.repeat(64)),
    ];
    expect(new Set(all).size).toBe(4);
    for (const one of all) expect(one).toMatch(/^[a-z0-9]{20,128}$/);
  });
});
