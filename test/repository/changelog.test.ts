import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');

test('Unreleased has what a deployment changes in AWS, and begins with what it replaces', () => {
  const [, unreleased = ''] = changelog.split(/^## /m);
  expect(unreleased).toMatch(/^\[Unreleased\]/);
  const [, deployment = ''] = unreleased.split(/^### Deployment$/m);
  expect(deployment.trim()).toMatch(/^- Replaces /);
});
