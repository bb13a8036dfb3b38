import { describe, expect, test } from 'vitest';
import { checkBucket, checkNotification, plannedBuckets } from '../../../../../cli/commands/doctor/bucket-checks.ts';
import { config } from '../../../../../examples/configuration.ts';

const settings = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
const plans = plannedBuckets(settings);
const planOf = (output: string) => plans.find((one) => one.output === output) ?? expect.fail(output);

const sound = {
  GetBucketVersioningCommand: { Status: 'Enabled' },
  GetPublicAccessBlockCommand: {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  },
  GetBucketPolicyCommand: {
    Policy: JSON.stringify({
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    }),
  },
  GetBucketEncryptionCommand: {
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
  },
  GetBucketLifecycleConfigurationCommand: {
    Rules: [
      { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
      ...Object.entries({
        'rejected/': settings.archiveDays,
        'history/': settings.historyDays,
        'audit/': settings.audit.retentionDays,
      }).flatMap(([Prefix, Days]) =>
        Days === 'forever' ? [] : [{ Status: 'Enabled', Filter: { Prefix }, Expiration: { Days } }],
      ),
    ],
  },
  GetObjectLockConfigurationCommand: { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } },
};
type Answers = Record<string, object>;

/** S3 with these answers. An answer that is an error is thrown. */
const s3 = (answers: Answers) =>
  ({
    send: async (command: object) => {
      const answer = answers[command.constructor.name] ?? expect.fail(command.constructor.name);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  }) as never;
const missing = (name: string) => Object.assign(new Error(name), { name });
const found = (change: Answers = {}, output = 'ArchiveBucketName', key?: 'own') =>
  checkBucket(s3({ ...sound, ...change }), 'lost-archive', planOf(output), { key });
const briefly = (checks: Awaited<ReturnType<typeof found>>) =>
  checks.map(({ result, words, fix }) => [result, words, fix?.slice(0, 40) ?? '']);

describe('a bucket that a stack has taken in', () => {
  test('with all that its template gives it is in order', async () => {
    expect(await found()).toEqual([
      { name: 'bucket lost-archive', result: 'ok', words: 'has what its template gives it' },
    ]);
    expect(briefly(await found({}, 'AuditBucketName'))[0]?.[0]).toBe('ok');
  });

  test.each<[string, Answers, string, string]>([
    [
      'versions',
      { GetBucketVersioningCommand: {} },
      'failed',
      'keeps no versions, so what is overwritten or deleted is lost',
    ],
    [
      'versions any more',
      { GetBucketVersioningCommand: { Status: 'Suspended' } },
      'failed',
      'keeps no versions, so what is overwritten or deleted is lost',
    ],
    [
      'a public access block',
      { GetPublicAccessBlockCommand: missing('NoSuchPublicAccessBlockConfiguration') },
      'failed',
      'does not block all public access (BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets)',
    ],
    [
      'a policy',
      { GetBucketPolicyCommand: missing('NoSuchBucketPolicy') },
      'failed',
      'has no policy that refuses calls without TLS',
    ],
    [
      'encryption',
      { GetBucketEncryptionCommand: missing('ServerSideEncryptionConfigurationNotFoundError') },
      'failed',
      'encrypts with nothing, not with AES256',
    ],
    [
      'a lifecycle',
      { GetBucketLifecycleConfigurationCommand: missing('NoSuchLifecycleConfiguration') },
      'warning',
      `keeps other times, in days: rejected/ forever instead of ${settings.archiveDays}`,
    ],
  ])('without %s gets the fix', async (_, change, result, words) => {
    const checks = await found(change);
    expect(checks.map((one) => [one.result, one.words])).toEqual([[result, words]]);
    expect(checks[0]?.fix).toBeTruthy();
  });

  test('of a stage with a key must use a key', async () => {
    expect(briefly(await found({}, 'ArchiveBucketName', 'own'))).toEqual([
      ['failed', 'encrypts with AES256, not with aws:kms', expect.any(String)],
    ]);
  });

  test('of audit records needs Object Lock, and the image bucket no versions', async () => {
    const unlocked = { GetObjectLockConfigurationCommand: missing('ObjectLockConfigurationNotFoundError') };
    expect(briefly(await found(unlocked, 'AuditBucketName')).map(([, words]) => words)).toEqual([
      'has no Object Lock, so audit.lockDays has no effect',
    ]);
    const noVersions = { GetBucketVersioningCommand: {}, GetBucketLifecycleConfigurationCommand: { Rules: [] } };
    expect((await found(noVersions, 'QrBucketName')).some(({ words }) => words.includes('versions'))).toBe(false);
  });

  test('does not hide a refusal', async () => {
    await expect(found({ GetBucketPolicyCommand: missing('AccessDenied') })).rejects.toThrow('AccessDenied');
  });
});

describe('the notification of the campaign bucket', () => {
  const queue = 'arn:aws:sqs:eu-central-1:111122223333:new-queue';
  const notified = (QueueArn: string, Value = 'inbox/') =>
    checkNotification(
      s3({
        GetBucketNotificationConfigurationCommand: {
          QueueConfigurations: [
            { QueueArn, Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value }] } } },
          ],
        },
      }),
      'files',
      queue,
    );

  test('must name the queue of this stack, because import leaves the old one', async () => {
    expect((await notified(queue)).result).toBe('ok');
    for (const other of [
      await notified('arn:aws:sqs:eu-central-1:111122223333:old-queue'),
      await notified(queue, 'x/'),
    ]) {
      expect(other).toMatchObject({
        result: 'failed',
        words: 'files of the inbox do not reach the campaign checker of this stack',
      });
      expect(other.fix).toContain(`"QueueArn":"${queue}"`);
    }
  });
});
