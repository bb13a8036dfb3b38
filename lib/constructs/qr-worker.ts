import type { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import type { QrWorkerVariables } from '../../lambdas/qr-worker/env.ts';
import type { LaneWorkerProps } from './pipeline-parts.ts';
import { type FedFunction, queueWorker, queueWorkerVariables } from './queue-worker.ts';
import { allow } from './worker-function.ts';

/** After so many attempts the job ends as `qr-failed`. Below the queue's maxReceiveCount, which is for crashes. */
const maxQrAttempts = 8;

/** Gets the QR images of a lane's links from the API and stores them in the QR bucket. */
export function qrWorker(scope: Construct, props: LaneWorkerProps): FedFunction {
  const { settings, state, qrJobs, outcomes } = props;
  const plan = props.plan.qr;
  const variables: QrWorkerVariables = {
    LANE: props.name,
    ...queueWorkerVariables(plan, props),
    QR_CALLS_PER_SECOND: String(plan.callsPerSecond),
    QR_QUEUE_URL: qrJobs.queue.queueUrl,
    OUTCOMES_PER_PUBLISH: String(props.outcomesPerPublish),
    DEDUPLICATION_WINDOW_DAYS: String(settings.deduplicationWindowDays),
    MAX_QR_ATTEMPTS: String(maxQrAttempts),
  };
  return queueWorker(scope, {
    ...props.surroundings,
    job: 'qr-worker',
    description: `Stores the QR images of the ${props.name} lane`,
    memoryMegabytes: settings.memoryMegabytes.qrWorker,
    plan,
    queue: qrJobs.queue,
    variables,
    permissions: [
      allow(
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        state.ledger.tableArn,
      ),
      allow(['s3:PutObject', 's3:DeleteObject'], state.qrImages.arnForObjects(`${prefix.qr}*`)),
      allow(['sns:Publish'], outcomes.topicArn),
      allow(['secretsmanager:GetSecretValue'], state.apiToken.secretArn),
    ],
  });
}
