import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { prefix } from '../../../lambdas/adapters/names.ts';
import { type BucketPlan, bucketPlans, type Kept } from '../../../lib/config/bucket-plan.ts';
import type { LandingZone, PipelineSettings } from '../../../lib/config/config-schema.ts';
import { type Check, failed, ok, warning } from './check.ts';

/** A bucket of the state: its output, and what its template gives it. */
interface PlannedBucket extends BucketPlan {
  output: string;
  /** Object Lock is on, with or without days. */
  hasLock?: true;
}

export function plannedBuckets(settings: PipelineSettings): PlannedBucket[] {
  const { qrImages, archive, campaignFiles, auditRecords } = bucketPlans(settings);
  return [
    { output: 'QrBucketName', ...qrImages },
    { output: 'ArchiveBucketName', ...archive },
    { output: 'CampaignBucketName', ...campaignFiles },
    { output: 'AuditBucketName', ...auditRecords, hasLock: true },
  ];
}

type S3 = Pick<S3Client, 'send'>;

/**
 * Checks what a bucket must have. CloudFormation takes an existing bucket into a stack as it is, and does not write what it lacks.
 * A later deployment writes only what the template has changed.
 */
export async function checkBucket(
  s3: S3,
  bucket: string,
  { versioned, kept, hasLock }: PlannedBucket,
  { key }: Pick<LandingZone, 'key'>,
): Promise<Check[]> {
  const name = `bucket ${bucket}`;
  const found = await Promise.all([
    versioning(s3, bucket, name, versioned),
    privacy(s3, bucket, name),
    tls(s3, bucket, name),
    encryption(s3, bucket, name, key !== undefined),
    lifecycle(s3, bucket, name, kept),
    ...(hasLock ? [lock(s3, bucket, name)] : []),
  ]);
  const faults = found.flat();
  return faults.length > 0 ? faults : [ok(name, 'has what its template gives it')];
}

/**
 * Checks that the campaign bucket notifies the queue of this stack. A bucket that has stayed still names the queue of the deleted
 * stack, and files in its inbox start nothing.
 */
export async function checkNotification(s3: S3, bucket: string, queueArn: string): Promise<Check> {
  const name = `notification of ${bucket}`;
  const { QueueConfigurations = [] } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }));
  const fits = QueueConfigurations.some(
    ({ QueueArn, Events = [], Filter }) =>
      QueueArn === queueArn &&
      Events.includes('s3:ObjectCreated:*') &&
      (Filter?.Key?.FilterRules ?? []).every(
        (rule) => rule.Name?.toLowerCase() === 'prefix' && rule.Value === prefix.inbox,
      ),
  );
  if (fits) return ok(name, 'files of the inbox reach the campaign checker');
  const wanted = {
    QueueConfigurations: [
      {
        QueueArn: queueArn,
        Events: ['s3:ObjectCreated:*'],
        Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix.inbox }] } },
      },
    ],
  };
  const fix =
    `aws s3api put-bucket-notification-configuration --bucket ${bucket} --notification-configuration '${JSON.stringify(wanted)}'. ` +
    'Then drop again what was dropped meanwhile.';
  return failed(name, 'files of the inbox do not reach the campaign checker of this stack', fix);
}

async function versioning(s3: S3, Bucket: string, name: string, wanted: boolean): Promise<Check[]> {
  if (!wanted) return [];
  const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
  if (Status === 'Enabled') return [];
  const fix = `aws s3api put-bucket-versioning --bucket ${Bucket} --versioning-configuration Status=Enabled`;
  return [failed(name, 'keeps no versions, so what is overwritten or deleted is lost', fix)];
}

async function privacy(s3: S3, Bucket: string, name: string): Promise<Check[]> {
  const found = await s3
    .send(new GetPublicAccessBlockCommand({ Bucket }))
    .then((answer) => answer.PublicAccessBlockConfiguration, unless('NoSuchPublicAccessBlockConfiguration'));
  const all = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;
  const missing = all.filter((one) => found?.[one] !== true);
  if (missing.length === 0) return [];
  const fix =
    `aws s3api put-public-access-block --bucket ${Bucket} --public-access-block-configuration ` +
    all.map((one) => `${one}=true`).join(',');
  return [failed(name, `does not block all public access (${missing.join(', ')})`, fix)];
}

