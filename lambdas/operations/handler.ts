import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { AuditBucket } from '../adapters/audit-bucket.ts';
import { AuditLog } from '../adapters/audit-log.ts';
import { CallerIdentity } from '../adapters/caller-identity.ts';
import { CampaignTable } from '../adapters/campaign-table.ts';
import { ControlTable } from '../adapters/control-table.ts';
import { DeadLetters } from '../adapters/dead-letters.ts';
import { dynamoClient } from '../adapters/document-table.ts';
import { HeldStore } from '../adapters/held-store.ts';
import { InboxUploads } from '../adapters/inbox-uploads.ts';
import { KeysSecretStore } from '../adapters/keys-secret-store.ts';
import { LaneMappings } from '../adapters/lane-mappings.ts';
import { LaneQueues } from '../adapters/lane-queues.ts';
import { LinkIdSecret } from '../adapters/link-id-secret.ts';
import { LinkPages } from '../adapters/link-pages.ts';
import { ObjectVersions } from '../adapters/object-versions.ts';
import { onDemandAlarmStates } from '../adapters/on-demand-alarm-states.ts';
import { OutcomeTopic, topicClient } from '../adapters/outcome-topic.ts';
import { ParkedStore } from '../adapters/parked-store.ts';
import { QrStore } from '../adapters/qr-store.ts';
import { QuarantineStore } from '../adapters/quarantine-store.ts';
import { ReplayerFunction } from '../adapters/replayer-function.ts';
import { SenderDecisionsTable } from '../adapters/sender-decisions-table.ts';
import { SubjectTable } from '../adapters/subject-table.ts';
import type { ActResult } from '../domain/acts/answer.ts';
import { invokedAs, stsUrl } from '../domain/acts/request.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { RateLimiter } from '../runtime/rate-limiter.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { operationsEnvironment, sourcesFile, sourcesSchema } from './env.ts';
import { perform } from './perform.ts';
import { performersOf } from './performers-of.ts';

const env = readEnvironment(operationsEnvironment, process.env);
const sources = sourcesSchema.parse(JSON.parse(readFileSync(new URL(sourcesFile, import.meta.url), 'utf8')));
const telemetry = new Telemetry();
const [s3, lambda, dynamo] = [new S3Client(), new LambdaClient(), dynamoClient()];
const [sqs, secrets] = [new SQSClient(), new SecretsManagerClient()];
const [table, archive] = [env.LEDGER_TABLE_NAME, env.ARCHIVE_BUCKET_NAME];
const secret = env.HTTP_KEYS_SECRET_ARN;
const letters = new DeadLetters(sqs);
const performers = performersOf(env, {
  control: new ControlTable(dynamo, table, clock),
  mappings: new LaneMappings(lambda),
  campaigns: new CampaignTable(dynamo, table, clock),
  inbox: new InboxUploads(s3, env.CAMPAIGN_BUCKET_NAME),
  replayer: new ReplayerFunction(lambda, env.REPLAYER_FUNCTION_NAME),
  letters,
  outcomes: new OutcomeTopic(topicClient(), env.OUTCOME_TOPIC_ARN, 1),
  turnsAt: (perSecond) => RateLimiter.atPace(perSecond, clock),
  quarantine: new QuarantineStore(s3, archive),
  parked: new ParkedStore(s3, archive),
  senders: new SenderDecisionsTable(dynamo, table, clock),
  held: new HeldStore(s3, archive),
  keys: secret === '' ? undefined : new KeysSecretStore(secrets, secret, clock),
  // The document client takes no client that keeps its middleware.
  links: new LinkPages(new DynamoDBClient(), table),
  subjects: {
    ledger: new SubjectTable(dynamo, table, clock),
    archive: new ObjectVersions(s3, archive),
    campaignBucket: new ObjectVersions(s3, env.CAMPAIGN_BUCKET_NAME),
    campaigns: new CampaignTable(dynamo, table, clock),
    images: new QrStore(s3, env.QR_BUCKET_NAME),
    lanes: new LaneQueues(sqs, clock, env.LANE_QUEUE_URLS),
    sources,
    linkIdSecret: new LinkIdSecret({ secrets, dynamo }, env, clock),
    newMessageId: randomUUID,
    clock,
  },
  alarms: onDemandAlarmStates(),
  clock,
});
const bucket = new AuditBucket(s3, env.AUDIT_BUCKET_NAME);
const log = new AuditLog(new CloudWatchLogsClient(), env.AUDIT_LOG_GROUP_NAME);
const observer = telemetry.observer({});
/** A VPC without an endpoint of Systems Manager must not cost the whole time of the function. */
const patience = { maxAttempts: 2, requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 } };
/** Loaded with the first execution: a cold start for the command line does without this client. */
async function systemsManager() {
  const [{ SSMClient }, { AutomationExecutions }] = await Promise.all([
    import('@aws-sdk/client-ssm'),
    import('../adapters/automation-executions.ts'),
  ]);
  return new AutomationExecutions(new SSMClient(patience));
}
const documents =
  env.DOCUMENTS_OF === ''
    ? undefined
    : {
        serviceName: env.DOCUMENTS_OF,
        lanes: env.LANES.map(({ name }) => name),
        executions: { find: async (id: string) => (await systemsManager()).find(id) },
        letters,
      };

/** @returns the result of a part of an act. The caller reads it: this function is invoked and waited for. */
export async function handler(event: unknown, context: Context): Promise<ActResult> {
  telemetry.beginInvocation(context);
  try {
    const invoked = invokedAs(context.invokedFunctionArn);
    const identity = new CallerIdentity(stsUrl(invoked.functionArn, process.env));
    const ports = { bucket, log, identity, documents, performers, observer, clock, unique: randomUUID };
    return await perform(event, invoked, ports);
  } finally {
    telemetry.endInvocation();
  }
}
