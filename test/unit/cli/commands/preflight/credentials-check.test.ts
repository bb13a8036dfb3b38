import { describe, expect, test } from 'vitest';
import { inZone } from '../../../../stack/strict-stage.ts';
import { found } from '../../../../world/preflight-world.ts';

describe('credentials', () => {
  test('of another AWS account end the preflight, because it would read the wrong one', async () => {
    const GetCallerIdentity = { xml: '<Account>999999999999</Account><Arn>arn:aws:iam::999999999999:user/bo</Arn>' };
    const checks = await found({ GetCallerIdentity });
    expect(checks).toEqual([
      {
        name: 'AWS account and region',
        result: 'failed',
        words:
          'the credentials are of 999999999999 (arn:aws:iam::999999999999:user/bo), and stages.production.aws has 111122223333',
        fix: 'Use credentials of 111122223333: set AWS_PROFILE, or sign in with: aws sso login',
      },
    ]);
  });

  test('of an account that deploys the stage are led to the role that reads in the stage’s', async () => {
    const configuration = inZone({});
    const { production } = configuration.stages;
    if (production?.aws) production.aws.deployedFrom = ['999999999999'];
    const GetCallerIdentity = { xml: '<Account>999999999999</Account><Arn>arn:aws:iam::999999999999:user/bo</Arn>' };
    const [check] = await found({ GetCallerIdentity }, configuration);
    expect(check?.fix).toContain(
      '--role-arn arn:aws:iam::111122223333:role/cdk-hnb659fds-lookup-role-111122223333-eu-central-1',
    );
  });
});
