import { describe, expect, test } from 'vitest';
import { inZone } from '../../../../stack/strict-stage.ts';
import { type Answers, denied } from '../../../../world/aws-account.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

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
