import type { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import type { QrWorkerVariables } from '../../lambdas/qr-worker/env.ts';
import type { WorkerPlan } from '../config/rate/worker-plan.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { type FedFunction, queueWorker, queueWorkerVariables } from './queue-worker.ts';
import { WorkQueue } from './work-queue.ts';
import { allow } from './worker-function.ts';

/** After so many attempts the job ends as `qr-failed`. Below the queue's maxReceiveCount, which is for crashes. */
const maxQrAttempts = 8;

/** The QR codes of all lanes: QR jobs → QR worker, which gets each image from the API and stores it in the QR bucket. */
export class QrCodes extends Construct implements FedFunction {
  readonly jobs: WorkQueue;
  readonly function: LambdaFunction;
  readonly mapping: EventSourceMapping;
  readonly plan: WorkerPlan;

  constructor(scope: Construct, id: string, props: PipelineParts & { plan: WorkerPlan }) {
    super(scope, id);
    const { settings, state, outcomes, plan, surroundings } = props;
    this.plan = plan;
    this.jobs = new WorkQueue(this, 'Jobs', {
      rules: surroundings,
      retentionDays: settings.commandRetentionDays,
      visibilityTimeoutSeconds: plan.visibilityTimeoutSeconds,
    });
    const variables: QrWorkerVariables = {
      ...queueWorkerVariables(plan, props),
      QR_CALLS_PER_SECOND: String(plan.callsPerSecond),
      QR_QUEUE_URL: this.jobs.queue.queueUrl,
      DEDUPLICATION_WINDOW_DAYS: String(settings.deduplicationWindowDays),
      MAX_QR_ATTEMPTS: String(maxQrAttempts),
    };
    const worker = queueWorker(this, {
      ...surroundings,
      job: 'qr-worker',
      description: 'Stores the QR images of all lanes',
      memoryMegabytes: settings.memoryMegabytes.qrWorker,
      plan,
      queue: this.jobs.queue,
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
    this.function = worker.function;
    this.mapping = worker.mapping;
  }
}
