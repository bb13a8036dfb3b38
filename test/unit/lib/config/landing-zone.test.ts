import { describe, expect, test } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import type { Configuration, LandingZone, StageSettings } from '../../../../lib/config/config-schema.ts';
import { ConfigurationError, validateConfiguration } from '../../../../lib/config/config-validation.ts';
import { inZone, strict, strictZone } from '../../../stack/strict-stage.ts';

function faultsOf(candidate: unknown): readonly string[] {
  try {
    validateConfiguration(candidate);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

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
    ['namePrefix', 'acme', 'must be 1–15 letters and digits, a letter first, and a dash at the end; got "acme"'],
    ['iamPath', 'acme', 'must be an IAM path, such as /onelink/; got "acme"'],
    ['bootstrapQualifier', 'much-too-long', 'must be 1–10 letters and digits; got "much-too-long"'],
    ['accessLogBucket', 'A', 'must be the name of an S3 bucket; got "A"'],
    ['keepQueues', 'yes', 'must be of type boolean; got "yes"'],
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

  test.each([
    ['vpcId', 'vpc', 'must be the ID of a VPC: vpc-…; got "vpc"'],
    ['subnetIds', [], 'must name at least one subnet; got []'],
    ['securityGroupIds', [], 'must name at least one security group; got []'],
    [
      'apiProxyUrl',
      'http://user:secret@proxy.acme.example:3128',
      'must be http://host:port of a proxy that supports CONNECT, without a user name and password; got "http://user:secret@proxy.acme.example:3128"',
    ],
  ])('refuses network.%s: %j', (name, value, fault) => {
    expect(zoneFaults({ network: { ...strictZone.network, [name]: value } })).toEqual([
      `stages.production.landingZone.network.${name}: ${fault}`,
    ]);
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
