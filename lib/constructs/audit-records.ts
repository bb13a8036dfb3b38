import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

/**
 * Makes a bucket append-only, for everybody in every account. Nobody deletes an object or a version. A PUT must demand that its
 * key is free (S3 user guide, "Enforce conditional writes"). Only the lifecycle deletes. Who may change the policy can lift it.
 */
export function keepRecords(bucket: Bucket): void {
  const objects = bucket.arnForObjects('*');
  const deny = { effect: Effect.DENY, principals: [new AnyPrincipal()], resources: [objects] };
  bucket.addToResourcePolicy(
    new PolicyStatement({ ...deny, sid: 'NobodyDeletes', actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'] }),
  );
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...deny,
      sid: 'NobodyOverwrites',
      actions: ['s3:PutObject'],
      conditions: {
        Null: { 's3:if-none-match': 'true' },
        // The parts of a multipart upload carry no condition. They make no object.
        Bool: { 's3:ObjectCreationOperation': 'true' },
      },
    }),
  );
}
