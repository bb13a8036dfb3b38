import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { CampaignFiles } from '../../lambdas/adapters/campaign-files.ts';
import { CampaignTable } from '../../lambdas/adapters/campaign-table.ts';
import { ControlTable } from '../../lambdas/adapters/control-table.ts';
import { HeldStore } from '../../lambdas/adapters/held-store.ts';
import { History } from '../../lambdas/adapters/history.ts';
import { KeysSecretStore } from '../../lambdas/adapters/keys-secret-store.ts';
import { Ledger } from '../../lambdas/adapters/ledger.ts';
import { ParkedStore } from '../../lambdas/adapters/parked-store.ts';
import { QuarantineStore } from '../../lambdas/adapters/quarantine-store.ts';
import { Secret } from '../../lambdas/adapters/secret.ts';
import { SenderDecisionsTable } from '../../lambdas/adapters/sender-decisions-table.ts';
import { systemClock } from '../../lambdas/runtime/clock.ts';
import { configFile } from '../../lib/config/chosen-config.ts';
import { OperatorError } from '../words/operator-error.ts';
import { lanesAtWork } from './lanes-at-work.ts';
import { LedgerSecret } from './ledger-secret.ts';
import type { OperationsAccess } from './operations.ts';
import { deployCommand, outputNamed, pipelineOutputs } from './pipeline-outputs.ts';

/** The output with the ARN of the keys' secret. Only a stack whose producers may have keys has it. */
export const keysSecretOutput = 'HttpKeysSecret';

/** A pipeline in AWS, or of the local run: the outputs of its stack, and the adapters for what they name. */
export class DeployedPipeline {
  readonly stackName: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly cloudWatch = new CloudWatchClient();
  readonly dynamo = new DynamoDBClient();
  readonly lambda = new LambdaClient();
  readonly acting: LambdaClient;
  readonly s3 = new S3Client();
  readonly secrets = new SecretsManagerClient();
  readonly sqs = new SQSClient();

  /** @param systemClockOffset AWS's clock minus this computer's, as AWS's clients measure it, in milliseconds */
  constructor(stackName: string, outputs: Readonly<Record<string, string>>, systemClockOffset = 0) {
    this.stackName = stackName;
    this.outputs = outputs;
    // This client repeats no call, so it must know the time before the first one.
    this.acting = new LambdaClient({ maxAttempts: 1, systemClockOffset });
  }

  /** @throws PipelineNotFound if the stack has no such output */
  output(name: string): string {
    return outputNamed(name, this.outputs, this.stackName);
  }

  /** The operations function, and a client that does not repeat a call to it. */
  get operations(): Pick<OperationsAccess, 'lambda' | 'functionName' | 'functionArn'> {
    return {
      lambda: this.acting,
      functionName: this.output('OperationsFunctionName'),
      functionArn: this.output('OperationsFunctionArn'),
    };
  }

  /** The lanes, and the lane of expired links. */
  get lanes() {
    return lanesAtWork(this.outputs, this.stackName);
  }

  /** The lanes that take commands. Only their commands can be parked. */
  get commandLanes(): string[] {
    return [...pipelineOutputs(this.outputs, this.stackName).laneQueueUrls.keys()];
  }

  get table(): string {
    return this.output('LedgerTableName');
  }

  get ledger(): Ledger {
    return new Ledger(this.dynamo, this.table, systemClock);
  }

  get control(): ControlTable {
    return new ControlTable(this.dynamo, this.table, systemClock);
  }

  get archive(): string {
    return this.output('ArchiveBucketName');
  }

  get parked(): ParkedStore {
    return new ParkedStore(this.s3, this.archive);
  }

  get held(): HeldStore {
    return new HeldStore(this.s3, this.archive);
  }

  get history(): History {
    return new History(this.s3, this.archive);
  }

  get senders(): SenderDecisionsTable {
    return new SenderDecisionsTable(this.dynamo, this.table, systemClock);
  }

  get quarantine(): QuarantineStore {
    return new QuarantineStore(this.s3, this.archive);
  }

  get campaignBucket(): string {
    return this.output('CampaignBucketName');
  }

  get campaigns(): CampaignTable {
    return new CampaignTable(this.dynamo, this.table, systemClock);
  }

  get campaignFiles(): CampaignFiles {
    return new CampaignFiles(this.s3, this.campaignBucket);
  }

  get apiToken(): Secret {
    return new Secret(this.secrets, this.output('ApiTokenSecretArn'));
  }

  /** @throws OperatorError if the stack has no HTTP API with keys */
  get httpKeys(): KeysSecretStore {
    const arn = this.outputs[keysSecretOutput];
    if (arn !== undefined) return new KeysSecretStore(this.secrets, arn, systemClock);
    throw new OperatorError(
      `The stack ${this.stackName} has no HTTP API with keys. Give a producer http: {} in ${configFile}, and deploy: ` +
        deployCommand(this.stackName),
    );
  }

  get linkIdSecret(): LedgerSecret {
    return new LedgerSecret(this, { arn: this.output('LinkIdSecretArn'), table: this.table });
  }
}
