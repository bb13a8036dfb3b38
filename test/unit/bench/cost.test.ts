import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stepsInWords } from '../../report/cost-tables.ts';

const doc = (file: string) =>
  readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');

test('the docs state the cost of single steps that follows from the list prices', () => {
  const words = 'DynamoDB, for each million links: $0.625 to claim chosen IDs, $1.375 to check ends.';
  expect(stepsInWords()).toBe(words);
  expect(doc('performance.md')).toContain(words);
  expect(doc('architecture.md')).toContain('link under a chosen ID, the claim costs one write unit: $0.625 a million');
  expect(doc('expiry.md')).toContain('A read adds $0.125, which makes $1.375.');
});
