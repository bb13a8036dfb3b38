import { TagManager } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { recordedCalls } from '../world/recorded-calls.ts';
import { configuredApp } from './configured-app.ts';
import { settings } from './shipped-pipeline.ts';
import { inZone, strict, strictZone } from './strict-stage.ts';

const plain = configuredApp();
const strictApp = configuredApp(strict);
const templates = [strictApp.stateTemplate, strictApp.template];

/** The ARNs that name the partition `aws`. */
const arnsOfAws = (of: readonly Template[]) =>
  of.flatMap((one) => JSON.stringify(one.toJSON()).match(/.{60}arn:aws:.{60}/g) ?? []);

/** Principals belong to a partition. */
const withoutPrincipals = (configuration: Configuration): Configuration => ({
  ...configuration,
  stages: Object.fromEntries(
    Object.entries(configuration.stages).map(([name, stage]) => [
      name,
      {
        ...stage,
        pipelines: stage.pipelines.map((one) => ({
          ...one,
          producers: one.producers.map(({ http, ...producer }) => ({
            ...producer,
            principals: producer.privateOutcomeQueue ? [{ account: '111122223333' }] : [],
          })),
        })),
      },
    ]),
  ),
});

/** A host name of AWS. */
const inSuffix = (name: string) => ({ 'Fn::Join': ['', [`${name}.`, { Ref: 'AWS::URLSuffix' }]] });

/** The properties of all resources of a type, in both stacks. */
const all = (type: string, of: readonly Template[] = templates) =>
  of.flatMap((template) => Object.values(template.findResources(type)).map(({ Properties }) => Properties));

describe('a stage without a landing zone', () => {
  const both = [plain.stateTemplate, plain.template];

  test('has no key, no network, no boundary and no path', () => {
    const whole = JSON.stringify(both.map((one) => one.toJSON()));
    for (const word of [
      'kms:Decrypt',
      'KmsKeyArn',
      'VpcConfig',
      'AWS::EC2',
      'AWS::KMS::Key',
      'PermissionsBoundary',
      '"Path":"/',
    ])
      expect(whole).not.toContain(word);
  });

  test('names no partition: it can go to any', () => {
    const { stateTemplate, template } = configuredApp(withoutPrincipals(config));
    expect(arnsOfAws([stateTemplate, template])).toEqual([]);
  });
});

