import { describe, expect, it } from 'vitest';
import type { KeysSecret, StoredKey } from '../../../../lambdas/domain/http/keys.ts';
import { authorizer } from '../../../../lambdas/http-authorizer/authorizer.ts';
import { authorizationForm } from '../../../../lambdas/http-authorizer/env.ts';

const key = `olp_abcd1234_${'A'.repeat(43)}`;
/** The SHA-256 of that key. A literal, so a changed hash breaks a test. */
const sha256 = 'c07f7bb20a2515355fd3b2dacc61923de1c4d76e0f77c780e8a4a35e3aa593c6';
const stored: StoredKey = { id: 'abcd1234', source: 'crm', sha256, createdAt: '2026-03-01T10:00:00Z' };
const methodArn = 'arn:aws:execute-api:eu-west-1:111122223333:abcdefghij/live/GET/v1/links/A1b3/secret-link';

function given(keys: KeysSecret | Error, usage: Record<string, string> = { crm: 'usage-of-crm-00000000' }) {
  const counts: string[] = [];
  const logs: unknown[] = [];
  const authorize = authorizer(
    { USAGE_IDENTIFIERS: usage },
    {
      keys: {
        current: async () => {
          if (keys instanceof Error) throw keys;
          return keys;
        },
      },
      observer: { count: (metric) => void counts.push(metric), warn: (...all) => void logs.push(all) },
    },
  );
  return { counts, logs, authorize: (authorizationToken: string) => authorize({ authorizationToken, methodArn }) };
}

describe('the authorizer', () => {
  it('names the key’s source, and allows all paths of /v1 and no others', async () => {
    const { authorize } = given({ keys: [stored] });

    expect(await authorize(`Bearer ${key}`)).toEqual({
      principalId: 'crm',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: 'Allow',
            Resource: 'arn:aws:execute-api:eu-west-1:111122223333:abcdefghij/live/*/v1/*',
          },
        ],
      },
      context: { source: 'crm', keyId: 'abcd1234' },
      usageIdentifierKey: 'usage-of-crm-00000000',
    });
  });

  it.each(['bearer', 'BEARER', 'bEaReR', 'Bearer '])(
    'takes the scheme in any case, with any blanks: %s',
    async (scheme) => {
      const { authorize } = given({ keys: [stored] });
      expect(await authorize(`${scheme} ${key}`)).toMatchObject({ principalId: 'crm' });
    },
  );

  it.each([
    ['a key of other random bytes', `Bearer olp_abcd1234_${'B'.repeat(43)}`],
    ['a key with another ID', `Bearer olp_abcd1235_${'A'.repeat(43)}`],
    ['another scheme', `Basic ${key}`],
    ['a key in capitals', `Bearer ${key.toUpperCase()}`],
    ['a tab', `Bearer\t${key}`],
    ['a line after the key', `Bearer ${key}\n`],
    ['two keys', `Bearer ${key}, Bearer ${key}`],
    ['no key', ''],
    ['the hash in place of the key', `Bearer ${sha256}`],
  ])('refuses %s', async (_, authorization) => {
    const { authorize, counts, logs } = given({ keys: [stored] });

    // API Gateway answers 401 to exactly this message.
    await expect(authorize(authorization)).rejects.toThrow(/^Unauthorized$/);
    expect(counts).toEqual(['HttpKeyRefused']);
    expect(logs).toEqual([]);
  });

  it('refuses a revoked key', async () => {
    const { authorize } = given({ keys: [{ ...stored, revokedAt: '2026-03-02T10:00:00Z' }] });
    await expect(authorize(`Bearer ${key}`)).rejects.toThrow(/^Unauthorized$/);
  });

  it('refuses a key of a source that may not use keys any more', async () => {
    const { authorize } = given({ keys: [stored] }, { studio: 'usage-of-studio-0000' });
    await expect(authorize(`Bearer ${key}`)).rejects.toThrow(/^Unauthorized$/);
  });

  it('refuses a key of a source that has the name of a method of all objects', async () => {
    const { authorize } = given({ keys: [{ ...stored, source: 'constructor' }] });
    await expect(authorize(`Bearer ${key}`)).rejects.toThrow(/^Unauthorized$/);
  });

  it('fails if the secret cannot be read, so that nobody takes it for a wrong key', async () => {
    const { authorize, counts } = given(new Error('throttled'));
    await expect(authorize(`Bearer ${key}`)).rejects.toThrow('throttled');
    expect(counts).toEqual(['HttpKeysUnreadable']);
  });

  it('has a form that API Gateway checks, which fits a key and nothing longer', () => {
    const form = new RegExp(authorizationForm);
    expect(form.test(`Bearer ${key}`)).toBe(true);
    expect(form.test(`Bearer ${key}x`)).toBe(false);
  });
});
