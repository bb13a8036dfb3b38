import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { prefix } from '../../lambdas/adapters/names.ts';
import {
  type CampaignCheckerVariables,
  type CampaignRulesText,
  campaignRulesFile,
} from '../../lambdas/campaign-checker/env.ts';
import type { CampaignSenderVariables } from '../../lambdas/campaign-sender/env.ts';
import { contractVariables } from '../config/account-api.ts';
import type { PipelineSettings } from '../config/config-schema.ts';
import { linkPoliciesOf } from '../config/link-policies.ts';
import { campaignCheckerPlan } from '../config/rate/reserved-concurrency.ts';
import type { Lane } from './lane.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { QrCodes } from './qr-codes.ts';
import { consume, type FedFunction } from './queue-worker.ts';
import { scheduledFunction } from './scheduled-function.ts';
import type { WorkQueue } from './work-queue.ts';
import { allow, workerFunction } from './worker-function.ts';

interface CampaignsProps extends PipelineParts {
  readonly lanes: readonly Lane[];
  readonly qrCodes: Pick<QrCodes, 'plan'>;
}

/** Campaigns from files: campaign bucket ─▶ its queue ─▶ checker ─▶ chunks ─▶ sender ─▶ lanes' queues, results. */
export class Campaigns extends Construct {
  /** What reaches the bucket's inbox, and how far its check is. */
  readonly work: Pick<WorkQueue, 'queue' | 'deadLetters'>;
  readonly checker: FedFunction;
  readonly sender: LambdaFunction;

  constructor(scope: Construct, id: string, props: CampaignsProps) {
    super(scope, id);
    this.work = props.state.campaignWork;
    this.checker = checker(new Construct(this, 'Checker'), props);
    this.sender = sender(new Construct(this, 'Sender'), props);
  }
}

/** Checks dropped files, slice by slice. Each message is one slice. */
function checker(scope: Construct, { settings, account, state, surroundings }: PipelineParts): FedFunction {
  const { campaignFiles } = state;
  const { queue: campaignQueue } = state.campaignWork;
  const { concurrency, timeoutSeconds } = campaignCheckerPlan;
  const variables: CampaignCheckerVariables = {
    LEDGER_TABLE_NAME: state.ledger.tableName,
    CAMPAIGN_BUCKET_NAME: campaignFiles.bucketName,
    CAMPAIGN_QUEUE_URL: campaignQueue.queueUrl,
    LINK_ID_SECRET_ARN: state.linkIdSecret.secretArn,
    APPROVAL: JSON.stringify(settings.campaigns.approval),
    LANES: JSON.stringify(
      Object.fromEntries(
        Object.entries(settings.lanes).map(
          ([name, { quotaReserveCalls, conflictPolicy = settings.conflictPolicy }]) => [
            name,
            { quotaReserveCalls, conflictPolicy },
          ],
        ),
      ),
    ),
    ...contractVariables(account),
  };
  const worker = workerFunction(scope, {
    ...surroundings,
    job: 'campaign-checker',
    files: { [campaignRulesFile]: rulesOf(settings) },
    description: 'Checks the files of campaigns, and writes their rows as chunks',
    memoryMegabytes: settings.memoryMegabytes.campaignChecker,
    timeoutSeconds,
    concurrency,
    variables,
    permissions: [
      consume(campaignQueue),
      // A slice ends with a message to the next.
      allow(['sqs:SendMessage'], campaignQueue.queueArn),
      allow(
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        state.ledger.tableArn,
      ),
      allow(['s3:GetObject'], campaignFiles.arnForObjects(`${prefix.inbox}*`)),
      allow(['s3:GetObject', 's3:PutObject'], campaignFiles.arnForObjects(`${prefix.campaignWork}*`)),
      allow(['s3:PutObject'], campaignFiles.arnForObjects(`${prefix.results}*`)),
      // Without it, S3 answers 403 for a missing object, not 404.
      allow(['s3:ListBucket'], campaignFiles.bucketArn),
      allow(['secretsmanager:GetSecretValue'], state.linkIdSecret.secretArn),
    ],
  });
  const mapping = new EventSourceMapping(scope, 'Mapping', {
    target: worker,
    eventSourceArn: campaignQueue.queueArn,
    batchSize: 1,
    maxConcurrency: concurrency,
    reportBatchItemFailures: true,
  });
  return { function: worker, mapping };
}

/** Every minute, sends the rows of campaigns to the lanes that are open, and settles those that have their outcome. */
function sender(
  scope: Construct,
  { settings, account, state, outcomes, surroundings, lanes, qrCodes }: CampaignsProps,
): LambdaFunction {
  const { campaignFiles } = state;
  const variables: CampaignSenderVariables = {
    LEDGER_TABLE_NAME: state.ledger.tableName,
    CAMPAIGN_BUCKET_NAME: campaignFiles.bucketName,
    OUTCOME_TOPIC_ARN: outcomes.topicArn,
    LINK_ID_SECRET_ARN: state.linkIdSecret.secretArn,
    LANES: JSON.stringify(
      lanes.map(({ name, commands, plan: { link } }) => ({
        name,
        queueUrl: commands.queue.queueUrl,
        commandsPerSecond: link.concurrency * link.callsPerSecond,
        // One worker makes the images of all lanes.
        imagesPerSecond: qrCodes.plan.concurrency * qrCodes.plan.callsPerSecond,
      })),
    ),
    ...contractVariables(account),
  };
  return scheduledFunction(scope, {
    ...surroundings,
    job: 'campaign-sender',
    files: { [campaignRulesFile]: rulesOf(settings) },
    description: 'Sends the rows of campaigns to their lanes, and writes the results',
    memoryMegabytes: settings.memoryMegabytes.campaignSender,
    // A run sends for four minutes. It takes longer if it writes results: about two minutes for a million rows. Lambda throttles and
    // drops the runs of these minutes.
    timeoutSeconds: 900,
    variables,
    permissions: [
      allow(
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        state.ledger.tableArn,
      ),
      allow(['s3:GetObject', 's3:PutObject'], campaignFiles.arnForObjects(`${prefix.campaignWork}*`)),
      allow(['s3:PutObject'], campaignFiles.arnForObjects(`${prefix.results}*`)),
      allow(['sns:Publish'], outcomes.topicArn),
      allow(['sqs:SendMessage', 'sqs:GetQueueAttributes'], ...lanes.map(({ commands }) => commands.queue.queueArn)),
      allow(['secretsmanager:GetSecretValue'], state.linkIdSecret.secretArn),
    ],
  });
}

function rulesOf(settings: PipelineSettings): string {
  const rules: CampaignRulesText = {
    producers: settings.producers.map(({ source, templates, lanes }) => ({ source, templates, lanes })),
    templates: Object.fromEntries(
      Object.entries(settings.templates).map(([id, { domain, brandDomains }]) => [id, { domain, brandDomains }]),
    ),
    policies: linkPoliciesOf(settings),
  };
  return JSON.stringify(rules);
}
