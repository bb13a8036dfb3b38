import { expect, test } from 'vitest';
import { sourcesSchema } from '../../lambdas/operations/env.ts';
import { filesOfOperations } from '../../lib/constructs/operations.ts';
import { settings } from './shipped-pipeline.ts';

test('the operations function ships the first lane and the templates of each producer', () => {
  const files = filesOfOperations(settings());
  expect(Object.keys(files)).toEqual(['sources.json']);
  expect(sourcesSchema.parse(JSON.parse(files['sources.json'] ?? ''))).toEqual({
    crm: { lane: 'campaign', templates: ['A1b3', 'abc123'] },
    product: { lane: 'transactional', templates: ['A1b3'] },
    studio: { lane: 'campaign', templates: ['A1b3', 'abc123'] },
  });
});