async function tls(s3: S3, Bucket: string, name: string): Promise<Check[]> {
  const policy = await s3
    .send(new GetBucketPolicyCommand({ Bucket }))
    .then((answer) => answer.Policy, unless('NoSuchBucketPolicy'));
  const statements: unknown = policy === undefined ? [] : JSON.parse(policy).Statement;
  const demandsTls = [statements].flat().some((one) => {
    const { Effect, Condition } = Object(one);
    return Effect === 'Deny' && String(Condition?.Bool?.['aws:SecureTransport']) === 'false';
  });
  if (demandsTls) return [];
  const fix = 'Deploy the state stack again. If CloudFormation finds no change: aws cloudformation detect-stack-drift';
  return [failed(name, 'has no policy that refuses calls without TLS', fix)];
}

async function encryption(s3: S3, Bucket: string, name: string, withKey: boolean): Promise<Check[]> {
  const found = await s3
    .send(new GetBucketEncryptionCommand({ Bucket }))
    .then(
      (answer) => answer.ServerSideEncryptionConfiguration?.Rules,
      unless('ServerSideEncryptionConfigurationNotFoundError'),
    );
  const algorithm = found?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  const wanted = withKey ? 'aws:kms' : 'AES256';
  if (algorithm?.startsWith('aws:kms') || algorithm === wanted) return [];
  const rule = withKey
    ? '{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"ARN of landingZone.key"}'
    : '{"SSEAlgorithm":"AES256"}';
  const fix =
    `aws s3api put-bucket-encryption --bucket ${Bucket} --server-side-encryption-configuration ` +
    `'{"Rules":[{"ApplyServerSideEncryptionByDefault":${rule}}]}'`;
  return [failed(name, `encrypts with ${algorithm ?? 'nothing'}, not with ${wanted}`, fix)];
}

async function lifecycle(s3: S3, Bucket: string, name: string, kept: Kept): Promise<Check[]> {
  const rules = await s3
    .send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
    .then((answer) => answer.Rules ?? [], unless('NoSuchLifecycleConfiguration', []));
  const daysOf = (folder: string) =>
    rules.find((one) => one.Status === 'Enabled' && (one.Filter?.Prefix ?? one.Prefix) === folder)?.Expiration?.Days;
  const others = Object.entries(kept).flatMap(([folder, days]) => {
    const found = daysOf(folder) ?? 'forever';
    return found === days ? [] : [`${folder} ${found} instead of ${days}`];
  });
  if (others.length === 0) return [];
  const fix =
    'Deploy this checkout. If CloudFormation finds no change, it has not written the rules yet: deploy with another number of days, and then ' +
    'with this one.';
  return [warning(name, `keeps other times, in days: ${others.join(', ')}`, fix)];
}

async function lock(s3: S3, Bucket: string, name: string): Promise<Check[]> {
  const found = await s3
    .send(new GetObjectLockConfigurationCommand({ Bucket }))
    .then((answer) => answer.ObjectLockConfiguration, unless('ObjectLockConfigurationNotFoundError'));
  if (found?.ObjectLockEnabled === 'Enabled') return [];
  const configuration = '{"ObjectLockEnabled":"Enabled"}';
  const fix = `aws s3api put-object-lock-configuration --bucket ${Bucket} --object-lock-configuration '${configuration}'`;
  return [failed(name, 'has no Object Lock, so audit.lockDays has no effect', fix)];
}

/** What an answer that nothing is configured stands for. */
const unless =
  <Nothing = undefined>(code: string, nothing?: Nothing) =>
  (error: unknown): Nothing => {
    if (error instanceof Error && error.name === code) return nothing as Nothing;
    throw error;
  };
