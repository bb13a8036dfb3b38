import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { Command } from 'commander';
import type { ParkedStore } from '../../../lambdas/adapters/parked-store.ts';
import { expiryLane, qrLane } from '../../../lambdas/domain/work/names.ts';
import type { Configuration } from '../../../lib/config/config-schema.ts';
import { reservedConcurrency } from '../../../lib/config/rate/reserved-concurrency.ts';
import { strandedLanes } from '../../pipeline/archive/parked-lots.ts';
import { filesSince } from '../../pipeline/campaigns.ts';
import { type ConfiguredPipeline, configuredPipelines, plansOf } from '../../pipeline/configured-pipeline.ts';
import { deliveriesOutput } from '../../pipeline/dead-letters/dead-letter-queues.ts';
import type { DeployedPipeline } from '../../pipeline/deployed-pipeline.ts';
import { outputNamed } from '../../pipeline/pipeline-outputs.ts';
import { openReader } from '../../pipeline/reader.ts';
import { tallyWords } from '../../terminal/outcome-words.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { withNeeds } from '../../terminal/usage.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { counted } from '../../words/words.ts';
import { checkApi, unlessReaderFails } from './api-checks.ts';
import { checkBucket, checkNotification, plannedBuckets } from './bucket-checks.ts';
import { checkCampaignLetters, checkCampaignMapping, checkCampaigns, unopenedFiles } from './campaign-checks.ts';
import { type Check, checkLine, failed, notKnown, ok, unlessRefused } from './check.ts';
import { checkDeliveries, checkDeliveryLetters } from './delivery-checks.ts';
import { checkKeys } from './key-checks.ts';
import { checkConcurrency, checkControl, checkIntake, checkMappings, checkReader, type Plans } from './lane-checks.ts';
import { checkFingerprint, proveSecret, secretOfLedger } from './ledger-secret-checks.ts';
import { checkProtection } from './protection-checks.ts';
import { checkSecretOfLedger, checkSecrets } from './secret-checks.ts';
import { checkHeld, checkQueuePolicy, checkSources } from './sender-checks.ts';
import { checkRestoredTable, checkTable } from './table-checks.ts';
import { checkAlarmTopic } from './topic-checks.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { fit: 0, unfit: 1, notDone: 2 } as const;

interface DoctorOptions extends VerbOptions {
  table?: string;
  secret?: string;
}

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description(
      'Checks whether the pipeline can work: token, templates, account, secrets, quotas, mappings, table, campaigns, senders, keys, deliveries, alarms.',
    )
    .option('--table <name>', 'check a table that was restored from a backup, and nothing else')
    .option('--secret <arn>', 'with --table: check whether that ledger was written with this link-ID secret')
    .option('--json', 'print one JSON object for each check');
  return pipelineVerb<DoctorOptions>(
    withNeeds(command, { secret: 'table' }),
    `${pipelineHelp}

The doctor changes nothing and costs no quota. The pipeline's reader sends its GETs: one for each template, and one for the
quota. It prints no secret. A check that you may not make ends as not-known.

Run it after the first deployment, and when the other verbs do not explain a problem. After you restore the ledger from a backup,
run it with --table first: DynamoDB restores neither TTL nor stream. It then prints the line of the configuration that names the table.
With --secret, it also holds the secret against the ledger's fingerprint, or against links whose IDs were derived. That reads the secret.

Exit codes:
  ${exitCode.fit}  no check failed; there may be warnings
  ${exitCode.unfit}  a check failed; its line shows how to fix that
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink doctor
  onelink doctor --stack OneLink-production
  onelink doctor --table ledger-restored
  onelink doctor --table ledger-restored --secret arn:aws:secretsmanager:eu-central-1:111122223333:secret:LinkIdSecret-AbCdEf
  onelink doctor --json --local | jq 'select(.result != "ok")'`,
    doctor,
  );
}

/** Prints each check. @returns the exit code */
export async function doctor(scene: Scene<DoctorOptions>): Promise<number> {
  const { options, interrupted, print } = scene;
  const tally = new Map<Check['result'], number>();
  for await (const check of checksFor(scene)) {
    tally.set(check.result, (tally.get(check.result) ?? 0) + 1);
    print(check, checkLine(check));
    if (interrupted.aborted) break;
  }
  if (!options.json) console.error(tallyWords(tally));
  if (interrupted.aborted) return exitCode.notDone;
  return tally.has('failed') ? exitCode.unfit : exitCode.fit;
}

async function* checksFor(scene: Scene<DoctorOptions>): AsyncGenerator<Check> {
  const { options, chosen } = scene;
  if (options.table !== undefined) {
    if (!/^[\w.-]{3,255}$/.test(options.table))
      throw new OperatorError(
        '--table: must be the name of a table, and not its ARN: 3 to 255 letters, digits, _ . and -',
      );
    const dynamo = new DynamoDBClient();
    const [table, isLocal] = [options.table, chosen.local !== undefined];
    const checks = await checkRestoredTable(dynamo, table, isLocal);
    yield* checks;
    const isTable = checks.some(({ name, result }) => name === 'ledger table' && result !== 'failed');
    if (!isTable && checks.length === 1) return;
    yield* await checkSecretOfTable({ dynamo, table, secretArn: options.secret, isLocal }, scene.interrupted);
    return;
  }
  const configured = chosen.configuredFor('the pipeline’s settings');
  yield* checksOf(scene, configured, await chosen.deployed());
}