describe('the landing zone', () => {
  test('gives every role its boundary and path, and every managed policy the path', () => {
    const roles = all('AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(10);
    expect(new Set(roles.map(({ PermissionsBoundary }) => PermissionsBoundary))).toEqual(
      new Set(['arn:aws:iam::111122223333:policy/acme/Boundary']),
    );
    const paths = [...roles, ...all('AWS::IAM::ManagedPolicy')].map(({ Path }) => Path);
    expect(new Set(paths)).toEqual(new Set(['/acme/onelink/']));
  });

  test('begins the names of stacks, alarms, the dashboard, the API and the secrets', () => {
    expect([strictApp.state.stackName, strictApp.main.stackName]).toEqual([
      'acme-OneLink-production-State',
      'acme-OneLink-production',
    ]);
    const names = [
      ...all('AWS::CloudWatch::Alarm').map(({ AlarmName }) => AlarmName),
      ...all('AWS::CloudWatch::Dashboard').map(({ DashboardName }) => DashboardName),
      ...all('AWS::ApiGateway::RestApi').map(({ Name }) => Name),
      ...all('AWS::SecretsManager::Secret').map(({ Name }) => Name),
    ];
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !String(name).startsWith('acme-OneLink-production'))).toEqual([]);
  });

  test('names the bootstrap stack by its qualifier', () => {
    const { stacks } = strictApp.app.synth();
    expect(stacks.map(({ assumeRoleArn }) => assumeRoleArn)).toEqual(
      Array(2).fill(expect.stringContaining(':role/cdk-acmecdk-deploy-role-111122223333-eu-central-1')),
    );
  });

  test('tags everything that can have tags, and the stacks', () => {
    const { tags } = strict.stages.production ?? expect.fail('no stage');
    for (const stack of [strictApp.state, strictApp.main]) {
      const untagged = stack.node
        .findAll()
        .filter((one) => TagManager.isTaggable(one) || TagManager.isTaggableV2(one))
        .map((one) => ({ path: one.node.path, tags: TagManager.of(one)?.tagValues() }))
        .filter((one) => Object.entries(tags).some(([key, value]) => one.tags?.[key] !== value));
      expect(untagged).toEqual([]);
      expect(stack.tags.tagValues()).toEqual(tags);
    }
  });

  test('keeps logs for ten years', () => {
    expect(new Set(all('AWS::Logs::LogGroup').map(({ RetentionInDays }) => RetentionInDays))).toEqual(new Set([3653]));
  });

  test('sends access logs of each bucket to a folder of its own', () => {
    expect(all('AWS::S3::Bucket').map(({ LoggingConfiguration }) => LoggingConfiguration)).toEqual(
      ['QrImages', 'Archive', 'CampaignFiles', 'AuditRecords'].map((id) => ({
        DestinationBucketName: 'acme-access-logs',
        LogFilePrefix: `acme-OneLink-production-State/${id}/`,
      })),
    );
  });

  test('copies the link-ID secret, and no other, into another region', () => {
    const copies = all('AWS::SecretsManager::Secret').map(({ Name, ReplicaRegions }) => [Name, ReplicaRegions]);
    const { region: Region, keyArn: KmsKeyId } = strictZone.linkIdSecretReplica;
    expect(Object.fromEntries(copies)).toEqual({
      'acme-OneLink-production-State-ApiToken': undefined,
      'acme-OneLink-production-State-LinkIdSecret': [{ Region, KmsKeyId }],
      'acme-OneLink-production-State-HttpKeys': undefined,
    });
  });

  test('keeps every queue when its stack is deleted', () => {
    const queues = templates.flatMap((one) => Object.values(one.findResources('AWS::SQS::Queue')));
    expect(queues.length).toBeGreaterThan(7);
    expect(new Set(queues.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(new Set(['RetainExceptOnCreate']));
  });
});

describe('the key of a landing zone', () => {
  const [key] = all('AWS::KMS::Key');

  test('encrypts table, buckets, queues, topics, secrets, log groups and the variables of functions', () => {
    const isKey = (value: unknown) => /"Key"|ExportsOutputFnGetAttKeyArn/.test(JSON.stringify(value ?? null));
    const encrypted: Record<string, unknown[]> = {
      'AWS::DynamoDB::Table': all('AWS::DynamoDB::Table').map(
        ({ SSESpecification }) => SSESpecification.KMSMasterKeyId,
      ),
      'AWS::S3::Bucket': all('AWS::S3::Bucket').map(
        ({ BucketEncryption }) =>
          BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID,
      ),
      'AWS::SQS::Queue': all('AWS::SQS::Queue').map(({ KmsMasterKeyId }) => KmsMasterKeyId),
      'AWS::SNS::Topic': all('AWS::SNS::Topic').map(({ KmsMasterKeyId }) => KmsMasterKeyId),
      'AWS::SecretsManager::Secret': all('AWS::SecretsManager::Secret').map(({ KmsKeyId }) => KmsKeyId),
      'AWS::Logs::LogGroup': all('AWS::Logs::LogGroup').map(({ KmsKeyId }) => KmsKeyId),
      'AWS::Lambda::Function': all('AWS::Lambda::Function').map(({ KmsKeyArn }) => KmsKeyArn),
    };
    for (const [type, values] of Object.entries(encrypted)) {
      expect(values.length, type).toBeGreaterThan(0);
      expect(
        values.filter((value) => !isKey(value)),
        type,
      ).toEqual([]);
    }
  });

  test('costs little: buckets have a bucket key, and SQS uses a data key for an hour', () => {
    const rules = all('AWS::S3::Bucket').flatMap(
      ({ BucketEncryption }) => BucketEncryption.ServerSideEncryptionConfiguration,
    );
    expect(rules.map(({ BucketKeyEnabled }) => BucketKeyEnabled)).toEqual([true, true, true, true]);
    const periods = all('AWS::SQS::Queue').map(({ KmsDataKeyReusePeriodSeconds }) => KmsDataKeyReusePeriodSeconds);
    expect(new Set(periods)).toEqual(new Set([3600]));
  });

  test('stays, rotates, and admits the services that write for others', () => {
    expect(Object.values(strictApp.stateTemplate.findResources('AWS::KMS::Key'))).toEqual([
      expect.objectContaining({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }),
    ]);
    expect(key.EnableKeyRotation).toBe(true);
    const encrypt = ['kms:Decrypt', 'kms:GenerateDataKey'];
    const logs = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'].map(
      (one) => `kms:${one}`,
    );
    const statement = (Sid: string, Service: string, Action: string[], Condition?: object) => ({
      Sid,
      Effect: 'Allow',
      Principal: { Service: Service.startsWith('logs.') ? inSuffix(Service) : Service },
      Action,
      Resource: '*',
      ...(Condition && { Condition }),
    });
    expect(key.KeyPolicy.Statement).toEqual(
      expect.arrayContaining([
        statement('AlarmsToTopics', 'cloudwatch.amazonaws.com', encrypt),
        statement('FilesToQueue', 's3.amazonaws.com', encrypt),
        statement('OutcomesToQueues', 'sns.amazonaws.com', encrypt, {
          ArnLike: { 'aws:SourceArn': 'arn:aws:sns:eu-central-1:111122223333:*' },
        }),
        statement('Logs', 'logs.eu-central-1', logs, {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:eu-central-1:111122223333:log-group:*' },
        }),
      ]),
    );
  });

  /** Of a role or policy: the uses of the key, by service. */
  const usesIn = (statements: { Action: string | string[]; Condition?: object }[]) =>
    Object.fromEntries(
      statements
        .filter(({ Action }) => [Action].flat().some((one) => one.startsWith('kms:')))
        .map(({ Action, Condition }) => [
          /([a-z0-9]+)\.eu-central-1\./.exec(JSON.stringify(Condition))?.[1],
          [Action].flat().toSorted(),
        ]),
    );

  test('is for a function through the services whose data it may touch, and for nothing else', () => {
    const roles = Object.entries(strictApp.template.findResources('AWS::IAM::Role'));
    const usesOf = (name: string) => {
      const [, role] = roles.find(([id]) => id.includes(name)) ?? expect.fail(`no role ${name}`);
      return usesIn(role.Properties.Policies[0].PolicyDocument.Statement);
    };
    expect(usesOf('ReaderWorkerRole')).toEqual({ secretsmanager: ['kms:Decrypt'], lambda: ['kms:Decrypt'] });
    expect(usesOf('HttpApiAuthorizerWorkerRole')).toEqual({ secretsmanager: ['kms:Decrypt'], lambda: ['kms:Decrypt'] });
    const table = [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ];
    const encrypt = ['kms:Decrypt', 'kms:GenerateDataKey'];
    expect(usesOf('CampaignLinkWorkerRole')).toEqual({
      dynamodb: table,
      lambda: ['kms:Decrypt'],
      s3: encrypt,
      secretsmanager: ['kms:Decrypt'],
      sns: encrypt,
      sqs: encrypt,
    });
    expect(usesOf('ExpiryIntakeWorkerRole')).toEqual({
      dynamodb: table,
      lambda: ['kms:Decrypt'],
      s3: encrypt,
      sqs: encrypt,
    });
  });

  test('is for the holders of managed policies as well', () => {
    const uses = (id: string) => {
      const found = strictApp.template.findResources('AWS::IAM::ManagedPolicy')[id] ?? expect.fail(`no policy ${id}`);
      return usesIn(found.Properties.PolicyDocument.Statement);
    };
    expect(uses('ProducerCrmPolicy')).toEqual({ s3: ['kms:Decrypt'], sqs: ['kms:Decrypt', 'kms:GenerateDataKey'] });
    expect(uses('AuditorPolicy')).toEqual({ s3: ['kms:Decrypt'] });
  });

  test('admits the producers that its queues and buckets admit', () => {
    const producers = settings().producers.map((one) =>
      one.source === 'crm'
        ? {
            ...one,
            principals: [
              { role: 'arn:aws:iam::444455556666:role/crm', senderId: 'AROAEXAMPLEOFCRMROLE1' },
              { account: '777788889999' },
              { service: 'events.amazonaws.com', sourceArn: 'arn:aws:events:eu-central-1:444455556666:rule/crm' },
            ],
          }
        : one,
    );
    const { stateTemplate } = configuredApp(inZone({ key: 'own' }, 'eu-central-1', { producers }));
    const [{ KeyPolicy }] = all('AWS::KMS::Key', [stateTemplate]) as [{ KeyPolicy: { Statement: { Sid?: string }[] } }];
    const ofProducers = KeyPolicy.Statement.filter(({ Sid }) => Sid?.startsWith('Producercrm'));
    const encrypt = ['kms:Decrypt', 'kms:GenerateDataKey'];
    expect(ofProducers).toMatchObject([
      {
        Sid: 'Producercrm',
        Action: encrypt,
        Condition: {
          StringEquals: { 'kms:ViaService': [inSuffix('sqs.eu-central-1'), inSuffix('s3.eu-central-1')] },
        },
      },
      {
        Principal: { Service: 'events.amazonaws.com' },
        Action: encrypt,
        Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:eu-central-1:444455556666:rule/crm' } },
      },
    ]);
  });

  test('is used as it is if it is given, and the template names what its policy needs', () => {
    const given = 'arn:aws:kms:eu-central-1:999988887777:key/12345678-90ab-cdef-1234-567890abcdef';
    const { stateTemplate, template } = configuredApp(inZone({ key: given }));
    stateTemplate.resourceCountIs('AWS::KMS::Key', 0);
    expect(new Set(all('AWS::SQS::Queue', [stateTemplate]).map(({ KmsMasterKeyId }) => KmsMasterKeyId))).toEqual(
      new Set([given]),
    );
    expect(new Set(all('AWS::SNS::Topic', [template]).map(({ KmsMasterKeyId }) => KmsMasterKeyId))).toEqual(
      new Set([given]),
    );
    const { KeyPolicy } = stateTemplate.toJSON().Metadata;
    expect(KeyPolicy.map(({ Sid }: { Sid: string }) => Sid)).toEqual([
      'AlarmsToTopics',
      'OutcomesToQueues',
      'FilesToQueue',
      'Logs',
      'Producercrm',
      'Producerproduct',
      'Producerstudio',
    ]);
  });
});

