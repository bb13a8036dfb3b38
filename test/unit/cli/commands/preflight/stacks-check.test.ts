import { describe, expect, test } from 'vitest';
import { concurrency } from '../../../../world/aws-account.ts';
import { briefly, found, stackIn } from '../../../../world/preflight-world.ts';

describe('a stack', () => {
  const check = async (status: string, isProtected: boolean) =>
    briefly(await found(stackIn(status, isProtected)), 'stack OneLink-production')[0];

  test('whose protected creation failed gets the commands that let the next deployment delete it', async () => {
    expect(await check('ROLLBACK_COMPLETE', true)).toEqual([
      'failed',
      'its creation failed (ROLLBACK_COMPLETE), and its termination protection forbids the next deployment to delete it',
      'CloudFormation must be allowed to delete it: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name OneLink-production --region eu-central-1. Then deploy: npx cdk deploy --all -c stage=production -c first=true',
    ]);
  });

  test.each([
    ['ROLLBACK_COMPLETE', false, 'warning'],
    ['REVIEW_IN_PROGRESS', true, 'ok'],
    ['CREATE_IN_PROGRESS', true, 'failed'],
    ['CREATE_FAILED', false, 'failed'],
    ['UPDATE_ROLLBACK_FAILED', true, 'failed'],
    ['DELETE_FAILED', false, 'failed'],
    ['UPDATE_ROLLBACK_COMPLETE', true, 'ok'],
    ['CREATE_COMPLETE', true, 'ok'],
    ['CREATE_COMPLETE', false, 'warning'],
  ])('in the status %s, protected %s: %s', async (status, isProtected, result) => {
    expect((await check(status, isProtected))?.[0]).toBe(result);
  });

  test('that is deployed has its Lambda environments already', async () => {
    const checks = await found({
      ...stackIn('CREATE_COMPLETE', true),
      ...concurrency(171, 100),
    });
    expect(briefly(checks, 'Lambda concurrency')[0]?.[0]).toBe('ok');
  });
});
