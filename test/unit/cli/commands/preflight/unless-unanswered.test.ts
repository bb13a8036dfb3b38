import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { unlessUnanswered } from '../../../../../cli/commands/preflight/unless-unanswered.ts';
import { inZone } from '../../../../stack/strict-stage.ts';
import { type Answers, denied } from '../../../../world/aws-account.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

describe('a check that cannot be made', () => {
  test('names the permission that is missing, and the others go on', async () => {
    const checks = await found({ GetRole: denied('AccessDenied', 'iam:GetRole') });
    expect(briefly(checks, 'producer crm')).toEqual([
      [
        'not-known',
        'not permitted to you: AWS denies iam:GetRole',
        'Ask an administrator for the policy in docs/permissions.md, “Before the first deployment”.',
      ],
    ]);
    expect(briefly(checks, 'producer product')[0]?.[0]).toBe('ok');
  });

  test('of one name leaves the other names', async () => {
    const checks = await found(
      {
        ListDashboards: denied('AccessDenied', 'cloudwatch:ListDashboards'),
        DescribeKey: { json: { KeyMetadata: { KeyId: 'one' } } },
      },
      inZone({ key: 'own' }),
    );
    expect(briefly(checks, 'names').map(([result, words]) => [result, words])).toEqual([
      ['failed', 'the key alias alias/OneLink-production-State exists, and the stack will make one of this name'],
      ['not-known', 'not permitted to you: AWS denies cloudwatch:ListDashboards'],
    ]);
  });

  test.each<[string, string, Answers[string]]>([
    ['ec2', 'network', denied('UnauthorizedOperation', 'ec2:DescribeVpcs')],
    [
      'ec2 that fails',
      'network',
      { error: [503, 'Unavailable', 'The service is unavailable. Please try again shortly.'] },
    ],
  ])('of %s ends as not-known', async (_, name, answer) => {
    const checks = await found(
      { DescribeVpcs: answer, DescribeSubnets: answer },
      inZone({ network: { vpcId: 'vpc-0123456789abcdef0', subnetIds: ['subnet-0123456789abcdef0'] } }),
    );
    expect(new Set(briefly(checks, name).map(([result]) => result))).toEqual(new Set(['not-known']));
  });
});

describe('a service', () => {
  test('that nobody can reach ends its check as not-known', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_IAM', 'http://127.0.0.1:1');
    expect(briefly(await found(), 'producer crm')[0]?.slice(0, 2)).toEqual([
      'not-known',
      'the service cannot be reached (ECONNREFUSED): iam:GetRole',
    ]);
  });

  test('that never answers ends its check at the deadline', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const check = unlessUnanswered('network', 'ec2:DescribeVpcs', () => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await check).toEqual([
      {
        name: 'network',
        result: 'not-known',
        words: 'it took longer than 30 s',
        fix: 'Check the network, the proxy and the region, then run the preflight again.',
      },
    ]);
  });
});
