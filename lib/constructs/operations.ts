import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnAlias, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import {
  auditPrefix,
  campaignsPermission,
  commonPermissions,
  type Permission,
} from '../../lambdas/domain/acts/names.ts';
import { expiryLane, qrLane } from '../../lambdas/domain/work/names.ts';
import { type OperationsVariables, sourcesFile } from '../../lambdas/operations/env.ts';
import { operationsConcurrency } from '../config/rate/reserved-concurrency.ts';
import type { Expiry } from './expiry.ts';
import type { Lane } from './lane.ts';
import { mappingArns } from './mapping-arns.ts';
import type { OutcomeDeliveries } from './outcome-deliveries.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { QrCodes } from './qr-codes.ts';
import type { WorkQueue } from './work-queue.ts';
import { allow, workerFunction } from './worker-function.ts';

/** Where the buckets hold what may concern a person. */
const erasedPrefixes = {
  archive: [prefix.parked, prefix.held, prefix.quarantine, prefix.rejected, prefix.history],
  campaigns: [prefix.inbox, prefix.campaignWork, prefix.results],
};

export interface OperationsProps extends PipelineParts {
  /** Every queue with a dead-letter queue. */
  readonly queues: readonly Pick<WorkQueue, 'queue' | 'deadLetters'>[];
  readonly lanes: readonly Lane[];
  readonly outcomeDeliveries: OutcomeDeliveries | undefined;
  readonly expiry: Expiry;
  readonly qrCodes: QrCodes;
  readonly replayer: LambdaFunction;
  readonly ownSenders: string;
  /** The longest time-out of a function that works on commands. */
  readonly longestWorkSeconds: number;
  /** Whether the stack has SSM documents that start acts. */
  readonly hasDocuments: boolean;
}

/**
 * Carries out every act of an operator, and records it. Each permission is an alias of the function. So IAM decides who may do
 * what, and an operator has no other way to change the pipeline.
 */
