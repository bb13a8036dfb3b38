import type { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import type { ExpiryWorkerVariables } from '../../lambdas/expiry-worker/env.ts';
import { deadLetterRetentionDays } from '../config/config-schema.ts';
import type { WorkerPlan } from '../config/rate/worker-plan.ts';
import { expiryIntake } from './expiry-intake.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { type FedFunction, leaseSeconds, queueWorker, queueWorkerVariables } from './queue-worker.ts';
import { WorkQueue } from './work-queue.ts';
import { allow } from './worker-function.ts';

/** SQS deletes a dead letter at most 14 days after its first sent time. A day later, the check is certainly lost. */
const checkLostAfterDays = deadLetterRetentionDays + 1;

/** The end of a link: ledger's TTL → stream → intake → queue → expiry worker, which asks the API if the link has ended. */
export class Expiry extends Construct implements FedFunction {
  readonly expired: WorkQueue;
  readonly intake: FedFunction;
  readonly function: LambdaFunction;
  readonly mapping: EventSourceMapping;
  readonly plan: WorkerPlan;

  /** @throws Error when the ledger has no stream. */
  constructor(scope: Construct, id: string, props: PipelineParts & { plan: WorkerPlan }) {
    super(scope, id);
    const { settings, state, outcomes, plan, surroundings } = props;
    this.plan = plan;
    this.expired = new WorkQueue(this, 'Expired', {
      rules: surroundings,
      retentionDays: settings.commandRetentionDays,
      visibilityTimeoutSeconds: plan.visibilityTimeoutSeconds,
    });
    const { queue } = this.expired;
    this.intake = expiryIntake(new Construct(this, 'Intake'), queue, checkLostAfterDays, props);
    const variables: ExpiryWorkerVariables = {
      ...queueWorkerVariables(plan, props),
      LINK_ID_SECRET_ARN: state.linkIdSecret.secretArn,
      EXPIRY_CALLS_PER_SECOND: String(plan.callsPerSecond),
      ARCHIVE_BUCKET_NAME: state.archive.bucketName,
      EXPIRY_QUEUE_URL: queue.queueUrl,
      KEEP_QR_IMAGES: settings.keepQrImagesOfExpiredLinks ? 'true' : 'false',
      LEASE_SECONDS: leaseSeconds(plan),
      CHECK_LOST_AFTER_DAYS: String(checkLostAfterDays),
    };
    const worker = queueWorker(this, {
      ...surroundings,
      job: 'expiry-worker',
      description: 'Checks with the API whether links past their expiry have ended, and renews kept links',
      memoryMegabytes: settings.memoryMegabytes.expiryWorker,
      plan,
      queue,
      variables,
      permissions: [
        allow(
          [
            'dynamodb:BatchGetItem',
            'dynamodb:DeleteItem',
            'dynamodb:GetItem',
            'dynamodb:PutItem',
            'dynamodb:UpdateItem',
          ],
          state.ledger.tableArn,
        ),
        allow(['s3:PutObject'], state.archive.arnForObjects(`${prefix.history}*`)),
        allow(['s3:DeleteObject'], state.qrImages.arnForObjects(`${prefix.qr}*`)),
        allow(['sns:Publish'], outcomes.topicArn),
        allow(['secretsmanager:GetSecretValue'], state.apiToken.secretArn, state.linkIdSecret.secretArn),
      ],
    });
    this.function = worker.function;
    this.mapping = worker.mapping;
  }
}
