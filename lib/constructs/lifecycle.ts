import { Duration } from 'aws-cdk-lib';
import type { LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Kept } from '../config/bucket-plan.ts';

/** How long a versioned bucket keeps what somebody has deleted or replaced, in case it was a mistake. */
export const oldVersionDays = 30;

/**
 * How long S3 keeps a version that the lifecycle itself has ended: the shortest time that S3 offers. Otherwise each object would
 * outlive its setting by {@link oldVersionDays}.
 */
export const endedVersionDays = 1;

/**
 * The lifecycle of a bucket. If two rules name a version, S3 takes the shorter time (S3 user guide, "Conflicting lifecycle actions").
 */
export function lifecycleRules(versioned: boolean, kept: Kept): LifecycleRule[] {
  const ending = Object.entries(kept).flatMap(([prefix, days]) => (days === 'forever' ? [] : [{ prefix, days }]));
  return [
    {
      abortIncompleteMultipartUploadAfter: Duration.days(1),
      ...(versioned && {
        noncurrentVersionExpiration: Duration.days(oldVersionDays),
        // A delete marker names its object. It goes when no version is left behind it.
        expiredObjectDeleteMarker: true,
      }),
    },
    ...ending.map(({ prefix, days }) => ({
      prefix,
      expiration: Duration.days(days),
      ...(versioned && { noncurrentVersionExpiration: Duration.days(endedVersionDays) }),
    })),
  ];
}
