import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Deployment } from '../assembly/deployment.ts';
import type { BucketSettings } from '../engines/bucket-reads.ts';

/** The properties of `AWS::S3::Bucket` that are implemented. */
export const bucketProperties = z.looseObject({ BucketName: z.string().optional() });

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

/** Creates the buckets of a deployment, and passes their settings to the engine. */
export async function createBuckets(deployment: Deployment, s3: S3Client, engine: string): Promise<void> {
  const policies = deployment
    .resources('AWS::S3::BucketPolicy')
    .map((resource) => deployment.properties(resource, policyProperties));
  for (const resource of deployment.resources('AWS::S3::Bucket')) {
    await s3.send(new CreateBucketCommand({ Bucket: resource.name }));
    const shown = deployment.properties(resource, shownProperties);
    const [rule] = shown.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
    const blocked = shown.PublicAccessBlockConfiguration;
    const policy = policies.find(({ Bucket }) => Bucket === resource.ref);
    const settings: BucketSettings = {
      name: resource.name,
      policy: policy && JSON.stringify(policy.PolicyDocument),
      encryption: {
        algorithm: rule?.ServerSideEncryptionByDefault?.SSEAlgorithm ?? 'AES256',
        keyId: rule?.ServerSideEncryptionByDefault?.KMSMasterKeyID,
        bucketKey: rule?.BucketKeyEnabled ?? false,
      },
      publicAccessBlock: blocked && Object.fromEntries(publicAccessNames.map((name) => [name, blocked[name] ?? false])),
    };
    await fetch(`${engine}/_local/bucket-settings`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(settings),
    });
  }
}
