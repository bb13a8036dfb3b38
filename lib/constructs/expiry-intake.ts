import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ledgerAttribute, prefix } from '../../lambdas/adapters/names.ts';
import type { ExpiryIntakeVariables } from '../../lambdas/expiry-intake/env.ts';
import { intakeConcurrency } from '../config/rate/reserved-concurrency.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { FedFunction } from './queue-worker.ts';
import { allow, workerFunction } from './worker-function.ts';

/**
 * Selects the link records that DynamoDB's TTL removes. Lambda starts no function for records that a filter excludes, so
 * the pipeline's own writes cost nothing here.
 */
const removedLinks = {
  eventName: ['REMOVE'],
  userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
  dynamodb: { Keys: { [ledgerAttribute.key]: { S: FilterRule.beginsWith('link#') } } },
};

/** The stream keeps a record for 24 hours. After half of them, Lambda writes a record that still fails to the archive. */
const giveUpAfter = Duration.hours(12);

/**
 * Puts the records of links that may still be live back into the ledger, and queues their checks. Makes no API calls.
 *
 * @param expired the expiry worker's queue
 * @throws Error when the ledger has no stream.
 */
export function expiryIntake(
  scope: Construct,
  expired: Queue,
  checkLostAfterDays: number,
  { settings, state: { ledger, archive }, surroundings }: PipelineParts,
): FedFunction {
  const stream = ledger.tableStreamArn;
  if (stream === undefined)
    throw new Error('state.ledger: must have a stream, for the expiry intake; got a table without one');
  const variables: ExpiryIntakeVariables = {
    LEDGER_TABLE_NAME: ledger.tableName,
    EXPIRY_QUEUE_URL: expired.queueUrl,
    CHECK_LOST_AFTER_DAYS: String(checkLostAfterDays),
  };
  const worker = workerFunction(scope, {
    ...surroundings,
    job: 'expiry-intake',
    description: 'Puts records that the TTL removed back into the ledger, and queues the check of each link',
    memoryMegabytes: settings.memoryMegabytes.expiryWorker,
    // A hundred writes and ten sends, side by side.
    timeoutSeconds: 60,
    concurrency: intakeConcurrency,
    variables,
    permissions: [
      allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], stream),
      // This action supports no resource (IAM service authorization reference, DynamoDB).
      allow(['dynamodb:ListStreams'], '*'),
      allow(['dynamodb:GetItem', 'dynamodb:PutItem'], ledger.tableArn),
      allow(['sqs:SendMessage'], expired.queueArn),
      // Lambda writes failed batches with the function's role (Lambda Developer Guide, S3 as a failure destination).
      allow(['s3:PutObject'], archive.arnForObjects(`${prefix.givenUp}*`)),
      allow(['s3:ListBucket'], archive.bucketArn),
    ],
  });
  const mapping = new EventSourceMapping(scope, 'Mapping', {
    target: worker,
    eventSourceArn: stream,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    // If many links expire at once, batches are full. A single link waits at most this long.
    maxBatchingWindow: Duration.seconds(1),
    filters: [FilterCriteria.filter(removedLinks)],
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    maxRecordAge: giveUpAfter,
    // An S3 destination receives whole records. A queue would receive only their positions in the stream.
    onFailure: { bind: () => ({ destination: archive.bucketArn }) },
  });
  return { function: worker, mapping };
}
