import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { preflight } from '../../../../../cli/commands/preflight/run.ts';
import { unlessUnanswered } from '../../../../../cli/commands/preflight/unless-unanswered.ts';
import type { Configuration, LandingZone } from '../../../../../lib/config/config-schema.ts';
import { inZone, strictZone } from '../../../../stack/strict-stage.ts';
import { type Answers, awsAccount, concurrency, denied, missing } from '../../../../world/aws-account.ts';
import { onelink } from '../../in-process.ts';

const roles: Answers = {
  GetRole: {
    xml: '<Role><Path>/</Path><RoleName>crm</RoleName><RoleId>AROAEXAMPLEOFCRMROLE1</RoleId><Arn>arn:aws:iam::111122223333:role/crm</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>',
  },
  GetUser: {
    xml: '<User><Path>/</Path><UserName>product</UserName><UserId>AIDAEXAMPLEPRODUCTUSR</UserId><Arn>arn:aws:iam::111122223333:user/product</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></User>',
  },
};

/** What the preflight finds in an AWS account, by the names of the checks: `failed`, with its words and its fix. */
async function found(answers: Answers = {}, configuration: Configuration = inZone({})) {
  const { environment } = await awsAccount({ ...roles, ...answers }, onTestFinished);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const checks = [];
  const asked = { configuration, file: 'the configuration', stageName: 'production' };
  for await (const check of preflight(asked, new AbortController().signal)) checks.push(check);
  return checks;
}

const briefly = (checks: Awaited<ReturnType<typeof found>>, name: string) =>
  checks.filter((one) => one.name === name).map(({ result, words, fix }) => [result, words, fix ?? '']);
const stackIn = (status: string, isProtected: boolean): Answers => ({
  DescribeStacks: ({ StackName }) =>
    StackName === 'OneLink-production'
      ? {
          xml: `<Stacks><member><StackName>${StackName}</StackName><StackStatus>${status}</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><EnableTerminationProtection>${isProtected}</EnableTerminationProtection></member></Stacks>`,
        }
      : missing.stack(StackName),
});

