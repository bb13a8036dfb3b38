import { readFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { CampaignFiles } from '../adapters/campaign-files.ts';
import { CampaignTable } from '../adapters/campaign-table.ts';
import { ControlTable } from '../adapters/control-table.ts';
import { dynamoClient } from '../adapters/document-table.ts';
import { Ledger } from '../adapters/ledger.ts';
import { LinkIdSecret } from '../adapters/link-id-secret.ts';
import { OutcomeTopic, topicClient } from '../adapters/outcome-topic.ts';
import { ReplayQueue } from '../adapters/replay-queue.ts';
import { VouchingQueue } from '../adapters/vouching-queue.ts';
import { policyChecker } from '../domain/policy/link-policy.ts';
import { dimension } from '../domain/work/names.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { campaignRulesFile, campaignRulesSchema, campaignSenderEnvironment } from './env.ts';
import { campaignSender } from './sender.ts';

const env = readEnvironment(campaignSenderEnvironment, process.env);
const rules = campaignRulesSchema.parse(JSON.parse(readFileSync(new URL(campaignRulesFile, import.meta.url), 'utf8')));
const telemetry = new Telemetry();
const [s3, sqs, dynamo] = [new S3Client(), new SQSClient(), dynamoClient()];
const [queue, depths] = [new VouchingQueue(sqs, clock, 10), new ReplayQueue(sqs, clock)];
const send = campaignSender(
  { ...env, ...rules },
  {
    control: new ControlTable(dynamo, env.LEDGER_TABLE_NAME, clock),
    campaigns: new CampaignTable(dynamo, env.LEDGER_TABLE_NAME, clock),
    files: new CampaignFiles(s3, env.CAMPAIGN_BUCKET_NAME),
    ledger: new Ledger(dynamo, env.LEDGER_TABLE_NAME, clock),
    queue: {
      depth: (queueUrl) => depths.depth(queueUrl),
      send: (queueUrl, rows, deadline) => queue.send(queueUrl, rows, deadline),
    },
    outcomes: new OutcomeTopic(topicClient(), env.OUTCOME_TOPIC_ARN, 1),
    linkIdSecret: new LinkIdSecret({ secrets: new SecretsManagerClient(), dynamo }, env, clock),
    policy: policyChecker(rules.policies),
    laneObserver: (lane) => telemetry.observer({ [dimension.lane]: lane }),
    clock,
  },
);

export async function handler(_event: unknown, context: Context): Promise<void> {
  telemetry.beginInvocation(context);
  try {
    await send({ remainingMilliseconds: () => context.getRemainingTimeInMillis() });
  } finally {
    telemetry.endInvocation();
  }
}