describe('the network of a landing zone', () => {
  test('has every function, in a group that lets nothing in, and HTTPS and the proxy’s port out', () => {
    const groups = strictApp.template.findResources('AWS::EC2::SecurityGroup');
    const [id, group] =
      Object.entries(groups).find(([name]) => name.includes('FunctionsGroup')) ?? expect.fail('no group');
    expect(group.Properties.SecurityGroupIngress).toBeUndefined();
    expect(group.Properties.SecurityGroupEgress.map(({ FromPort }: { FromPort: number }) => FromPort)).toEqual([
      443, 3128,
    ]);
    for (const { VpcConfig } of all('AWS::Lambda::Function')) {
      expect(VpcConfig).toEqual({
        SubnetIds: strictZone.network.subnetIds,
        SecurityGroupIds: [{ Ref: id }],
      });
    }
  });

  test('lets Lambda make network interfaces, and the code of a function make none', () => {
    for (const { Policies } of all('AWS::IAM::Role').filter(({ AssumeRolePolicyDocument }) =>
      JSON.stringify(AssumeRolePolicyDocument).includes('lambda.amazonaws.com'),
    )) {
      const statements = Policies[0].PolicyDocument.Statement.filter(({ Action }: { Action: string[] }) =>
        Action.includes('ec2:CreateNetworkInterface'),
      );
      expect(statements).toMatchObject([
        { Effect: 'Allow', Resource: '*' },
        { Effect: 'Deny', Resource: '*', Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } } },
      ]);
    }
  });

  test('has an endpoint for every service that functions called in the stories, for STS and for Systems Manager', () => {
    const names = all('AWS::EC2::VPCEndpoint').map(
      ({ ServiceName }) => /([a-z0-9]+)\W*$/.exec(JSON.stringify(ServiceName))?.[1],
    );
    const called = Object.values(recordedCalls())
      .flat()
      .flatMap((words) => /Function ([a-z0-9]+):/.exec(words)?.[1] ?? []);
    expect(names.toSorted()).toEqual([...new Set([...called, 'ssm', 'sts'])].toSorted());
  });

  test('uses groups that are given, and makes no endpoints unless the settings demand them', () => {
    const { vpcId, subnetIds } = strictZone.network;
    const securityGroupIds = ['sg-0123456789abcdef0'];
    const { template } = configuredApp(inZone({ network: { vpcId, subnetIds, securityGroupIds } }));
    template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
    template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
    template.allResourcesProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: subnetIds, SecurityGroupIds: securityGroupIds },
    });
  });

  test('passes the proxy to the functions that call the OneLink API, and to no other', () => {
    const proxies = all('AWS::Lambda::Function').map(({ Environment }) => Environment.Variables);
    expect(new Set(proxies.filter((one) => 'API_BASE_URL' in one).map(({ API_PROXY_URL }) => API_PROXY_URL))).toEqual(
      new Set(['http://proxy.acme.example:3128']),
    );
    expect(
      proxies.filter((one) => !('API_BASE_URL' in one)).flatMap(({ API_PROXY_URL }) => API_PROXY_URL ?? []),
    ).toEqual([]);
  });
});

describe('a stage in another partition', () => {
  test.each([
    ['us-gov-west-1', 'aws-us-gov', 'com.amazonaws.us-gov-west-1.sqs'],
    ['cn-north-1', 'aws-cn', 'cn.com.amazonaws.cn-north-1.sqs'],
  ])('%s has its own ARNs, endpoints and processors', (region, partition, sqs) => {
    const { stateTemplate, template } = configuredApp(
      withoutPrincipals(inZone({ key: 'own', network: strictZone.network }, region)),
    );
    expect(JSON.stringify(template.toJSON())).toContain(`arn:${partition}:`);
    expect(arnsOfAws([stateTemplate, template])).toEqual([]);
    expect(all('AWS::EC2::VPCEndpoint', [template]).map(({ ServiceName }) => ServiceName)).toContain(sqs);
    template.allResourcesProperties('AWS::Lambda::Function', { Architectures: ['x86_64'] });
  });

  test('may have other processors than the default', () => {
    configuredApp(inZone({ architecture: 'x86_64' })).template.allResourcesProperties('AWS::Lambda::Function', {
      Architectures: ['x86_64'],
    });
  });
});