async function* checksOf(
  { chosen, progress, interrupted }: Scene,
  configured: ConfiguredPipeline,
  pipeline: DeployedPipeline,
): AsyncGenerator<Check> {
  const { settings, account } = configured;
  const isLocal = chosen.local !== undefined;
  const { secrets, lambda, dynamo, table, lanes, archive } = pipeline;
  const apiTokenArn = pipeline.output('ApiTokenSecretArn');
  const linkIdArn = pipeline.output('LinkIdSecretArn');

  let tokenNeverReplaced = false;
  let readable = false;
  let sendable = false;
  yield* await unlessRefused('secrets', 'secretsmanager:DescribeSecret', isLocal, async () => {
    const found = await checkSecrets(secrets, { apiTokenArn, linkIdArn });
    // A local run creates the secret with its token.
    tokenNeverReplaced = found.tokenNeverReplaced && !isLocal;
    readable = true;
    sendable = found.tokenCanBeSent;
    return found.checks;
  });
  if (!readable) yield notKnown('API token', 'not checked, because its secret could not be described');
  if (readable && !sendable) yield notKnown('API token', 'not checked, because no request can carry it');
  if (sendable && !interrupted.aborted) {
    progress.update(() => 'calling the OneLink API through the reader');
    const asked = { ...account, templateIds: Object.keys(settings.templates) };
    yield* await unlessRefused('API token', 'lambda:InvokeFunction on the reader', isLocal, () =>
      unlessReaderFails(() => checkApi(openReader(configured, pipeline, interrupted), asked, tokenNeverReplaced)),
    );
  }
  yield* await unlessRefused('Lambda concurrency', 'lambda:GetAccountSettings', isLocal, async () => [
    await checkConcurrency(lambda, reservedByStage(chosen.configuration, configured.stage)),
  ]);
  const reading = await pipeline.control.read();
  yield checkControl(reading, Date.now());
  yield* await unlessRefused(secretOfLedger, 'dynamodb:GetItem', isLocal, async () => {
    const found = await checkFingerprint(dynamo, table);
    return [found.result === 'ok' ? checkSecretOfLedger(reading) : found];
  });
  const mayMap = 'lambda:GetEventSourceMapping and GetFunctionConcurrency';
  const intake = pipeline.output('ExpiryIntakeMappingId');
  yield* await unlessRefused('mappings', mayMap, isLocal, async () => [
    ...(await checkMappings(lambda, lanes, plansByLane(configured), reading)),
    await checkIntake(lambda, intake),
    await checkCampaignMapping(lambda, pipeline.output('CampaignCheckerMappingId')),
    await checkReader(lambda, pipeline.output('ReaderFunctionName')),
  ]);
  yield* await checkTable(dynamo, table, isLocal);
  // The local engine keeps few settings of buckets.
  if (!isLocal) yield* bucketChecks(chosen, configured, pipeline);
  // The local run has no protection.
  if (chosen.configuration.stages[configured.stage]?.removalPolicy === 'retain' && !isLocal) {
    const asked = { stackName: configured.stackName, table, stage: configured.stage };
    const clients = { cloudFormation: new CloudFormationClient(), dynamo };
    yield* await unlessRefused('protection', 'dynamodb:DescribeTable', isLocal, async () => [
      await checkProtection(clients, asked),
    ]);
  }
  yield* await unlessRefused('campaigns', 'dynamodb:BatchGetItem and s3:ListBucket', isLocal, async () => {
    const { campaigns, s3, campaignBucket } = pipeline;
    const now = Date.now();
    // An older file without a record is a dead letter, which has a check of its own.
    const files = await filesSince(s3, campaignBucket, now - 86_400_000);
    const unopened = unopenedFiles(files, (await campaigns.readAll(files)).records);
    return [checkCampaigns(await campaigns.readAll(await campaigns.active()), now, unopened)];
  });
  yield* await unlessRefused('files of campaigns', 'sqs:GetQueueAttributes', isLocal, async () => [
    await checkCampaignLetters(pipeline.sqs, pipeline.output('CampaignFilesDeadLetterQueueUrl')),
  ]);
  yield* await unlessRefused('parked commands', 's3:ListBucket', isLocal, async () => [
    await checkStranded(pipeline.parked, { archive, lanes: lanes.map(({ name }) => name) }),
  ]);
  yield* checkSources(settings);
  yield* await unlessRefused('held commands', 's3:ListBucket', isLocal, async () => [await checkHeld(pipeline.held)]);
  for (const { name: lane, workers } of lanes) {
    const queueUrl = workers.find(({ kind }) => kind === 'link')?.queueUrl;
    if (queueUrl === undefined) continue;
    yield* await unlessRefused(`queue policy ${lane}`, 'sqs:GetQueueAttributes', isLocal, async () => [
      await checkQueuePolicy(pipeline.sqs, { lane, queueUrl }, settings),
    ]);
  }
  yield* await unlessRefused('HTTP keys', 'secretsmanager:GetSecretValue', isLocal, () =>
    checkKeys(() => pipeline.httpKeys, settings, Date.now()),
  );
  const sns = new SNSClient();
  const posted = { topicArn: pipeline.output('OutcomeTopicArn'), local: isLocal };
  yield* await unlessRefused('outcome deliveries', 'sns:ListSubscriptionsByTopic', isLocal, () =>
    checkDeliveries(sns, settings, posted),
  );
  const undelivered = pipeline.outputs[deliveriesOutput];
  if (undelivered !== undefined)
    yield* await unlessRefused('posted outcomes', 'sqs:GetQueueAttributes', isLocal, async () => [
      await checkDeliveryLetters(pipeline.sqs, undelivered),
    ]);
  const topics = { page: pipeline.output('PageTopicArn'), ticket: pipeline.output('TicketTopicArn') };
  for (const severity of ['page', 'ticket'] as const) {
    yield* await unlessRefused(`alarm topic ${severity}`, 'sns:GetTopicAttributes', isLocal, async () => [
      await checkAlarmTopic(sns, { severity, topicArn: topics[severity], local: isLocal }),
    ]);
  }
}

