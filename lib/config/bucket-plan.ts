import { prefix } from '../../lambdas/adapters/names.ts';
import { auditPrefix } from '../../lambdas/domain/acts/names.ts';
import type { PipelineSettings } from './config-schema.ts';

/** By key prefix: days from the writing of an object to its end. */
export type Kept = Readonly<Record<string, number | 'forever'>>;

/** Longer than a request is remembered by default, which is 75 days. After that, a campaign's chunks have no use. */
export const campaignWorkDays = 90;

export interface BucketPlan {
  readonly versioned: boolean;
  /** For how long S3 keeps what is under a prefix. It keeps everything else until somebody deletes it. */
  readonly kept: Kept;
}

type Days = Pick<PipelineSettings, 'qrImageDays' | 'archiveDays' | 'historyDays' | 'audit'>;

/** What each bucket of the state keeps, and for how long. The template makes it, and `onelink doctor` checks it. */
export const bucketPlans = ({ qrImageDays, archiveDays, historyDays, audit }: Days) =>
  ({
    // Not versioned: the API renders the same image again for free.
    qrImages: { versioned: false, kept: { [prefix.qr]: qrImageDays } },
    // Versioned: the archive may hold the only copy of a rejected or parked command.
    archive: { versioned: true, kept: { [prefix.rejected]: archiveDays, [prefix.history]: historyDays } },
    // Versioned: a file that is dropped over another one must not take the other's rows from its results.
    campaignFiles: { versioned: true, kept: { [prefix.campaignWork]: campaignWorkDays } },
    auditRecords: { versioned: true, kept: { [auditPrefix]: audit.retentionDays } },
  }) satisfies Record<string, BucketPlan>;
