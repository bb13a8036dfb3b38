import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** The resources that must still exist when a pipeline is deleted and deployed again. */
export interface PipelineState {
  readonly ledger: Pick<ITable, 'tableArn' | 'tableName'> & { readonly tableStreamArn?: string | undefined };
  readonly qrImages: Pick<IBucket, 'arnForObjects' | 'bucketName'>;
  readonly archive: Pick<IBucket, 'arnForObjects' | 'bucketArn' | 'bucketName'>;
  readonly apiToken: Pick<ISecret, 'secretArn'>;
  readonly linkIdSecret: Pick<ISecret, 'secretArn'>;
}