/** The settings of the buckets, and whether files reach the campaign checker. */
async function* bucketChecks(
  chosen: Scene['chosen'],
  { settings, stage }: ConfiguredPipeline,
  { s3, lambda, ...pipeline }: DeployedPipeline,
): AsyncGenerator<Check> {
  const zone = chosen.configuration.stages[stage]?.landingZone ?? {};
  for (const planned of plannedBuckets(settings)) {
    const bucket = outputNamed(planned.output, pipeline.outputs, pipeline.stackName);
    yield* await unlessRefused(`bucket ${bucket}`, 's3:GetBucketVersioning and others', false, () =>
      checkBucket(s3, bucket, planned, zone),
    );
  }
  const { CampaignBucketName = '', CampaignCheckerMappingId } = pipeline.outputs;
  yield* await unlessRefused('notification', 's3:GetBucketNotification', false, async () => {
    const mapping = new GetEventSourceMappingCommand({ UUID: CampaignCheckerMappingId });
    const { EventSourceArn = '' } = await lambda.send(mapping);
    return [await checkNotification(s3, CampaignBucketName, EventSourceArn)];
  });
}

/** Whether a restored ledger was written with a secret, or only whether it has a fingerprint. */
async function checkSecretOfTable(
  {
    dynamo,
    table,
    secretArn,
    isLocal,
  }: { dynamo: DynamoDBClient; table: string; secretArn: string | undefined; isLocal: boolean },
  interrupted: AbortSignal,
): Promise<Check[]> {
  if (secretArn === undefined)
    return unlessRefused(secretOfLedger, 'dynamodb:GetItem', isLocal, async () => [
      await checkFingerprint(dynamo, table),
    ]);
  const asked = 'secretsmanager:GetSecretValue, dynamodb:GetItem or dynamodb:Scan';
  return unlessRefused(secretOfLedger, asked, isLocal, async () => [
    await proveSecret(dynamo, new SecretsManagerClient(), { table, secretArn }, interrupted),
  ]);
}

/** Lambda environments that the pipelines of one stage reserve together. */
function reservedByStage(configuration: Configuration, stage: string): number {
  return configuredPipelines(configuration)
    .filter((one) => one.stage === stage)
    .reduce((sum, one) => sum + reservedConcurrency(plansOf(one), one.settings), 0);
}

function plansByLane(configured: ConfiguredPipeline): Plans {
  const { plans, qr, expiry } = plansOf(configured);
  return new Map([
    ...plans.map(({ lane, link }) => [lane, link] as const),
    ...(qr === undefined ? [] : [[qrLane, qr] as const]),
    ...(expiry === undefined ? [] : [[expiryLane, expiry] as const]),
  ]);
}

/** Whether the replayer replays everything that is parked. */
export async function checkStranded(
  store: Pick<ParkedStore, 'lots' | 'lanes'>,
  { archive, lanes }: { archive: string; lanes: readonly string[] },
): Promise<Check> {
  const name = 'parked commands';
  const stranded = await strandedLanes(store, lanes);
  if (stranded.length === 0) return ok(name, 'none is parked for a lane that the pipeline does not have');
  const found = stranded.map(({ lane, commands }) => `${counted(commands, 'command')} for ${lane}`).join(', ');
  return failed(
    name,
    `${found}: the pipeline has no such lane, so the replayer does not replay them`,
    `Move them to a lane that their producers may use: aws s3 mv --recursive s3://${archive}/parked/OLD/ s3://${archive}/parked/NEW/`,
  );
}
