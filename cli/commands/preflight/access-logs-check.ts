import {
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
} from '@aws-sdk/client-s3';
import { partitionOf } from '../../../lib/config/landing-zone.ts';
import { statusOf } from '../../pipeline/service-error.ts';
import { type Check, failed, ok } from '../doctor/check.ts';
import type { Site } from './site.ts';
import { isMissing, unlessUnanswered } from './unless-unanswered.ts';

const name = 'access-log bucket';
const deliveryGroup = 'http://acs.amazonaws.com/groups/s3/LogDelivery';

/** Whether S3 can put access logs into the bucket of the landing zone (S3 user guide, "Enabling Amazon S3 server access logging"). */
export async function checkAccessLogs(site: Site): Promise<Check[]> {
  const bucket = site.zone.accessLogBucket;
  if (bucket === undefined) return [];
  const isThere = await checkBucket(site, bucket);
  if (isThere.result !== 'ok') return [isThere];
  const parts = await Promise.all([
    unlessUnanswered(name, 's3:GetBucketPolicy and s3:GetBucketAcl', async () => checkPermission(site, bucket)),
    unlessUnanswered(name, 's3:GetEncryptionConfiguration', async () => checkEncryption(site, bucket)),
    unlessUnanswered(name, 's3:GetBucketObjectLockConfiguration', async () => checkLock(site, bucket)),
  ]);
  const faults = parts.flat();
  return faults.length > 0 ? faults : [isThere];
}

async function checkBucket({ aws, region, account }: Site, bucket: string): Promise<Check> {
  const command = `aws s3api create-bucket --bucket ${bucket} --region ${region}${
    region === 'us-east-1' ? '' : ` --create-bucket-configuration LocationConstraint=${region}`
  }`;
  try {
    // With the owner, S3 denies access to a bucket of another AWS account.
    const { BucketRegion } = await aws.s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
    if (BucketRegion === undefined || BucketRegion === region) return ok(name, `${bucket} admits access logs`);
    return elsewhere(bucket, BucketRegion, region);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (statusOf(error) === 404) return failed(name, `${bucket} does not exist`, `Make it: ${command}`);
    if (statusOf(error) === 301) return elsewhere(bucket, 'another region', region);
    throw error;
  }
}

const elsewhere = (bucket: string, there: string, region: string) =>
  failed(
    name,
    `${bucket} is in ${there}, and the buckets of the stage in ${region}`,
    `Name a bucket in ${region} in landingZone.accessLogBucket.`,
  );

interface Statement {
  Effect?: string;
  Principal?: { Service?: string | string[] } | string;
  Action?: string | string[];
}

async function checkPermission({ aws, account, region }: Site, bucket: string): Promise<Check[]> {
  const statements = await policyOf(aws.s3, bucket);
  const admits = ({ Effect, Principal, Action }: Statement) =>
    Effect === 'Allow' &&
    typeof Principal === 'object' &&
    [Principal.Service].flat().includes('logging.s3.amazonaws.com') &&
    [Action].flat().some((one) => one === 's3:PutObject' || one === 's3:*' || one === '*');
  if (statements.some(admits)) return [];
  const { Grants = [] } = await aws.s3.send(new GetBucketAclCommand({ Bucket: bucket }));
  if (Grants.some(({ Grantee, Permission }) => Grantee?.URI === deliveryGroup && Permission === 'WRITE')) return [];
  const statement = {
    Sid: 'AccessLogs',
    Effect: 'Allow',
    Principal: { Service: 'logging.s3.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: `arn:${partitionOf(region)}:s3:::${bucket}/*`,
    Condition: { StringEquals: { 'aws:SourceAccount': account } },
  };
  const words = `${bucket} does not admit logging.s3.amazonaws.com, so S3 writes no access logs`;
  const fix = `Add this statement to its policy: ${JSON.stringify(statement)}`;
  return [failed(name, words, fix)];
}

async function policyOf(s3: Site['aws']['s3'], bucket: string): Promise<Statement[]> {
  try {
    const { Policy = '{}' } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    const { Statement = [] }: { Statement?: Statement | Statement[] } = JSON.parse(Policy);
    return [Statement].flat();
  } catch (error) {
    if (isMissing(error, 'NoSuchBucketPolicy')) return [];
    throw error;
  }
}

async function checkEncryption({ aws, region }: Site, bucket: string): Promise<Check[]> {
  const { ServerSideEncryptionConfiguration } = await aws.s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
  const rules = ServerSideEncryptionConfiguration?.Rules ?? [];
  const used = rules.map((rule) => rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm);
  if (used.every((algorithm) => algorithm === undefined || algorithm === 'AES256')) return [];
  const configuration = `'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'`;
  const fix = `aws s3api put-bucket-encryption --bucket ${bucket} --region ${region} --server-side-encryption-configuration ${configuration}`;
  return [failed(name, `${bucket} encrypts with ${used.join(', ')}, and access logs need SSE-S3 (AES256)`, fix)];
}

async function checkLock({ aws, region }: Site, bucket: string): Promise<Check[]> {
  try {
    const { ObjectLockConfiguration } = await aws.s3.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }));
    if (ObjectLockConfiguration?.Rule === undefined) return [];
    const fix = `Take the default retention away, or name another bucket: aws s3api put-object-lock-configuration --bucket ${bucket} --region ${region} --object-lock-configuration ObjectLockEnabled=Enabled`;
    return [failed(name, `${bucket} locks new objects by default, and S3 writes no access logs there`, fix)];
  } catch (error) {
    if (isMissing(error, 'ObjectLockConfigurationNotFoundError')) return [];
    throw error;
  }
}
