import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { addStage } from '../../lib/stacks/stages.ts';
import { configuredApp, emptyApp } from './configured-app.ts';

const production = config.stages.production ?? expect.fail('no production');
const placed = {
  ...config,
  stages: { production: { ...production, aws: { account: '111122223333', region: 'eu-central-1' } } },
};

describe('the stacks of a stage', () => {
  test('go where the credentials are, if the stage has no AWS account', () => {
    const { main, state } = configuredApp();
    expect([main.environment, state.environment]).toEqual(Array(2).fill('aws://unknown-account/unknown-region'));
  });

  test('belong to the AWS account and region of the stage', () => {
    const { main, state } = configuredApp(placed);
    expect([main.environment, state.environment]).toEqual(Array(2).fill('aws://111122223333/eu-central-1'));
  });

  test('belong nowhere in a local run', () => {
    const app = emptyApp();
    addStage(app, placed, 'production', { anywhere: true });
    const environments = app.synth().stacks.map(({ environment }) => environment.name);
    expect(environments).toEqual(Array(2).fill('aws://unknown-account/unknown-region'));
  });
});

test('the app refuses to synthesise without a stage: a deployment would have reached every stage', async () => {
  // Given the app as the CDK starts it, without a context
  const run = promisify(execFile)(process.execPath, ['bin/app.ts'], {
    cwd: new URL('../../', import.meta.url),
    env: { ...process.env, CDK_CONTEXT_JSON: '{}' },
  });
  // Then it ends with an error that names the stages
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Name the stage, one of production, staging: npx cdk deploy --all -c stage=staging/),
  });
});
