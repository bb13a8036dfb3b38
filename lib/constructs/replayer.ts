import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import type { ReplayerVariables } from '../../lambdas/replayer/env.ts';
import { boundSenders } from '../config/principals.ts';
import { replayedAhead } from '../config/rate/worker-plan.ts';
import type { Lane } from './lane.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { scheduledFunction } from './scheduled-function.ts';
import { allow } from './worker-function.ts';

/** Every minute, sends parked commands back to the lanes that are open. */
export function replayer(
  scope: Construct,
  lanes: readonly Lane[],
  { settings, state, outcomes, surroundings }: PipelineParts,
): LambdaFunction {
  const variables: ReplayerVariables = {
    LEDGER_TABLE_NAME: state.ledger.tableName,
    ARCHIVE_BUCKET_NAME: state.archive.bucketName,
    OUTCOME_TOPIC_ARN: outcomes.topicArn,
    SENDERS: JSON.stringify(boundSenders(settings)),
    LANES: JSON.stringify(
      lanes.map(({ name, commands, plan: { link } }) => ({
        name,
        queueUrl: commands.queue.queueUrl,
        commandsPerSecond: link.concurrency * link.callsPerSecond,
        sendAhead: replayedAhead(link),
      })),
    ),
  };
  return scheduledFunction(scope, {
    ...surroundings,
    job: 'replayer',
    description: 'Sends parked commands back to their lanes',
    memoryMegabytes: settings.memoryMegabytes.replayer,
    // A run works for up to five minutes. Lambda throttles and drops the runs of these minutes.
    timeoutSeconds: 300,
    variables,
    permissions: [
      allow(['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], state.ledger.tableArn),
      allow(
        ['s3:GetObject', 's3:DeleteObject'],
        state.archive.arnForObjects(`${prefix.parked}*`),
        state.archive.arnForObjects(`${prefix.held}*`),
      ),
      allow(['s3:PutObject'], state.archive.arnForObjects(`${prefix.quarantine}*`)),
      allow(['s3:ListBucket'], state.archive.bucketArn),
      allow(['sns:Publish'], outcomes.topicArn),
      allow(['sqs:SendMessage', 'sqs:GetQueueAttributes'], ...lanes.map(({ commands }) => commands.queue.queueArn)),
    ],
  });
}
