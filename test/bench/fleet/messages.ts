import type { SQSRecord } from 'aws-lambda';
import type { QrJob } from '../../../lambdas/domain/contract/qr-job.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';

/** The jobs that call the API under a backlog. The governor makes one call a minute. */
export const fleetJobs = ['link-worker', 'qr-worker', 'expiry-worker', 'reader'] as const;
export type FleetJob = (typeof fleetJobs)[number];

/** A QR job, with its link's record: the worker of QR codes has a ledger of its own. */
export interface QrWork {
  job: QrJob;
  groupId: string;
  link: LinkRecord | undefined;
}

/** What the fleet sends to an environment: one invocation. */
export interface Invocation {
  timeoutMilliseconds: number;
  /** Of a worker behind a queue. */
  records?: SQSRecord[];
  /** Records that the environment's ledger must hold first. */
  known?: LinkRecord[];
  /** Of the reader. */
  links?: LinkAddress[];
}

/** What an environment sends to the fleet. */
export type Report =
  | { kind: 'ready' }
  | { kind: 'qr'; work: QrWork }
  /** The invocation has ended. */
  | { kind: 'answered'; returned: string[]; outcomes: Record<string, number> }
  | { kind: 'failed'; error: string };
