import { describe, expect, test } from 'vitest';
import { inZone } from '../../../../stack/strict-stage.ts';
import { type Answers, concurrency, missing, summary } from '../../../../world/aws-account.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

describe('a new AWS account', () => {
  test('that has all that the stage needs fails no check', async () => {
    expect((await found()).map(({ name, result }) => `${name}: ${result}`)).toEqual([
      'AWS account and region: ok',
      'CDK bootstrap: ok',
      'stack OneLink-production-State: ok',
      'stack OneLink-production: ok',
      'Lambda concurrency: ok',
      'SSM documents: ok',
      'IAM roles: ok',
      'IAM policies: ok',
      'names: ok',
      'leftovers: ok',
      'producer crm: ok',
      'producer product: ok',
      'producers: not-known',
      'AppsFlyer token of OneLink-production: ok',
      'alarms, page: warning',
      'alarms, ticket: warning',
      'to deploy: ok',
    ]);
  });

  test('has a Lambda quota of 10, and gets the command that raises it', async () => {
    const checks = await found(concurrency(10, 10));
    expect(briefly(checks, 'Lambda concurrency')).toEqual([
      [
        'failed',
        'the stage reserves 76 more of 10 unreserved environments (quota 10), and 100 must stay unreserved',
        'Request 176 at least (quota L-B99A9384): aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 176 --region eu-central-1',
      ],
    ]);
  });

  test('has room for the SSM documents of the stage, or gets the settings that need fewer', async () => {
    const documents = (count: number, ...names: string[]): Answers => ({
      ListDocuments: {
        json: {
          DocumentIdentifiers: [...names, ...Array.from({ length: count }, (_, index) => `other-${index}`)].map(
            (Name) => ({
              Name,
            }),
          ),
        },
      },
    });
    expect(briefly(await found(documents(447)), 'SSM documents')).toEqual([
      ['ok', 'the stage makes up to 53, and eu-central-1 has 447 of 500', ''],
    ]);
    const [full] = briefly(await found(documents(448)), 'SSM documents');
    expect(full).toEqual([
      'failed',
      'the stage makes up to 53, and eu-central-1 has 448 of 500',
      expect.stringContaining('landingZone.documents'),
    ]);
    const [taken] = briefly(await found(documents(0, 'OneLink-production-pause', 'Other-pause')), 'SSM documents');
    expect(taken).toEqual([
      'failed',
      '1 of the stage’s names exist: OneLink-production-pause',
      'If nobody needs them, delete each: aws ssm delete-document --region eu-central-1 --name OneLink-production-pause',
    ]);
    expect(briefly(await found(documents(500), inZone({ documents: false })), 'SSM documents')).toEqual([]);
  });

  test('has room for roles and policies by its own quota, and for the code of functions', async () => {
    const checks = await found({
      GetAccountSummary: summary({ Roles: 985, RolesQuota: 1_000, Policies: 20, PoliciesQuota: 1_500 }),
      GetAccountSettings: {
        json: {
          AccountLimit: {
            ConcurrentExecutions: 1_000,
            UnreservedConcurrentExecutions: 1_000,
            TotalCodeSize: 80_530_636_800,
          },
          AccountUsage: { TotalCodeSize: 80_530_636_800 - 100 * 1_048_576, FunctionCount: 900 },
        },
      },
    });
    expect(briefly(checks, 'IAM roles')).toEqual([
      [
        'failed',
        'the stage makes up to 22, and the account has 985 of 1,000',
        expect.stringContaining('--desired-value 1007'),
      ],
    ]);
    expect(briefly(checks, 'IAM policies')[0]?.[0]).toBe('ok');
    expect(briefly(checks, 'Lambda code')).toEqual([
      ['warning', '100 MB of 76,800 are free for the code of functions in eu-central-1', expect.any(String)],
    ]);
  });

  test('without a bootstrap gets the command, with the qualifier of the landing zone', async () => {
    const checks = await found({ GetParameter: missing.parameter }, inZone({ bootstrapQualifier: 'acmecdk' }));
    expect(briefly(checks, 'CDK bootstrap')).toEqual([
      [
        'failed',
        '111122223333, eu-central-1 has no parameter /cdk-bootstrap/acmecdk/version',
        'npx cdk bootstrap -c stage=production --qualifier acmecdk --toolkit-stack-name CDKToolkit-acmecdk',
      ],
    ]);
  });

  test.each([
    ['5', 'version 5'],
    ['', 'no version'],
  ])('with a bootstrap of version "%s" gets the version that it needs', async (Value, words) => {
    const checks = await found({ GetParameter: { json: { Parameter: { Value } } } });
    expect(briefly(checks, 'CDK bootstrap')[0]).toEqual([
      'failed',
      `/cdk-bootstrap/hnb659fds/version has ${words} in 111122223333, eu-central-1, and the stacks need 6`,
      'npx cdk bootstrap -c stage=production',
    ]);
  });
});
