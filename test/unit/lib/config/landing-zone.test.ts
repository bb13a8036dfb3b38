import { describe, expect, test } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import type { Configuration, LandingZone, StageSettings } from '../../../../lib/config/config-schema.ts';
import { inZone, strict, strictZone } from '../../../stack/strict-stage.ts';
import { faultsOf } from '../../../world/configuration-faults.ts';

const zoneFaults = (zone: unknown, region?: string) => faultsOf(inZone(zone as LandingZone, region));
const { production } = strict.stages;
if (!production) throw new Error('no production');

const of = (changes: Partial<StageSettings>): Configuration => ({
  ...strict,
  stages: { production: { ...production, ...changes } },
});

describe('a landing zone', () => {
  test('may have every rule at once', () => {
    expect(faultsOf(strict)).toEqual([]);
  });

  test('needs the AWS account and region of its stage for what names a place', () => {
    const { aws, ...homeless } = production;
    expect(faultsOf({ ...config, stages: { production: homeless } })).toEqual(
      ['network', 'linkIdSecretReplica', 'permissionsBoundary'].map(
        (name) =>
          `stages.production.landingZone.${name}: needs the AWS account and region of the stage: set \`aws\`; got none`,
      ),
    );
  });

  test.each([
    ['AmazonLinks', undefined, 'got "AmazonLinks"'],
    ['Links', 'amzn-', 'got the landingZone.namePrefix "amzn-"'],
    ['AwsLinks', 'acme-', undefined],
  ])('names the pipeline %s with the prefix %s only as Systems Manager permits', (name, namePrefix, end) => {
    const [pipeline] = production.pipelines;
    const faults = (documents: boolean) => {
      const landingZone = { documents, ...(namePrefix && { namePrefix }) };
      const stage = { ...production, landingZone, pipelines: [{ ...pipeline, name }] };
      return faultsOf({ ...config, stages: { production: stage } } as typeof config);
    };
    const whole = `${namePrefix ?? ''}${name}-production`;
    const rule = `must not begin the name ${whole} with aws, amazon or amzn, which Systems Manager keeps for AWS`;
    const remedy = 'Choose another, or set landingZone.documents to false';
    expect(faults(true)).toEqual(end ? [`stages.production.pipelines[0].name: ${rule}. ${remedy}; ${end}`] : []);
    expect(faults(false)).toEqual([]);
  });

  test.each([
    [
      'namePrefix',
      'acme',
      'must be 1–15 letters and digits, a letter first, and a dash at the end, and not sthree-; got "acme"',
    ],
    [
      'namePrefix',
      'SThree-',
      'must be 1–15 letters and digits, a letter first, and a dash at the end, and not sthree-; got "SThree-"',
    ],
    ['iamPath', 'acme', 'must be an IAM path, such as /onelink/; got "acme"'],
    ...['much-too-long', 'UP', 'under_line', '-a', 'a-', 'a--b', ''].map((qualifier): [string, unknown, string] => [
      'bootstrapQualifier',
      qualifier,
      `must be 1–10 lower-case letters and digits, with single dashes between them, because it is in the name of a bucket; got "${qualifier}"`,
    ]),
    ...['xn--logs', 'sthree-logs', '192.168.0.1', 'a..b', 'logs-s3alias'].map((bucket): [string, unknown, string] => [
      'accessLogBucket',
      bucket,
      `must be the name of an S3 bucket; got "${bucket}"`,
    ]),
    ['linkIdSecretReplica', 'eu-west-1', 'must be an object: { region, keyArn? }; got "eu-west-1"'],
    ['accessLogBucket', 'A', 'must be the name of an S3 bucket; got "A"'],
    ['keepQueues', 'yes', 'must be true or false; got "yes"'],
    ['keepQueues', 'true', 'must be true or false, without quotes; got "true"'],
    [
      'key',
      'arn:aws:kms:eu-central-1:111122223333:alias/acme',
      'must be \'own\', or the ARN of a KMS key (arn:…:key/…, not an alias); got "arn:aws:kms:eu-central-1:111122223333:alias/acme"',
    ],
    [
      'key',
      'arn:aws:kms:eu-west-1:111122223333:key/1234',
      'must be a key in eu-central-1, the region of what it encrypts; got "arn:aws:kms:eu-west-1:111122223333:key/1234"',
    ],
    [
      'permissionsBoundary',
      'arn:aws:iam::999988887777:policy/Boundary',
      'must be a policy of the stage’s AWS account: arn:aws:iam::111122223333:policy/…; got "arn:aws:iam::999988887777:policy/Boundary"',
    ],
    ['architecture', 'riscv', 'must be one of arm64, x86_64; got "riscv"'],
  ])('refuses %s: %j', (name, value, fault) => {
    expect(zoneFaults({ [name]: value })).toEqual([`stages.production.landingZone.${name}: ${fault}`]);
  });

  test.each<[name: string, value: unknown, fault: string]>([
    ['vpcId', 'vpc', 'must be the ID of a VPC: vpc-…; got "vpc"'],
    ['subnetIds', [], 'must name at least one subnet; got []'],
    ['securityGroupIds', [], 'must name at least one security group; got []'],
    ...['user:secret@proxy.acme.example:3128', 'p:99999', 'p:65536', 'p:0', 'p:080', 'p', 'p:3128/', '-p:3128'].map(
      (proxy): [string, unknown, string] => [
        'apiProxyUrl',
        `http://${proxy}`,
        `must be http://host:port of a proxy that supports CONNECT, with a port up to 65535 and without a user name and password; got "http://${proxy.replace(/.*@/, '…@')}"`,
      ],
    ),
    ['subnetIds', 'subnet-0123456789abcdef0', 'must be a list of subnet IDs, in [ ]; got "subnet-0123456789abcdef0"'],
    ['endpoints', true, 'must be an object: { routeTableIds }; got true'],
  ])('refuses network.%s: %j', (name, value, fault) => {
    expect(zoneFaults({ network: { ...strictZone.network, [name]: value } })).toEqual([
      `stages.production.landingZone.network.${name}: ${fault}`,
    ]);
  });

  test('refuses a prefix that leaves no room for the name of a pipeline and its stage', () => {
    const [pipeline] = production.pipelines;
    if (!pipeline) throw new Error('no pipeline');
    const named = (characters: number) => {
      const pipelines = [{ ...pipeline, name: 'P'.repeat(characters) }];
      return faultsOf(of({ landingZone: { ...strictZone, namePrefix: 'fifteenletters1-' }, pipelines }));
    };
    expect(named(34)).toEqual([]);
    expect(named(36)).toEqual([
      `stages.production.pipelines[0].name: must be 2 characters shorter, or landingZone.namePrefix: fifteenletters1-${'P'.repeat(36)}-production may have 61; got "${'P'.repeat(36)}"`,
    ]);
  });

  test('refuses endpoints without route tables', () => {
    expect(zoneFaults({ network: { ...strictZone.network, endpoints: {} } })).toEqual([
      'stages.production.landingZone.network.endpoints.routeTableIds: must be a list of route table IDs (rtb-…), in [ ]; got nothing',
    ]);
  });

  test.each([
    ['subnetIds', 'subnet-0123456789abcdef0'],
    ['securityGroupIds', 'sg-0123456789abcdef0'],
  ])('refuses a member of network.%s that is there twice', (name, id) => {
    expect(zoneFaults({ network: { ...strictZone.network, [name]: [id, id] } })).toEqual([
      `stages.production.landingZone.network.${name}[1]: must not be there twice: take one out; got "${id}"`,
    ]);
  });

  test.each(['http://proxy:1', 'http://10.0.0.1:65535', 'http://proxy.acme.example:3128'])(
    'may have %s',
    (apiProxyUrl) => {
      expect(zoneFaults({ network: { ...strictZone.network, apiProxyUrl } })).toEqual([]);
    },
  );

  test.each(['hnb659fds', 'a', 'a-b-c', '1234567890'])('may have the qualifier %s', (bootstrapQualifier) => {
    expect(zoneFaults({ bootstrapQualifier })).toEqual([]);
  });

  test.each([
    [{ region: 'eu-central-1' }, 'region: must be another region than the stage’s; got "eu-central-1"'],
    [{ region: 'cn-north-1' }, 'region: must be in the partition aws, as eu-central-1 is; got "cn-north-1"'],
    [
      { region: 'eu-west-1', keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/1234' },
      'keyArn: must be a key in eu-west-1; got "arn:aws:kms:eu-central-1:111122223333:key/1234"',
    ],
    [
      { region: 'eu-west-1' },
      'keyArn: must be a key in eu-west-1, because landingZone.key encrypts nothing there; got nothing',
    ],
  ])('refuses the copy of the link-ID secret at %j', (linkIdSecretReplica, fault) => {
    expect(zoneFaults({ key: 'own', linkIdSecretReplica })).toEqual([
      `stages.production.landingZone.linkIdSecretReplica.${fault}`,
    ]);
  });

  test('refuses endpoints that two pipelines, or two stages, would make in one VPC', () => {
    const [pipeline] = production.pipelines;
    if (!pipeline) throw new Error('no pipeline');
    expect(faultsOf(of({ pipelines: [pipeline, { ...pipeline, name: 'Other' }] }))).toContain(
      'stages.production.landingZone.network.endpoints: must be left out if a stage has several pipelines, because a VPC has each ' +
        'endpoint once. Make them beside the app; got 2 pipelines',
    );
    expect(faultsOf({ ...strict, stages: { production, staging: production } })).toContain(
      'stages.staging.landingZone.network.endpoints: must be left out, because the stage production makes the endpoints of this VPC, ' +
        'which has each once; got "vpc-0123456789abcdef0"',
    );
  });
});

describe('the tags of a stage', () => {
  const signs = 'letters, digits, blanks and _ . : / = + - @';
  const nameRule = `the name must be 1–128 ${signs}, and must not start with aws:`;

  test.each([
    ['aws:team', '1', nameRule],
    ['AWS:team', '1', nameRule],
    ['', '1', nameRule],
    ['te#m', '1', nameRule],
    ['x'.repeat(129), '1', nameRule],
    ['team', '', `must be 1–256 ${signs}; got ""`],
    ['team', 'a\nb', `must be 1–256 ${signs}; got "a\\nb"`],
    ['team', 'x'.repeat(257), `must be 1–256 ${signs}; got "${'x'.repeat(99)}`],
    ['centre', 4711, `must be 1–256 ${signs}, in quotes; got 4711`],
  ])('must not be %j: %j', (name, value, fault) => {
    expect(faultsOf(of({ tags: { [name]: value as string } }))).toEqual([`stages.production.tags.${name}: ${fault}`]);
  });

  test('may be words of any script, and their names may hold `aws`', () => {
    expect(
      faultsOf(of({ tags: { Kostenträger: 'Müller & Söhne'.replace('&', '+'), 'my-aws:x': 'a@b.example' } })),
    ).toEqual([]);
  });

  test('must be fifty at most, and differ in more than case', () => {
    const tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`tag-${index}`, 'x']));
    expect(faultsOf(of({ tags }))).toEqual([
      expect.stringContaining('stages.production.tags: must be at most 50 tags, not 51: take some out; got {'),
    ]);
    expect(faultsOf(of({ tags: { Team: 'a', team: 'b' } }))).toEqual([
      'stages.production.tags.team: must differ from Team in more than case, because IAM takes both for one name: take one out; got "b"',
    ]);
  });
});

