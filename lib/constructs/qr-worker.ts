import type { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import type { QrWorkerVariables } from '../../lambdas/qr-worker/env.ts';
import { callTimeoutMilliseconds } from '../config/rate-budget.ts';
import type { LaneWorkerProps } from './lane-props.ts';
import { consume, feed } from './queue-mapping.ts';
import { allow, WorkerFunction } from './worker-function.ts';

/** After so many attempts the job ends as `qr-failed`. Below the queue's maxReceiveCount, which is for crashes. */
const maxQrAttempts = 8;

/** Gets the QR images of a lane's links from the API and stores them in the QR bucket. */
export class QrWorker extends Construct {
  readonly function: LambdaFunction;
  readonly mapping: EventSourceMapping;

  constructor(scope: Construct, id: string, props: LaneWorkerProps) {
    super(scope, id);
    const { account, settings, state, qrJobs, outcomes } = props;
    const plan = props.plan.qr;
    const variables: QrWorkerVariables = {
      LANE: props.name,
      API_BASE_URL: account.apiBaseUrl,
      API_TOKEN_SECRET_ARN: state.apiToken.secretArn,
      QR_CALLS_PER_SECOND: String(plan.callsPerSecond),
      CALLS_IN_FLIGHT: String(plan.callsInFlight),
      CALL_TIMEOUT_MILLISECONDS: String(callTimeoutMilliseconds),
      MOST_RETURNED_MESSAGES: String(plan.mostReturnedMessages),
      LEDGER_TABLE_NAME: state.ledger.tableName,
      QR_BUCKET_NAME: state.qrImages.bucketName,
      QR_QUEUE_URL: qrJobs.queue.queueUrl,
      OUTCOME_TOPIC_ARN: outcomes.topicArn,
      OUTCOMES_PER_PUBLISH: String(props.outcomesPerPublish),
      DEDUPLICATION_WINDOW_DAYS: String(settings.deduplicationWindowDays),
      MAX_QR_ATTEMPTS: String(maxQrAttempts),
    };
    const worker = new WorkerFunction(this, 'Worker', {
      ...props.surroundings,
      job: 'qr-worker',
      description: `Stores the QR images of the ${props.name} lane`,
      memoryMegabytes: settings.memoryMegabytes.qrWorker,
      timeoutSeconds: plan.timeoutSeconds,
      concurrency: plan.concurrency,
      variables,
      permissions: [
        consume(qrJobs.queue),
        allow(
          ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
          state.ledger.tableArn,
        ),
        allow(['s3:PutObject', 's3:DeleteObject'], state.qrImages.arnForObjects(`${prefix.qr}*`)),
        allow(['sns:Publish'], outcomes.topicArn),
        allow(['secretsmanager:GetSecretValue'], state.apiToken.secretArn),
      ],
    });
    this.function = worker.function;
    this.mapping = feed(this, this.function, qrJobs.queue, plan);
  }
}
