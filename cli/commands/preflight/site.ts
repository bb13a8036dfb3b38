import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { LandingZone, StageSettings } from '../../../lib/config/config-schema.ts';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import type { StackStatus } from '../../pipeline/stack-status.ts';

/** Where a stage will be deployed to, and what of AWS a check may ask about it. */
export interface Site {
  readonly stageName: string;
  readonly stage: StageSettings;
  readonly zone: LandingZone;
  readonly pipelines: readonly ConfiguredPipeline[];
  /** The AWS account of the credentials. */
  readonly account: string;
  readonly region: string;
  readonly aws: Clients;
  /** Both stacks of each pipeline. The first check that needs them reads them, for all. */
  readonly stacks: () => Promise<readonly StackState[]>;
}

/** A stack as CloudFormation has it. */
export interface StackState extends StackStatus {
  readonly name: string;
  readonly part: 'state' | 'pipeline';
  readonly pipeline: ConfiguredPipeline;
}

/** A stack of which an earlier deployment has succeeded. Its resources are its own. */
export const isDeployed = ({ status }: Pick<StackState, 'status'>) =>
  status !== undefined && /^(?:CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_COMPLETE/.test(status);

const connectSeconds = 4;
const answerSeconds = 8;

const options = (region: string | undefined) => ({
  ...(region !== undefined && { region }),
  maxAttempts: 2,
  requestHandler: {
    connectionTimeout: connectSeconds * 1_000,
    requestTimeout: answerSeconds * 1_000,
    throwOnRequestTimeout: true,
  },
});

/** Asks who the credentials are. @param region AWS_REGION or the profile's if undefined */
export const identityClient = (region?: string) => new STSClient(options(region));

export type Clients = ReturnType<typeof clientsOf>;

/** A client of each service, which gives up soon: a check must not hold up the others. */
export function clientsOf(region: string) {
  const given = options(region);
  return {
    alarms: new CloudWatchClient(given),
    cloudFormation: new CloudFormationClient(given),
    ec2: new EC2Client(given),
    iam: new IAMClient(given),
    keys: new KMSClient(given),
    lambda: new LambdaClient(given),
    logs: new CloudWatchLogsClient(given),
    queues: new SQSClient(given),
    s3: new S3Client(given),
    secrets: new SecretsManagerClient(given),
    parameters: new SSMClient(given),
    tables: new DynamoDBClient(given),
    topics: new SNSClient(given),
  };
}

/** A client for what the stage has in another region. */
export const keysIn = (region: string) => new KMSClient(options(region));
export const secretsIn = (region: string) => new SecretsManagerClient(options(region));
