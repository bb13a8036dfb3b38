import type { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import type { ExpiryWorkerVariables } from '../../lambdas/expiry-worker/env.ts';
import type { AccountSettings, PipelineSettings } from '../config/config-schema.ts';
import { callTimeoutMilliseconds, deadLetterRetentionDays, type WorkerPlan } from '../config/rate-budget.ts';
import { ExpiryIntake } from './expiry-intake.ts';
import type { PipelineState } from './pipeline-state.ts';
import { consume, feed } from './queue-mapping.ts';
import { WorkQueue } from './work-queue.ts';
import { allow, type FunctionSurroundings, WorkerFunction } from './worker-function.ts';

export interface ExpiryProps {
  readonly settings: PipelineSettings;
  readonly account: AccountSettings;
  readonly state: PipelineState;
  readonly outcomes: Topic;
  readonly plan: WorkerPlan;
  readonly surroundings: FunctionSurroundings;
}

/** SQS deletes a dead letter at most 14 days after its first sent time. A day later, the check is certainly lost. */
const checkLostAfterDays = deadLetterRetentionDays + 1;

/** The end of a link: ledger's TTL → stream → intake → queue → expiry worker, which asks the API if the link has ended. */
export class Expiry extends Construct {
  readonly expired: WorkQueue;
  readonly intake: ExpiryIntake;
  readonly function: LambdaFunction;
  readonly mapping: EventSourceMapping;
  readonly plan: WorkerPlan;

  /** @throws Error when the ledger has no stream. */
  constructor(scope: Construct, id: string, props: ExpiryProps) {
    super(scope, id);
    const { settings, account, state, outcomes, plan, surroundings } = props;
    this.plan = plan;
    this.expired = new WorkQueue(this, 'Expired', {
      retentionDays: settings.commandRetentionDays,
      visibilityTimeoutSeconds: plan.visibilityTimeoutSeconds,
    });
    this.intake = new ExpiryIntake(this, 'Intake', {
      settings,
      state,
      expired: this.expired.queue,
      checkLostAfterDays,
      surroundings,
    });
    const variables: ExpiryWorkerVariables = {
      API_BASE_URL: account.apiBaseUrl,
      API_TOKEN_SECRET_ARN: state.apiToken.secretArn,
      LINK_ID_SECRET_ARN: state.linkIdSecret.secretArn,
      EXPIRY_CALLS_PER_SECOND: String(plan.callsPerSecond),
      CALLS_IN_FLIGHT: String(plan.callsInFlight),
      CALL_TIMEOUT_MILLISECONDS: String(callTimeoutMilliseconds),
      MOST_RETURNED_MESSAGES: String(plan.mostReturnedMessages),
      LEDGER_TABLE_NAME: state.ledger.tableName,
      ARCHIVE_BUCKET_NAME: state.archive.bucketName,
      QR_BUCKET_NAME: state.qrImages.bucketName,
      EXPIRY_QUEUE_URL: this.expired.queue.queueUrl,
      OUTCOME_TOPIC_ARN: outcomes.topicArn,
      KEEP_QR_IMAGES: settings.keepQrImagesOfExpiredLinks ? 'true' : 'false',
      // Longer than any invocation, or another change could take the lease while its holder still runs.
      LEASE_SECONDS: String(plan.timeoutSeconds + 30),
      CHECK_LOST_AFTER_DAYS: String(checkLostAfterDays),
    };
    const worker = new WorkerFunction(this, 'Worker', {
      ...surroundings,
      job: 'expiry-worker',
      description: 'Checks with the API whether links past their expiry have ended, and renews kept links',
      memoryMegabytes: settings.memoryMegabytes.expiryWorker,
      timeoutSeconds: plan.timeoutSeconds,
      concurrency: plan.concurrency,
      variables,
      permissions: [
        consume(this.expired.queue),
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
    this.mapping = feed(this, this.function, this.expired.queue, plan);
  }
}
