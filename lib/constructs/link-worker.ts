import type { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import { type LinkWorkerVariables, policiesFile } from '../../lambdas/link-worker/env.ts';
import { linkPoliciesOf } from '../config/link-policies.ts';
import { callTimeoutMilliseconds } from '../config/rate-budget.ts';
import type { LaneWorkerProps } from './lane-props.ts';
import { consume, feed } from './queue-mapping.ts';
import type { WorkQueue } from './work-queue.ts';
import { allow, WorkerFunction } from './worker-function.ts';

export interface LinkWorkerProps extends LaneWorkerProps {
  readonly commands: WorkQueue;
}

/** Executes a lane's commands against the OneLink API. */
export class LinkWorker extends Construct {
  readonly function: LambdaFunction;
  readonly mapping: EventSourceMapping;

  constructor(scope: Construct, id: string, props: LinkWorkerProps) {
    super(scope, id);
    const { account, settings, state, commands, qrJobs, outcomes } = props;
    const plan = props.plan.link;
    const variables: LinkWorkerVariables = {
      LANE: props.name,
      API_BASE_URL: account.apiBaseUrl,
      API_TOKEN_SECRET_ARN: state.apiToken.secretArn,
      LINK_ID_SECRET_ARN: state.linkIdSecret.secretArn,
      LINK_ID_LENGTH: String(settings.linkIdLength),
      LINK_CALLS_PER_SECOND: String(plan.callsPerSecond),
      CALLS_IN_FLIGHT: String(plan.callsInFlight),
      CALL_TIMEOUT_MILLISECONDS: String(callTimeoutMilliseconds),
      MOST_RETURNED_MESSAGES: String(plan.mostReturnedMessages),
      LEDGER_TABLE_NAME: state.ledger.tableName,
      ARCHIVE_BUCKET_NAME: state.archive.bucketName,
      LANE_QUEUE_URL: commands.queue.queueUrl,
      QR_QUEUE_URL: qrJobs.queue.queueUrl,
      QR_BUCKET_NAME: state.qrImages.bucketName,
      OUTCOME_TOPIC_ARN: outcomes.topicArn,
      OUTCOMES_PER_PUBLISH: String(props.outcomesPerPublish),
      ...access(props),
      CONFLICT_POLICY: props.lane.conflictPolicy ?? settings.conflictPolicy,
      KEEP_DATA: settings.ledgerKeeps,
      // Longer than any invocation, or another change could take the lease while its holder still runs.
      LEASE_SECONDS: String(plan.timeoutSeconds + 30),
      DEDUPLICATION_WINDOW_DAYS: String(settings.deduplicationWindowDays),
      APPSFLYER_ACCOUNT_ID: account.accountId,
      QUOTA_RESERVE_CALLS: String(props.lane.quotaReserveCalls),
      MAX_DATA_CHARACTERS: String(account.maxDataCharacters),
      QUERY_STRING_COUNTS: String(account.queryStringCounts ?? false),
      MAX_TTL_DAYS: String(account.maxTtlDays),
    };
    const worker = new WorkerFunction(this, 'Worker', {
      ...props.surroundings,
      job: 'link-worker',
      files: { [policiesFile]: JSON.stringify(linkPoliciesOf(settings)) },
      description: `Executes the commands of the ${props.name} lane`,
      memoryMegabytes: settings.memoryMegabytes.linkWorker,
      timeoutSeconds: plan.timeoutSeconds,
      concurrency: plan.concurrency,
      variables,
      permissions: [
        consume(commands.queue),
        allow(
          ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
          state.ledger.tableArn,
        ),
        allow(['sqs:SendMessage'], qrJobs.queue.queueArn),
        allow(['sns:Publish'], outcomes.topicArn),
        allow(['s3:DeleteObject'], state.qrImages.arnForObjects(`${prefix.qr}*`)),
        allow(
          ['s3:PutObject'],
          state.archive.arnForObjects(`${prefix.rejected}*`),
          state.archive.arnForObjects(`${prefix.parked}*`),
        ),
        allow(['secretsmanager:GetSecretValue'], state.apiToken.secretArn, state.linkIdSecret.secretArn),
      ],
    });
    this.function = worker.function;
    this.mapping = feed(this, this.function, commands.queue, plan);
  }
}

/** The producers that may use the lane, and the templates that these producers may use. */
function access({ name, settings }: LinkWorkerProps): Pick<LinkWorkerVariables, 'PRODUCERS' | 'TEMPLATES'> {
  const producers = settings.producers.filter(({ lanes }) => lanes.includes(name));
  const used = new Set(producers.flatMap(({ templates }) => templates));
  return {
    PRODUCERS: JSON.stringify(producers.map(({ source, templates }) => ({ source, templates }))),
    TEMPLATES: JSON.stringify(
      Object.fromEntries(
        Object.entries(settings.templates).flatMap(([id, { domain, brandDomains }]) =>
          used.has(id) ? [[id, { domain, brandDomains }]] : [],
        ),
      ),
    ),
  };
}