describe('a new AWS account', () => {
  test('that has all that the stage needs fails no check', async () => {
    expect((await found()).map(({ name, result }) => `${name}: ${result}`)).toEqual([
      'AWS account and region: ok',
      'CDK bootstrap: ok',
      'stack OneLink-production-State: ok',
      'stack OneLink-production: ok',
      'Lambda concurrency: ok',
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
        'the stage reserves 72 more of 10 unreserved environments (quota 10), and 100 must stay unreserved',
        'Request 172 at least (quota L-B99A9384): aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 172 --region eu-central-1',
      ],
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

describe('producers', () => {
  test('whose role does not exist fail, since AWS refuses policies that name it', async () => {
    const checks = await found({ GetRole: missing.role('crm') });
    expect(briefly(checks, 'producer crm')).toEqual([
      [
        'failed',
        'arn:aws:iam::111122223333:role/crm does not exist, and AWS refuses policies that name it',
        'Make the role first, or correct its ARN. To see what there is: aws iam list-roles',
      ],
    ]);
  });

  test.each([
    ['role/apps/crm', 'AROAEXAMPLEOFCRMROLE1', 'there is arn:aws:iam::111122223333:role/apps/crm'],
    ['role/crm', 'AROAANOTHER', 'has the unique ID AROAANOTHER'],
  ])('whose role is %s with the ID %s show the difference', async (role, id, words) => {
    const GetRole = { xml: `<Role><RoleId>${id}</RoleId><Arn>arn:aws:iam::111122223333:${role}</Arn></Role>` };
    const [first] = briefly(await found({ GetRole }), 'producer crm');
    expect(first?.[0]).toBe('failed');
    expect(first?.[1]).toContain(words);
  });

  test('of another AWS account are named as not checked', async () => {
    expect(briefly(await found(), 'producers')[0]?.slice(0, 2)).toEqual([
      'not-known',
      'not checked, because they are not roles and users of 111122223333: studio: arn:aws:iam::444455556666:role/studio',
    ]);
  });
});

describe('what an earlier attempt left behind', () => {
  const deleted: Answers = {
    ListStacks: {
      xml: '<StackSummaries><member><StackName>OneLink-production-State</StackName><StackId>arn:aws:cloudformation:eu-central-1:111122223333:stack/OneLink-production-State/1</StackId><StackStatus>DELETE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime></member><member><StackName>Other</StackName><StackId>other</StackId><StackStatus>DELETE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime></member></StackSummaries>',
    },
    ListStackResources: ({ StackName }) =>
      StackName === 'other'
        ? { error: [500, 'NotAsked', ''] }
        : {
            xml: `<StackResourceSummaries>${[
              ['Ledger', 'AWS::DynamoDB::Table', 'DELETE_SKIPPED', 'OneLink-production-State-Ledger-1'],
              ['ApiToken', 'AWS::SecretsManager::Secret', 'DELETE_SKIPPED', 'ApiToken-1'],
              ['Archive', 'AWS::S3::Bucket', 'DELETE_COMPLETE', 'archive-1'],
            ]
              .map(
                ([id, type, status, physical]) =>
                  `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>${status}</ResourceStatus><PhysicalResourceId>${physical}</PhysicalResourceId><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>`,
              )
              .join('')}</StackResourceSummaries>`,
          },
  };

  test('is named if it still exists, with the commands that keep or delete it', async () => {
    const checks = await found({
      ...deleted,
      DescribeTable: { json: { Table: { DeletionProtectionEnabled: true, ItemCount: 1_200 } } },
    });
    expect(briefly(checks, 'leftovers')).toEqual([
      [
        'warning',
        'AWS::DynamoDB::Table Ledger of an earlier OneLink-production-State: OneLink-production-State-Ledger-1, which holds 1,200 records (DynamoDB counts them every six hours)',
        'If that pipeline made links, keep it, and import it: docs/deploying.md, “Repeat a first deployment”. Otherwise delete it: aws dynamodb update-table --no-deletion-protection-enabled --table-name OneLink-production-State-Ledger-1 --region eu-central-1 && aws dynamodb delete-table --table-name OneLink-production-State-Ledger-1 --region eu-central-1',
      ],
    ]);
  });

  test('is not named if somebody has deleted it', async () => {
    const DescribeTable: Answers[string] = {
      error: [400, 'ResourceNotFoundException', 'Requested resource not found'],
    };
    expect(briefly(await found({ ...deleted, DescribeTable }), 'leftovers')[0]?.[0]).toBe('ok');
  });
});

describe('names that the stacks need', () => {
  const zone: LandingZone = { namePrefix: 'acme-', key: 'own' };

  test('fail if a secret, an alias or a dashboard has them', async () => {
    const checks = await found(
      {
        DescribeSecret: ({ SecretId }) =>
          SecretId === 'acme-OneLink-production-State-ApiToken'
            ? { json: { Name: SecretId, DeletedDate: 1_767_225_600 } }
            : missing.secret,
        DescribeKey: { json: { KeyMetadata: { KeyId: 'one' } } },
        ListDashboards: { json: { DashboardEntries: [{ DashboardName: 'acme-OneLink-production' }] } },
      },
      inZone(zone),
    );
    expect(briefly(checks, 'names').map(([result, words]) => [result, words])).toEqual([
      [
        'failed',
        'the secret acme-OneLink-production-State-ApiToken is deleted, and keeps its name until its recovery window ends',
      ],
      ['failed', 'the key alias alias/acme-OneLink-production-State exists, and the stack will make one of this name'],
      ['failed', 'the dashboard acme-OneLink-production exists, and the stack will make one of this name'],
    ]);
  });
});

describe('a key', () => {
  const arn = 'arn:aws:kms:eu-central-1:111122223333:key/12345678-90ab-cdef-1234-567890abcdef';
  const check = async (metadata: object) => {
    const DescribeKey = { json: { KeyMetadata: { KeyId: arn, ...metadata } } };
    return briefly(await found({ DescribeKey }, inZone({ key: arn })), 'key in eu-central-1')[0];
  };
  const symmetric = { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' };

  test('that is enabled and symmetric is in order', async () => {
    expect((await check({ ...symmetric, KeyState: 'Enabled' }))?.[0]).toBe('ok');
  });

  test.each([
    [{ ...symmetric, KeyState: 'Disabled' }, `Enable it: aws kms enable-key --key-id ${arn} --region eu-central-1`],
    [{ ...symmetric, KeyState: 'PendingDeletion' }, `Cancel its deletion: aws kms cancel-key-deletion --key-id ${arn}`],
    [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', KeyState: 'Enabled' }, 'Name another key in landingZone.key'],
  ])('%j fails', async (metadata, fix) => {
    const [result, , remedy] = (await check(metadata)) ?? [];
    expect(result).toBe('failed');
    expect(remedy).toContain(fix);
  });

  test('that does not exist fails', async () => {
    const checks = await found({}, inZone({ key: arn }));
    expect(briefly(checks, 'key in eu-central-1')[0]?.slice(0, 2)).toEqual(['failed', `${arn} does not exist`]);
  });
});

describe('the network', () => {
  const vpcId = 'vpc-0123456789abcdef0';
  const [one, two] = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
  const network = { vpcId, subnetIds: [one, two] } as const;
  const zone: LandingZone = { network: { ...network, subnetIds: [...network.subnetIds] } };
  const subnet = (id: string, az: string, vpc = vpcId) =>
    `<item><subnetId>${id}</subnetId><vpcId>${vpc}</vpcId><availabilityZone>${az}</availabilityZone></item>`;
  const subnets = (...items: string[]) => ({ xml: `<subnetSet>${items.join('')}</subnetSet>` });
  const route = (target: string) =>
    `<routeTableSet><item><routeTableId>rtb-0123456789abcdef0</routeTableId><associationSet><item><main>true</main></item></associationSet><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>${target}<state>active</state></item></routeSet></item></routeTableSet>`;
  const nat = { xml: route('<natGatewayId>nat-1</natGatewayId>') };
  const given: Answers = {
    DescribeVpcs: { xml: `<vpcSet><item><vpcId>${vpcId}</vpcId><state>available</state></item></vpcSet>` },
    DescribeSubnets: subnets(subnet(one, 'eu-central-1a'), subnet(two, 'eu-central-1b')),
    DescribeRouteTables: nat,
    DescribeVpcEndpoints: { xml: '<vpcEndpointSet/>' },
    DescribeVpcAttribute: ({ Attribute }) => ({
      xml: `<${Attribute}><value>true</value></${Attribute}>`,
    }),
  };
  const check = async (answers: Answers, settings: LandingZone = zone) =>
    briefly(await found({ ...given, ...answers }, inZone(settings)), 'network').map(([result, words]) => [
      result,
      words,
    ]);

  test('with a NAT gateway is in order, and names what it does not check', async () => {
    expect(await check({})).toEqual([
      [
        'ok',
        `${vpcId}: subnets exist, with a way to AWS and AppsFlyer; rules of groups, network ACLs and firewalls are not checked`,
      ],
    ]);
  });

  test.each<[string, Answers, string]>([
    [
      'a VPC that does not exist',
      { DescribeVpcs: { error: [400, 'InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`] } },
      `${vpcId} does not exist in this account and region`,
    ],
    ['a missing subnet', { DescribeSubnets: subnets(subnet(one, 'eu-central-1a')) }, `${two} does not exist`],
    [
      'a subnet of another VPC',
      { DescribeSubnets: subnets(subnet(one, 'eu-central-1a'), subnet(two, 'eu-central-1b', 'vpc-other')) },
      `${two} is in vpc-other, not in ${vpcId}`,
    ],
    [
      'a route to an internet gateway alone',
      { DescribeRouteTables: { xml: route('<gatewayId>igw-1</gatewayId>') } },
      `${one}, ${two} have no way to AppsFlyer: no default route and no proxy`,
    ],
  ])('with %s fails', async (_, answers, words) => {
    expect(await check(answers)).toContainEqual(['failed', words]);
  });

  test('with endpoints that the stack would make again fails', async () => {
    const DescribeVpcEndpoints = {
      xml: '<vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId><serviceName>com.amazonaws.eu-central-1.sqs</serviceName><state>available</state></item></vpcEndpointSet>',
    };
    expect(await check({ DescribeVpcEndpoints }, { network: strictZone.network })).toContainEqual([
      'failed',
      `${vpcId} has endpoints that the stack would make: sqs`,
    ]);
  });
});

describe('the bucket of the access logs', () => {
  const bucket = 'acme-access-logs';
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'logging.s3.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${bucket}/*`,
  };
  const given: Answers = {
    HeadBucket: { status: 200, headers: { 'x-amz-bucket-region': 'eu-central-1' } },
    GetBucketPolicy: { json: { Version: '2012-10-17', Statement: [statement] } },
    GetBucketAcl: { xml: '<AccessControlPolicy><AccessControlList/></AccessControlPolicy>' },
    GetBucketEncryption: {
      xml: '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
    },
    GetObjectLockConfiguration: {
      error: [404, 'ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'],
    },
  };
  const check = async (answers: Answers) =>
    briefly(await found({ ...given, ...answers }, inZone({ accessLogBucket: bucket })), 'access-log bucket');

  test('that admits S3’s logs is in order', async () => {
    expect((await check({})).map(([result]) => result)).toEqual(['ok']);
  });

  test.each<[string, Answers, string]>([
    ['does not exist', { HeadBucket: { status: 404 } }, 'acme-access-logs does not exist'],
    [
      'is in another region',
      { HeadBucket: { status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' } } },
      'acme-access-logs is in us-east-1, and the buckets of the stage in eu-central-1',
    ],
    [
      'has no policy',
      { GetBucketPolicy: { error: [404, 'NoSuchBucketPolicy', 'The bucket policy does not exist'] } },
      'acme-access-logs does not admit logging.s3.amazonaws.com, so S3 writes no access logs',
    ],
    [
      'has a key',
      {
        GetBucketEncryption: {
          xml: '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
        },
      },
      'acme-access-logs encrypts with aws:kms, and access logs need SSE-S3 (AES256)',
    ],
  ])('that %s fails', async (_, answers, words) => {
    expect((await check(answers)).map(([result, found]) => [result, found])).toEqual([['failed', words]]);
  });

  test('of which nobody may read the policy is in order, as far as it is read', async () => {
    const GetBucketPolicy = denied('AccessDenied', 's3:GetBucketPolicy');
    expect((await check({ GetBucketPolicy })).map(([result, words]) => [result, words])).toEqual([
      ['not-known', 'not permitted to you: AWS denies s3:GetBucketPolicy'],
    ]);
  });
});

describe('alarms', () => {
  const topic = 'arn:aws:sns:eu-central-1:111122223333:on-call';
  const check = async (attributes: Record<string, string>) => {
    const configuration = inZone({});
    if (configuration.stages.production) configuration.stages.production.alarms = { pageTopicArn: topic };
    const entries = Object.entries(attributes).map(
      ([key, value]) => `<entry><key>${key}</key><value>${value}</value></entry>`,
    );
    const GetTopicAttributes = { xml: `<Attributes>${entries.join('')}</Attributes>` };
    return briefly(await found({ GetTopicAttributes }, configuration), 'alarms, page')[0];
  };

  test.each([
    [{ SubscriptionsConfirmed: '2', SubscriptionsPending: '0' }, 'ok', '2 confirmed subscriptions'],
    [{ SubscriptionsConfirmed: '0', SubscriptionsPending: '1' }, 'warning', '1 subscription pending, none confirmed'],
    [{ SubscriptionsConfirmed: '0', SubscriptionsPending: '0' }, 'warning', 'reaches nobody: no subscription'],
    [{ SubscriptionsConfirmed: '2', KmsMasterKeyId: 'alias/aws/sns' }, 'failed', 'its alarms would be silent'],
  ])('by a topic with %j: %s', async (attributes, result, words) => {
    const [given, text] = (await check(attributes)) ?? [];
    expect(given).toBe(result);
    expect(text).toContain(words);
  });
});

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

describe('the command line', () => {
  const run = async (answers: Answers, ...words: string[]) => {
    const { environment, calls } = await awsAccount({ ...roles, ...answers }, onTestFinished);
    return { ...(await onelink(['preflight', ...words], '', environment)), calls };
  };

  test('ends with 1 if a check failed, and with 0 if none did', async () => {
    expect((await run(concurrency(10, 10), '--stage', 'production')).status).toBe(1);
    expect((await run({}, '--stage', 'production', '--config', 'examples/configuration.ts', '--json')).status).toBe(0);
  });

  test.each([
    [['--stage', 'nope'], /--stage: must be one of the stages of .* \(production, staging\); got nope/],
    [['--stage', 'constructor'], /got constructor/],
    [['--stage', 'production', '--config', 'no/such.ts'], /no\/such\.ts.*there is no such file/s],
  ])('refuses %j with 2, and asks AWS nothing', async (words, message) => {
    const { status, stderr, calls } = await run({}, ...words);
    expect(stderr).toMatch(message);
    expect([status, calls]).toEqual([2, []]);
  });

  test('with credentials that AWS does not accept show how to sign in', async () => {
    const GetCallerIdentity: Answers[string] = {
      error: [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
    };
    const { status, stderr } = await run({ GetCallerIdentity }, '--stage', 'production');
    expect(stderr.trim()).toContain('AWS does not accept the credentials.');
    expect(status).toBe(2);
  });

  test('never writes: each call of a full landing zone reads', async () => {
    const { environment, calls } = await awsAccount(roles, onTestFinished);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const asked = { configuration: inZone(strictZone), file: 'it', stageName: 'production' };
    for await (const _ of preflight(asked, new AbortController().signal));
    expect(calls.filter((one) => !/^(?:Get|Describe|List|Head)/.test(one))).toEqual([]);
    expect(calls.length).toBeGreaterThan(10);
  });
});

describe('existing parts of the state', () => {
  const existing = {
    names: { ledger: 'lost-ledger', archive: 'lost-archive' },
    linkIdSecretArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:LinkIdSecret-AbCdEf',
  };
  const withExisting = (): Configuration => {
    const configuration = structuredClone(inZone({}));
    for (const pipeline of configuration.stages.production?.pipelines ?? []) Object.assign(pipeline, { existing });
    return configuration;
  };
  const table = (ItemCount: number): Answers => ({
    DescribeTable: { json: { Table: { TableName: 'lost-ledger', TableStatus: 'ACTIVE', ItemCount } } },
    HeadBucket: { status: 200 },
    DescribeSecret: { json: { ARN: existing.linkIdSecretArn, Name: 'LinkIdSecret' } },
  });
  const name = 'existing of OneLink-production';

  test('are in order if they are there', async () => {
    expect(briefly(await found(table(7_000), withExisting()), name)).toEqual([
      ['ok', 'table lost-ledger is ACTIVE', ''],
      ['ok', 'bucket lost-archive is there', ''],
      ['ok', 'the link-ID secret is there', ''],
    ]);
  });

  test('fail if a name is mistyped, since a new and empty ledger would be made', async () => {
    const gone: Answers = {
      ...table(0),
      DescribeTable: { error: [400, 'ResourceNotFoundException', 'Requested resource not found'] },
      HeadBucket: { status: 404 },
      DescribeSecret: missing.secret,
    };
    const results = briefly(await found(gone, withExisting()), name);
    expect(results.map(([result, words]) => [result, words])).toEqual([
      ['failed', 'existing.names.ledger names nothing that exists; a deployment would make a new, empty one'],
      ['failed', 'existing.names.archive names nothing that exists; a deployment would make a new, empty one'],
      ['failed', 'existing.linkIdSecretArn names nothing that exists; a deployment would make a new, empty one'],
    ]);
    expect(results[0]?.[2]).toContain('aws dynamodb list-tables --region eu-central-1');
  });

  test('are warned of if the ledger is empty', async () => {
    const [ledger] = briefly(await found(table(0), withExisting()), name);
    expect(ledger?.slice(0, 2)).toEqual(['warning', 'table lost-ledger is ACTIVE, and has no items']);
  });
});
