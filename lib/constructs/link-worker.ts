import type { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import { type LinkWorkerVariables, policiesFile } from '../../lambdas/link-worker/env.ts';
import { contractVariables, quotaSourceOf } from '../config/account-api.ts';
import { linkPoliciesOf } from '../config/link-policies.ts';
import { boundSenders } from '../config/principals.ts';
import type { LaneProps } from './pipeline-parts.ts';
import { type FedFunction, leaseSeconds, queueWorker, queueWorkerVariables } from './queue-worker.ts';
import type { WorkQueue } from './work-queue.ts';
import { allow } from './worker-function.ts';

/** Executes a lane's commands against the OneLink API. */
export function linkWorker(scope: Construct, commands: WorkQueue, props: LaneProps): FedFunction {
  const { account, settings, state, qrJobs, outcomes, privateTopic } = props;
  const plan = props.plan.link;
  const variables: LinkWorkerVariables = {
    LANE: props.name,
    ...queueWorkerVariables(plan, props),
    LINK_ID_SECRET_ARN: state.linkIdSecret.secretArn,
    LINK_ID_LENGTH: String(settings.linkIdLength),
    LINK_CALLS_PER_SECOND: String(plan.callsPerSecond),
    INVOCATION_GAP: plan.gap,
    ARCHIVE_BUCKET_NAME: state.archive.bucketName,
    LANE_QUEUE_URL: commands.queue.queueUrl,
    QR_QUEUE_URL: qrJobs.queue.queueUrl,
    // A latency lane publishes each outcome at once. The others fill SNS's batches of ten.
    OUTCOMES_PER_PUBLISH: props.lane.windowSeconds > 0 ? '10' : '1',
    OWN_SENDERS: props.ownSenders,
    SENDERS: JSON.stringify(boundSenders(settings)),
    ...access(props),
    CONFLICT_POLICY: props.lane.conflictPolicy ?? settings.conflictPolicy,
    KEEP_DATA: settings.ledgerKeeps,
    LEASE_SECONDS: leaseSeconds(plan),
    DEDUPLICATION_WINDOW_DAYS: String(settings.deduplicationWindowDays),
    APPSFLYER_ACCOUNT_ID: account.accountId,
    QUOTA_RESERVE_CALLS: String(props.lane.quotaReserveCalls),
    ...contractVariables(account),
    QUOTA_FROM: quotaSourceOf(account),
    ...(privateTopic && { PRIVATE_TOPIC_ARN: privateTopic.topicArn }),
  };
  return queueWorker(scope, {
    ...props.surroundings,
    job: 'link-worker',
    files: { [policiesFile]: JSON.stringify(linkPoliciesOf(settings)) },
    description: `Executes the commands of the ${props.name} lane`,
    memoryMegabytes: settings.memoryMegabytes.linkWorker,
    plan,
    queue: commands.queue,
    variables,
    permissions: [
      allow(
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        state.ledger.tableArn,
      ),
      allow(['sqs:SendMessage'], qrJobs.queue.queueArn),
      allow(['sns:Publish'], outcomes.topicArn, ...(privateTopic ? [privateTopic.topicArn] : [])),
      allow(['s3:DeleteObject'], state.qrImages.arnForObjects(`${prefix.qr}*`)),
      allow(
        ['s3:PutObject'],
        state.archive.arnForObjects(`${prefix.rejected}*`),
        state.archive.arnForObjects(`${prefix.parked}*`),
        state.archive.arnForObjects(`${prefix.held}*`),
      ),
      allow(['secretsmanager:GetSecretValue'], state.apiToken.secretArn, state.linkIdSecret.secretArn),
    ],
  });
}

/** The producers that may use the lane, and the templates that these producers may use. */
function access({ name, settings }: LaneProps): Pick<LinkWorkerVariables, 'PRODUCERS' | 'TEMPLATES'> {
  const producers = settings.producers.filter(({ lanes }) => lanes.includes(name));
  const used = new Set(producers.flatMap(({ templates }) => templates));
  return {
    PRODUCERS: JSON.stringify(
      producers.map(({ source, templates, privateOutcomeQueue }) => ({
        source,
        templates,
        ...(privateOutcomeQueue && { privateOutcomes: true }),
      })),
    ),
    TEMPLATES: JSON.stringify(
      Object.fromEntries(
        Object.entries(settings.templates).flatMap(([id, { domain, brandDomains }]) =>
          used.has(id) ? [[id, { domain, brandDomains }]] : [],
        ),
      ),
    ),
  };
}
