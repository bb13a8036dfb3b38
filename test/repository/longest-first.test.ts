import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { longest, placeOf } from '../run/longest-first.ts';

const root = join(import.meta.dirname, '../..');

test('the list of the longest test files names only files that exist', () => {
  expect(longest.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('the longest test file starts first, and a short one after all long ones', () => {
  expect(placeOf('/anywhere/test/browser/console.test.ts')).toBe(0);
  expect(placeOf('/anywhere/test/unit/domain/ttl.test.ts')).toBe(longest.length);
});
