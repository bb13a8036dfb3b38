import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { AccountSettings, LaneSettings, PipelineSettings } from '../config/config-schema.ts';
import type { LanePlan } from '../config/rate/pipeline-plan.ts';
import type { WorkQueue } from './work-queue.ts';
import type { Surroundings } from './worker-function.ts';

/** The resources that must still exist when a pipeline is deleted and deployed again. */
export interface PipelineState {
  readonly ledger: Pick<ITable, 'tableArn' | 'tableName'> & { readonly tableStreamArn?: string | undefined };
  readonly qrImages: Pick<IBucket, 'arnForObjects' | 'bucketArn' | 'bucketName'>;
  readonly archive: Pick<IBucket, 'arnForObjects' | 'bucketArn' | 'bucketName'>;
  /** The campaign bucket. */
  readonly campaignFiles: Pick<IBucket, 'arnForObjects' | 'bucketArn' | 'bucketName'>;
  /** The records of operators' acts, append-only. */
  readonly auditRecords: Pick<IBucket, 'arnForObjects' | 'bucketArn' | 'bucketName'>;
  /** What reaches the bucket's inbox, and how far its check is. */
  readonly campaignWork: Pick<WorkQueue, 'queue' | 'deadLetters'>;
  readonly apiToken: Pick<ISecret, 'secretArn'>;
  readonly linkIdSecret: Pick<ISecret, 'secretArn'>;
  /** The hashes of the HTTP API's keys. Absent if no producer may have keys. */
  readonly httpKeys?: Pick<ISecret, 'secretArn'> | undefined;
  /** Encrypts the state, and so all that is the pipeline's. Absent: AWS's own keys do. */
  readonly key?: Pick<IKey, 'keyArn'> | undefined;
}

/** Another pipeline that uses the same AppsFlyer account, in the same AWS account and region. */
export interface Sibling {
  readonly state: Pick<PipelineState, 'ledger' | 'key'>;
  /** The names of its lanes. */
  readonly lanes: readonly string[];
}

/** The settings and resources that all functions of one pipeline share. */
export interface PipelineParts {
  readonly settings: PipelineSettings;
  readonly account: AccountSettings;
  readonly state: PipelineState;
  readonly outcomes: Topic;
  /** The answers to `get`. Absent if no producer may have one. */
  readonly privateTopic?: Topic | undefined;
  readonly surroundings: Surroundings;
}

/** One lane's settings and plan, and what all lanes of its pipeline share. */
export interface LaneProps extends PipelineParts {
  readonly name: string;
  readonly lane: LaneSettings;
  readonly plan: LanePlan;
  /** The unique IDs of the roles that vouch for a message's first sender, with commas between them. */
  readonly ownSenders: string;
  /** The QR jobs of all lanes. */
  readonly qrJobs: WorkQueue;
}
