import { readFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { CampaignFiles } from '../adapters/campaign-files.ts';
import { CampaignQueue } from '../adapters/campaign-queue.ts';
import { CampaignTable } from '../adapters/campaign-table.ts';
import { ControlTable } from '../adapters/control-table.ts';
import { DeliveryQueue } from '../adapters/delivery-queue.ts';
import { dynamoClient } from '../adapters/document-table.ts';
import { HttpRecords } from '../adapters/http-records.ts';
import { Ledger } from '../adapters/ledger.ts';
import { LinkIdSecret } from '../adapters/link-id-secret.ts';
import { campaignRulesSchema } from '../domain/campaign/rules.ts';
import { policyChecker } from '../domain/policy/link-policy.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { sqsBatch } from '../runtime/sqs-batch.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { campaignChecker } from './campaign-checker.ts';
import { campaignCheckerEnvironment, campaignRulesFile } from './env.ts';

const env = readEnvironment(campaignCheckerEnvironment, process.env);
const telemetry = new Telemetry();
const [sqs, dynamo] = [new SQSClient(), dynamoClient()];
const rules = campaignRulesSchema.parse(JSON.parse(readFileSync(new URL(campaignRulesFile, import.meta.url), 'utf8')));

export const handler = sqsBatch({
  mostReturned: 1_000,
  clock,
  telemetry,
  queue: new DeliveryQueue(sqs, env.CAMPAIGN_QUEUE_URL),
  work: campaignChecker(env, rules, {
    campaigns: new CampaignTable(dynamo, env.LEDGER_TABLE_NAME, clock),
    files: new CampaignFiles(new S3Client(), env.CAMPAIGN_BUCKET_NAME),
    calls: new HttpRecords(dynamo, env.LEDGER_TABLE_NAME, clock),
    ledger: new Ledger(dynamo, env.LEDGER_TABLE_NAME, clock),
    linkIdSecret: new LinkIdSecret({ secrets: new SecretsManagerClient(), dynamo }, env, clock),
    control: new ControlTable(dynamo, env.LEDGER_TABLE_NAME, clock),
    queue: new CampaignQueue(sqs, env.CAMPAIGN_QUEUE_URL),
    policy: policyChecker(rules.policies),
    observer: telemetry.observer({}),
    clock,
  }),
});