export class Operations extends Construct {
  readonly function: LambdaFunction;
  readonly auditLog: LogGroup;
  /** The permissions, in the order of their aliases. */
  readonly permissions: readonly Permission[];

  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const { settings, state, outcomes, outcomeDeliveries, surroundings, queues, lanes, expiry, qrCodes, replayer } =
      props;
    const undelivered = outcomeDeliveries?.deadLetters;
    this.auditLog = new LogGroup(this, 'AuditLog', {
      retention: surroundings.logRetentionDays,
      removalPolicy: surroundings.removalPolicy,
      ...(surroundings.key && { encryptionKey: surroundings.key }),
    });
    const mapped = [
      ...lanes.map(({ name, linkWorker }) => ({ name, mappings: [linkWorker.mapping.eventSourceMappingId] })),
      { name: qrLane, mappings: [qrCodes.mapping.eventSourceMappingId] },
      { name: expiryLane, mappings: [expiry.mapping.eventSourceMappingId] },
    ];
    const { ledger, archive, campaignFiles, auditRecords, httpKeys, linkIdSecret, qrImages } = state;
    const variables: OperationsVariables = {
      OWN_SENDERS: props.ownSenders,
      DEDUPLICATION_WINDOW_DAYS: String(settings.deduplicationWindowDays),
      AUDIT_BUCKET_NAME: auditRecords.bucketName,
      AUDIT_LOG_GROUP_NAME: this.auditLog.logGroupName,
      LEDGER_TABLE_NAME: ledger.tableName,
      ARCHIVE_BUCKET_NAME: archive.bucketName,
      CAMPAIGN_BUCKET_NAME: campaignFiles.bucketName,
      REPLAYER_FUNCTION_NAME: replayer.functionName,
      HTTP_KEYS_SECRET_ARN: httpKeys?.secretArn ?? '',
      LANES: JSON.stringify(mapped),
      LINK_ID_SECRET_ARN: linkIdSecret.secretArn,
      QR_BUCKET_NAME: qrImages.bucketName,
      LANE_QUEUE_URLS: JSON.stringify(
        Object.fromEntries(lanes.map(({ name, commands }) => [name, commands.queue.queueUrl])),
      ),
      OUTCOME_TOPIC_ARN: outcomes.topicArn,
      UNDELIVERED_OUTCOMES_URL: undelivered?.queueUrl ?? '',
      DOCUMENTS_OF: props.hasDocuments ? surroundings.serviceName : '',
      LONGEST_WORK_SECONDS: String(props.longestWorkSeconds),
    };
    this.function = workerFunction(this, {
      ...surroundings,
      job: 'operations',
      files: filesOfOperations(settings),
      description: 'Carries out the acts of operators, and records them',
      // An erasure rewrites a campaign's file in memory.
      memoryMegabytes: 1024,
      // A part lasts twenty seconds at most (lambdas/domain/acts/act.ts), and ends with the requests under way.
      timeoutSeconds: 120,
      concurrency: operationsConcurrency,
      variables,
      permissions: [
        allow(['s3:PutObject'], auditRecords.arnForObjects(`${auditPrefix}*`)),
        allow(['logs:CreateLogStream', 'logs:PutLogEvents'], this.auditLog.logGroupArn),
        allow(
          ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Scan'],
          ledger.tableArn,
        ),
        allow(['lambda:InvokeFunction'], replayer.functionArn),
        // CloudWatch judges a list of alarms as one of all alarms.
        allow(['cloudwatch:DescribeAlarms'], alarmArn(this, '*')),
        allow(['cloudwatch:SetAlarmState'], alarmArn(this, `${surroundings.serviceName}-*`)),
        allow(
          ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
          ...queues.map(({ deadLetters }) => deadLetters.queueArn),
          ...(undelivered ? [undelivered.queueArn] : []),
        ),
        ...(undelivered ? [allow(['sns:Publish'], outcomes.topicArn)] : []),
        allow(['sqs:SendMessage', 'sqs:GetQueueAttributes'], ...queues.map(({ queue }) => queue.queueArn)),
        allow(['s3:ListBucket'], archive.bucketArn),
        allow(['s3:PutObject'], archive.arnForObjects(`${prefix.parked}*`)),
        allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], archive.arnForObjects(`${prefix.quarantine}*`)),
        allow(['s3:PutObject'], campaignFiles.arnForObjects(`${prefix.inbox}*`)),
        // Erasure: what concerns a person leaves the table and both buckets, with all old versions.
        allow(['dynamodb:DeleteItem'], ledger.tableArn),
        allow(['secretsmanager:GetSecretValue'], linkIdSecret.secretArn),
        allow(['s3:ListBucketVersions'], archive.bucketArn, campaignFiles.bucketArn),
        allow(
          ['s3:GetObjectVersion', 's3:PutObject', 's3:DeleteObjectVersion'],
          ...erasedPrefixes.archive.map((folder) => archive.arnForObjects(`${folder}*`)),
          ...erasedPrefixes.campaigns.map((folder) => campaignFiles.arnForObjects(`${folder}*`)),
        ),
        allow(['s3:DeleteObject'], ...erasedPrefixes.archive.map((folder) => archive.arnForObjects(`${folder}*`))),
        allow(['s3:DeleteObject'], qrImages.arnForObjects(`${prefix.qr}*`)),
        // Who has started an SSM document. The function takes executions of its own documents alone. IAM knows only their IDs.
        ...(props.hasDocuments ? [allow(['ssm:GetAutomationExecution'], executionArns(this))] : []),
        ...(httpKeys === undefined
          ? []
          : [
              allow(
                [
                  'secretsmanager:GetSecretValue',
                  'secretsmanager:DescribeSecret',
                  'secretsmanager:PutSecretValue',
                  'secretsmanager:UpdateSecretVersionStage',
                ],
                httpKeys.secretArn,
              ),
            ]),
      ],
    });
    // In a policy of its own: the mappings' functions name this function's role in their variables.
    this.function.addToRolePolicy(allow(['lambda:GetEventSourceMapping'], ...mappingArns(this, mapped)));
    this.permissions = [...commonPermissions, ...settings.producers.map(({ source }) => campaignsPermission(source))];
    for (const name of this.permissions) {
      new CfnAlias(this, `May-${name}`, {
        name,
        functionName: this.function.functionName,
        // Not a version: a permission must never lead to an older release.
        functionVersion: '$LATEST',
      });
    }
  }
}

/** Every execution of an SSM document in the account and region. */
export const executionArns = (scope: Construct) =>
  Stack.of(scope).formatArn({
    service: 'ssm',
    resource: 'automation-execution',
    resourceName: '*',
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });

const alarmArn = (scope: Construct, resourceName: string) =>
  Stack.of(scope).formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** What the function reads beside its code: the lane of each producer's deletes, and the producer's templates. */
export function filesOfOperations({ producers }: PipelineParts['settings']): Record<string, string> {
  const sources = producers.flatMap(({ source, templates, lanes: [lane] }) =>
    lane === undefined ? [] : [[source, { lane, templates }] as const],
  );
  return { [sourcesFile]: JSON.stringify(Object.fromEntries(sources)) };
}
