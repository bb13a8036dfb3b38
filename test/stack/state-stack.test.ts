import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { StateStack } from '../../lib/stacks/state-stack.ts';
import { configuredApp, emptyApp } from './configured-app.ts';

const { stateTemplate, state } = configuredApp();

describe('the state stack', () => {
  test('keeps its logical IDs, because a new logical ID makes a new and empty resource', () => {
    const resources = Object.entries<{ Type: string }>(stateTemplate.toJSON().Resources);
    expect(Object.fromEntries(resources.map(([id, { Type }]) => [id, Type]))).toEqual({
      Ledger: 'AWS::DynamoDB::Table',
      QrImages: 'AWS::S3::Bucket',
      QrImagesPolicy84C908C9: 'AWS::S3::BucketPolicy',
      Archive: 'AWS::S3::Bucket',
      ArchivePolicyC780D5C8: 'AWS::S3::BucketPolicy',
      CampaignFiles: 'AWS::S3::Bucket',
      AuditRecords: 'AWS::S3::Bucket',
      AuditRecordsPolicy37FBB2E5: 'AWS::S3::BucketPolicy',
      CampaignFilesPolicy0753D084: 'AWS::S3::BucketPolicy',
      CampaignFilesQueue: 'AWS::SQS::Queue',
      CampaignWorkQueuePolicyAB13D159: 'AWS::SQS::QueuePolicy',
      CampaignFilesDeadLetters: 'AWS::SQS::Queue',
      CampaignWorkDeadLettersPolicy7A72DDD0: 'AWS::SQS::QueuePolicy',
      ApiToken: 'AWS::SecretsManager::Secret',
      LinkIdSecret: 'AWS::SecretsManager::Secret',
      HttpKeys: 'AWS::SecretsManager::Secret',
    });
  });

  test('retains its resources when they are deleted or replaced, and has termination protection', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret']) {
      stateTemplate.allResources(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    }
    expect(state.terminationProtection).toBe(true);
  });

  test('has an on-demand ledger with one key, point-in-time recovery, encryption, TTL and a stream', () => {
    stateTemplate.hasResource('AWS::DynamoDB::Table', {
      Properties: {
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        DeletionProtectionEnabled: true,
        GlobalSecondaryIndexes: Match.absent(),
        LocalSecondaryIndexes: Match.absent(),
      },
    });
  });

  test('has buckets that are private, encrypted, without ACLs, and accept only TLS', () => {
    stateTemplate.allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    stateTemplate.allResourcesProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  test('has versions in every bucket but the one of QR images', () => {
    const buckets = Object.entries(stateTemplate.findResources('AWS::S3::Bucket'));
    const versioned = buckets.map(([id, { Properties }]) => [id, Properties.VersioningConfiguration?.Status]);
    expect(Object.fromEntries(versioned)).toEqual({
      QrImages: undefined,
      Archive: 'Enabled',
      CampaignFiles: 'Enabled',
      AuditRecords: 'Enabled',
    });
  });

  test('generates the link-ID secret once and rotates no secret', () => {
    stateTemplate.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    });
    stateTemplate.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
  });

  test('deletes QR images after the configured number of days', () => {
    const stack = new StateStack(emptyApp(), 'Other', {
      settings: {
        producers: [],
        qrImageDays: 400,
        archiveDays: 31,
        historyDays: 'forever',
        audit: { retentionDays: 31 },
        commandRetentionDays: 10,
      },
      removalPolicy: 'retain',
    });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 400 })]) },
    });
  });

  test('of a stage with the removal policy "destroy" deletes its resources', () => {
    const configuration: Configuration = config;
    const { stateTemplate: staging, state: stack } = configuredApp(configuration, 'staging');
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret']) {
      staging.allResources(type, { DeletionPolicy: 'Delete' });
    }
    staging.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
    expect(stack.terminationProtection).toBe(false);
  });
});
