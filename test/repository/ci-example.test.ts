import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const example = (file: string) => readFileSync(new URL(`../../examples/${file}`, import.meta.url), 'utf8');
const workflow = example('ci/deploy.yml');
/** The lines of a job, by its name. */
const job = (name: string) =>
  new RegExp(`^  ${name}:\\n((?:    .*\\n|\\n)+)`, 'm').exec(workflow)?.[1] ?? expect.fail(name);

test('the workflow deploys what was tested and shown, after approval, and has no secrets', () => {
  expect(job('diff')).toContain('needs: test\n');
  expect(job('deploy')).toContain('needs: diff\n');
  expect(job('deploy')).toContain('environment: production\n');
  for (const name of ['diff', 'deploy']) expect(job(name)).toContain('--app cdk.out');
  expect(workflow).not.toContain('secrets.');
});

test('only the jobs that assume a role get an OIDC token, and the role that deploys trusts only the approved environment', () => {
  expect(['test', 'diff', 'deploy'].map((name) => job(name).includes('id-token: write'))).toEqual([false, true, true]);
  const roles = example('ci/github-roles.yaml');
  const [, deploy = ''] = roles.split('\n  Deploy:\n');
  expect(deploy).toMatch(/sub: !Sub repo:\$\{Repository\}:environment:production\n/);
  expect(deploy).not.toContain('StringLike');
});

test('the sample app has the feature flags of this repository', () => {
  const context = (text: string) => JSON.parse(text).context;
  const own = readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8');
  expect(context(example('cdk-app/cdk.json'))).toEqual(context(own));
});