describe('the AWS account of a stage', () => {
  test('is a text, because a number may lose its zeros', () => {
    const aws = { account: 111_122_223_333 as unknown as string, region: 'eu-central-1' };
    expect(faultsOf(of({ aws }))).toContain(
      'stages.production.aws.account: must be an AWS account ID: 12 digits, in quotes; got 111122223333',
    );
  });
});

describe('the region of a stage', () => {
  test.each([
    ['us-iso-east-1', 'aws-iso'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('is refused if no pipeline can run there: %s', (region, partition) => {
    expect(zoneFaults({}, region)).toEqual([
      `stages.production.aws.region: must be a region of the partitions aws, aws-us-gov, aws-cn, not of ${partition}; got "${region}"`,
    ]);
  });

  test('is of the partition of the producers’ roles', () => {
    expect(zoneFaults({}, 'cn-north-1')).toContain(
      'stages.production.pipelines[0].producers[0].principals[0]: must be of the partition aws-cn, as cn-north-1 is; got ' +
        '"arn:aws:iam::111122223333:role/crm"',
    );
  });

  test('is the region of the topics that its alarms notify', () => {
    const pageTopicArn = 'arn:aws:sns:us-east-1:111122223333:pages';
    expect(faultsOf(of({ alarms: { pageTopicArn } }))).toEqual([
      'stages.production.alarms.pageTopicArn: must be a topic in eu-central-1, because an alarm notifies only its own region; got ' +
        '"arn:aws:sns:us-east-1:111122223333:pages"',
    ]);
  });
});
