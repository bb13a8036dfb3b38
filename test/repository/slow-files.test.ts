import { expect, it } from 'vitest';
import { slowest } from '../run/slow-files.ts';

it('lists the slowest ten files, the slowest first, in seconds', () => {
  const files = Array.from({ length: 12 }, (_, index) => [`${index}.test.ts`, index * 1_050] as const);
  const lines = slowest(files);
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('   11.6 s  11.test.ts');
  expect(lines[9]).toBe('    2.1 s  2.test.ts');
});
