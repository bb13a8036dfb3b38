import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { BucketSettings } from '../engines/bucket-reads.ts';
import type { NoticeBoard } from '../notices.ts';
import {
  notificationConfiguration,
  occursHere,
  type QueueNotification,
  queueNotifications,
} from './bucket-notifications.ts';

/** The properties of `AWS::S3::Bucket` that are implemented. */
export const bucketProperties = z.looseObject({
  BucketName: z.string().optional(),
  NotificationConfiguration: notificationConfiguration.optional(),
  VersioningConfiguration: z.looseObject({ Status: z.literal('Enabled') }).optional(),
  ObjectLockEnabled: z.boolean().default(false),
  ObjectLockConfiguration: z
    .looseObject({
      ObjectLockEnabled: z.literal('Enabled').optional(),
      Rule: z
        .looseObject({
          DefaultRetention: z.looseObject({
            Mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
            Days: z.coerce.number().int().positive().optional(),
            Years: z.coerce.number().int().positive().optional(),
          }),
        })
        .optional(),
    })
    .optional(),
});

/** Properties that can be read, though they have no effect. */
const shownProperties = z.looseObject({
  BucketEncryption: z
    .looseObject({
      ServerSideEncryptionConfiguration: z.array(
        z.looseObject({
          BucketKeyEnabled: z.boolean().default(false),
          ServerSideEncryptionByDefault: z
            .looseObject({ SSEAlgorithm: z.string(), KMSMasterKeyID: z.string().optional() })
            .optional(),
        }),
      ),
    })
    .optional(),
  PublicAccessBlockConfiguration: z.record(z.string(), z.boolean()).optional(),
});
const policyProperties = z.looseObject({ Bucket: z.string(), PolicyDocument: z.record(z.string(), z.unknown()) });

const publicAccessNames = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

/** Whether the policy of a queue lets S3 send the events of a bucket. */
type Sends = (bucketArn: string, queueArn: string) => Promise<boolean>;

/**
 * Creates the buckets of a deployment, and passes their settings to the engine. The queues must exist.
 * @throws with the bucket's place if S3 refuses its notifications whatever the policies are
 */
export async function createBuckets(
  deployment: Deployment,
  s3: S3Client,
  engine: string,
  notices: NoticeBoard,
  sends: Sends,
): Promise<void> {
  const policies = deployment
    .resources('AWS::S3::BucketPolicy')
    .map((resource) => deployment.properties(resource, policyProperties));
  for (const resource of deployment.resources('AWS::S3::Bucket')) {
    await s3.send(new CreateBucketCommand({ Bucket: resource.name }));
    const shown = deployment.properties(resource, shownProperties);
    const [rule] = shown.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
    const blocked = shown.PublicAccessBlockConfiguration;
    const versioning = versioningOf(deployment, resource);
    const policy = policies.find(({ Bucket }) => Bucket === resource.ref);
    const settings: BucketSettings = {
      name: resource.name,
      policy: policy && JSON.stringify(policy.PolicyDocument),
      encryption: {
        algorithm: rule?.ServerSideEncryptionByDefault?.SSEAlgorithm ?? 'AES256',
        keyId: rule?.ServerSideEncryptionByDefault?.KMSMasterKeyID,
        bucketKey: rule?.BucketKeyEnabled ?? false,
      },
      ...versioning,
      notifications: await notificationsOf(deployment, resource, notices, sends, versioning.isVersioned),
      publicAccessBlock: blocked && Object.fromEntries(publicAccessNames.map((name) => [name, blocked[name] ?? false])),
    };
    await fetch(`${engine}/_local/bucket-settings`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(settings),
    });
  }
}

/** The days of a year in a retention (S3 user guide, "Object Lock"). */
const daysPerYear = 365;

/** A bucket with Object Lock always has versions. */
function versioningOf(deployment: Deployment, bucket: Resource): Pick<BucketSettings, 'isVersioned' | 'lock'> {
  const properties = deployment.properties(bucket, bucketProperties);
  const { VersioningConfiguration, ObjectLockEnabled, ObjectLockConfiguration } = properties;
  const { Mode, Days, Years = 0 } = ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
  const byDefault = Mode && { mode: Mode, days: Days ?? Years * daysPerYear };
  return {
    isVersioned: VersioningConfiguration !== undefined || ObjectLockEnabled,
    lock: ObjectLockEnabled ? { byDefault } : undefined,
  };
}

/** S3 refuses the whole configuration if one queue does not exist, is a FIFO queue, or does not let S3 send. */
async function notificationsOf(
  deployment: Deployment,
  bucket: Resource,
  notices: NoticeBoard,
  sends: Sends,
  isVersioned: boolean,
): Promise<QueueNotification[]> {
  const { NotificationConfiguration } = deployment.properties(bucket, bucketProperties);
  if (NotificationConfiguration === undefined) return [];
  const subject = `${bucket.type}.NotificationConfiguration`;
  try {
    const notifications = queueNotifications(NotificationConfiguration, bucket.name);
    for (const { queueArn } of notifications) {
      const isQueue = deployment.find('AWS::SQS::Queue', queueArn) !== undefined && !queueArn.endsWith('.fifo');
      if (isQueue && (await sends(bucket.arn, queueArn))) continue;
      const why = 'S3 refuses the configuration: it cannot send to one of the queues. No event is sent';
      notices.add('warning', subject, why, bucket.where);
      return [];
    }
    for (const { event } of notifications.filter((one) => !occursHere(one, isVersioned))) {
      notices.add('warning', subject, `nothing here causes ${event}`, bucket.where);
    }
    return notifications;
  } catch (cause) {
    throw new Error(`${bucket.where} (${bucket.type}): ${String(cause)}`, { cause });
  }
}
