import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Deployment } from '../assembly/deployment.ts';

/** What is carried out of `AWS::S3::Bucket`. */
export const bucketProperties = z.looseObject({ BucketName: z.string().optional() });

/** Creates the buckets of a deployment. */
export async function createBuckets(deployment: Deployment, s3: S3Client): Promise<void> {
  for (const resource of deployment.resources('AWS::S3::Bucket')) {
    await s3.send(new CreateBucketCommand({ Bucket: resource.name }));
  }
}
