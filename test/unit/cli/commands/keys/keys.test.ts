import { describe, expect, test } from 'vitest';
import { newKeyJson } from '../../../../../cli/commands/keys/list.ts';
import { makeKey, refuseWithoutKeys } from '../../../../../cli/pipeline/http-keys.ts';
import type { ProducerSettings } from '../../../../../lib/config/config-schema.ts';
import { onelink } from '../../in-process.ts';

const producer = (source: string, http?: ProducerSettings['http']): ProducerSettings => ({
  source,
  principals: [],
  lanes: ['campaign'],
  templates: ['A1b3'],
  ...(http !== undefined && { http }),
});
const settings = {
  producers: [producer('crm', {}), producer('studio', { keys: false, iam: true }), producer('product')],
};

describe('a new key', () => {
  test('has an ID of eight characters and 32 random bytes', () => {
    const random = { below: (limit: number) => limit - 1, bytes: (count: number) => new Uint8Array(count).fill(255) };

    expect(makeKey(random)).toEqual({
      key: 'olp_99999999___________________________________________8',
      id: '99999999',
      sha256: '7e2e349e2303008a6d2a49aaa97b3f8f8c243d8ad5573c46ad218f8f6a856bed',
    });
  });

  test('is another one each time', () => {
    const keys = Array.from({ length: 100 }, () => makeKey().key);
    expect(new Set(keys).size).toBe(100);
  });

  test('names the older key in its JSON, and shows no hash', () => {
    const older = { id: 'first000', source: 'crm', createdAt: '1970-01-01T00:00:00.000Z' };
    const stored = { id: 'second00', source: 'crm', label: 'shop', createdAt: '1970-01-02T00:00:00.000Z' };

    expect(newKeyJson({ key: 'olp_second00_x', stored, older })).toEqual({
      id: 'second00',
      source: 'crm',
      label: 'shop',
      createdAt: '1970-01-02T00:00:00.000Z',
      key: 'olp_second00_x',
      revokeNext: 'first000',
    });
  });
});

describe('a source that may not have keys', () => {
  test('is refused with the remedy', () => {
    expect(() => refuseWithoutKeys('crm', settings, 'lib/config/config.ts')).not.toThrow();
    expect(() => refuseWithoutKeys('product', settings, 'the configuration of the local run')).toThrow(
      'product may not use the HTTP API. To allow it, give it http: {} in the configuration of the local run, and deploy. Producers with keys: crm.',
    );
    expect(() => refuseWithoutKeys('studio', settings, 'lib/config/config.ts')).toThrow(
      'studio signs its requests (iam), and may not have keys. To allow them, remove keys: false',
    );
    expect(() => refuseWithoutKeys('toString', settings, 'lib/config/config.ts')).toThrow(
      'There is no producer toString in lib/config/config.ts. It has: crm, studio, product.',
    );
  });
});

test.each([
  ['an empty label', ' '],
  ['a label of 101 characters', 'x'.repeat(101)],
  ['a label with a line break', 'web\nshop'],
  ['a label with an invisible character', 'web\u200bshop'],
])('onelink keys create refuses %s', async (_, label) => {
  const { status, stderr } = await onelink(['keys', 'create', '--source', 'crm', '--label', label]);

  expect(status).toBe(2);
  expect(stderr).toContain('It must have 1 to 100 characters, and no invisible ones.');
});
