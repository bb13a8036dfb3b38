import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { App } from 'aws-cdk-lib';
import { sketchOf } from '../../cli/files/message.ts';
import { type Awaited, AwaitedOutcomes } from '../../cli/pipeline/awaited-outcomes.ts';
import { producerKey } from '../../cli/pipeline/local-senders.ts';
import { config } from '../../examples/configuration.ts';
import { CampaignTable } from '../../lambdas/adapters/campaign-table.ts';
import { ControlTable } from '../../lambdas/adapters/control-table.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import { systemClock } from '../../lambdas/runtime/clock.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { pascal } from '../../lib/constructs/lane.ts';
import type { Callers } from '../../local/cloud/access/caller.ts';
import { startOneLinkApi } from '../../local/onelink-api/server.ts';
import { apiAddress } from '../../local/start/api-address.ts';
import type { CampaignMessage } from '../../local/start/campaign-input.ts';
import { chosenPipeline } from '../../local/start/chosen-pipeline.ts';
import { emulatorSettings } from '../../local/start/emulator-settings.ts';
import { makeHttpKey } from '../../local/start/http-key.ts';
import { producerCallers } from '../../local/start/producer-callers.ts';
import { startApiFront } from '../../local/weather/api-sockets.ts';
import type { WeatherPlan } from '../../local/weather/plan.ts';
import { assemblyIn, synthesise } from './assembly.ts';
import { callsOfFunctions, deploymentIn } from './recorded-calls.ts';
import { startPipeline } from './started-pipeline.ts';
import { writtenMetrics } from './written-metrics.ts';

const token = 'token-of-the-test';

/** The digests of a campaign's keys are bytes. All other objects are text. */
const formOf = (key: string) => (key.endsWith('.bin') ? 'base64' : 'utf8');

/** What a pipeline leaves when its stacks are gone. */
export interface LeftState {
  readonly items: readonly Record<string, unknown>[];
  readonly objects: Readonly<Record<'ArchiveBucketName' | 'CampaignBucketName', Readonly<Record<string, string>>>>;
}

/** Messages of the transactional lane. */
export const messagesOf = (commands: readonly object[]): CampaignMessage[] =>
  commands.map((command, index) => {
    const body = JSON.stringify(command);
    return { line: 1_000 + index, lane: 'transactional', body, ...sketchOf(body) };
  });

/** The whole pipeline as deployed, with its bundles, on the local cloud and against the emulator. */
export async function runningPipeline({
  weather,
  configuration = config,
  callers = {},
  linkIdSecret,
  existing,
}: {
  weather?: WeatherPlan;
  configuration?: Configuration;
  /** Beside the producers of the configuration. */
  callers?: Callers;
  /** Default: a random one, as Secrets Manager generates it. */
  linkIdSecret?: string;
  /** A stack of what the configuration names as existing. */
  existing?: { stack: string; add(app: App): void };
} = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'onelink-end-to-end-'));
  const pipeline = chosenPipeline(configuration, 'production');
  const assemblyDirectory =
    configuration === config
      ? await assemblyIn(directory)
      : await synthesise(configuration, join(directory, 'cdk.out'), existing?.add);

  const httpKey = makeHttpKey(pipeline, new Date());
  const api = await startOneLinkApi({ settings: emulatorSettings(pipeline, token) });
  const front = weather && (await startApiFront(weather, api.origin));
  const { cloud, named, sqs, sns, dynamo, send, ...started } = await startPipeline(pipeline, {
    assemblyDirectory,
    ...(existing && { stacks: [existing.stack, `${pipeline.stackName}-State`, pipeline.stackName] }),
    workDirectory: join(directory, 'work'),
    environmentOverrides: {
      API_BASE_URL: apiAddress(front?.endpoint ?? api.origin, pipeline.account),
      API_PROXY_URL: '',
    },
    secretValues: {
      ApiToken: token,
      ...(linkIdSecret !== undefined && { LinkIdSecret: linkIdSecret }),
      ...(httpKey && { HttpKeys: JSON.stringify(httpKey.secret) }),
    },
    callers: { ...producerCallers(pipeline.settings), ...callers },
    fireSchedulesAtStart: true,
    longestWindowSeconds: 5,
    ...(weather && { weather }),
  });
  const outcomes = await started.openOutcomes();

  return {
    api,
    cloud,
    producers: pipeline.settings.producers,
    /** A key of the HTTP API, of the first producer that may have one. */
    httpKey,
    outputs: named,
    outcomes,
    send,
    campaigns: new CampaignTable(dynamo, named.LedgerTableName ?? '', systemClock),
    control: new ControlTable(dynamo, named.LedgerTableName ?? '', systemClock),

    /** A client of SQS as a producer. */
    sqsAs: (source: string) => new SQSClient(cloud.clientConfig('sqs', producerKey(source))),
    /** Clients of SQS and SNS as an administrator of the account. */
    sqs,
    sns,

    /** Runs a scheduled function once, by a part of its logical ID. @returns `succeeded`, or another outcome */
    async run(part: 'Governor' | 'Replayer'): Promise<string> {
      const found = cloud.environments().find(({ logicalId }) => logicalId.includes(part));
      return (await cloud.invoke(found?.logicalId ?? '', {})).outcome;
    },

    /** The ledger's items and the objects of archive and campaign bucket, as text. */
    async left(): Promise<LeftState> {
      const objects = async (bucket: 'ArchiveBucketName' | 'CampaignBucketName') =>
        Object.fromEntries(
          await Promise.all(
            (await started.keys(bucket)).map(async (key) => [
              key,
              (await started.object(bucket, key)).toString(formOf(key)),
            ]),
          ),
        );
      const items = [...(await started.ledger()).values()].sort((one, other) =>
        String(one.pk) < String(other.pk) ? -1 : 1,
      );
      return {
        items,
        objects: {
          ArchiveBucketName: await objects('ArchiveBucketName'),
          CampaignBucketName: await objects('CampaignBucketName'),
        },
      };
    },

    /** Puts what another pipeline has left into this one. An object in the inbox would be a new file, so it is left out. */
    async takeUp({ items, objects }: LeftState): Promise<void> {
      const TableName = named.LedgerTableName ?? '';
      for (const Item of items) await dynamo.send(new PutCommand({ TableName, Item }));
      for (const [bucket, ofBucket] of Object.entries(objects))
        for (const [key, text] of Object.entries(ofBucket))
          if (!key.startsWith('inbox/'))
            await started.put(bucket as keyof typeof objects, key, Buffer.from(text, formOf(key)));
    },

    /** Sends messages and waits until each has its outcome. @throws Error when that takes longer than the deadline */
    async sendAndAwait(messages: CampaignMessage[], deadlineSeconds: number): Promise<Awaited<CampaignMessage>[]> {
      const awaited = new AwaitedOutcomes<CampaignMessage>();
      const over = AbortSignal.timeout(deadlineSeconds * 1000);
      const settled = new AbortController();
      const sends = [...Map.groupBy(messages, ({ lane }) => lane)].map(([lane, ofLane]) =>
        send(
          lane,
          ofLane,
          ({ source }) => source,
          (message, id) => void awaited.sent(message, id),
        ),
      );
      const sent = Promise.all(sends);
      const listening = outcomes.listen(
        (outcome) => {
          awaited.received(outcome);
          if (awaited.all().length === messages.length && awaited.unsettled === 0) settled.abort();
          return true;
        },
        AbortSignal.any([over, settled.signal]),
      );
      await Promise.all([sent, listening]);
      if (!settled.signal.aborted)
        throw new Error(`${awaited.unsettled} messages have no outcome after ${deadlineSeconds} s`);
      return awaited.all();
    },

    /** Waits for so many outcomes of links' ends and renewals. @throws Error when that takes longer than the deadline */
    async awaitLinkOutcomes(count: number, deadlineSeconds: number): Promise<Outcome[]> {
      const received = new Map<string, Outcome>();
      const over = new AbortController();
      const timer = setTimeout(() => over.abort(), deadlineSeconds * 1000);
      await outcomes.listen((outcome) => {
        // The outcome of a campaign has no request.
        if (outcome.action === null && outcome.requestId !== null) received.set(outcome.outcomeId, outcome);
        if (received.size === count) over.abort();
        return true;
      }, over.signal);
      clearTimeout(timer);
      if (received.size < count) throw new Error(`${received.size} of ${count} outcomes after ${deadlineSeconds} s`);
      return [...received.values()];
    },

    /** Sets a link's TTL to the past, and lets DynamoDB delete its record. */
    async expireInLedger(...keys: string[]): Promise<void> {
      for (const key of keys) {
        await dynamo.send(
          new UpdateCommand({
            TableName: named.LedgerTableName ?? '',
            Key: { pk: `link#${key}` },
            UpdateExpression: 'SET expiresAt = :past',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':past': Math.floor(Date.now() / 1000) - 10 },
          }),
        );
      }
      await cloud.sweepExpiredItems();
    },

    /** All records of the ledger, by key. */
    ledger: started.ledger,

    /** All objects of a bucket, by key. */
    async objects(bucket: 'QrBucketName' | 'ArchiveBucketName'): Promise<Map<string, Buffer>> {
      const keys = await started.keys(bucket);
      return new Map(await Promise.all(keys.map(async (key) => [key, await started.object(bucket, key)] as const)));
    },

    /** The calls that functions and services made so far, and those that the template's policies refused. */
    calls: async () => ({
      made: callsOfFunctions(
        cloud.calls(),
        await deploymentIn(assemblyDirectory, pipeline.stackName),
        Object.keys(pipeline.settings.lanes).map(pascal),
      ),
      refused: cloud.calls().filter(({ permitted }) => !permitted),
    }),

    /** The metrics that the functions wrote. */
    metrics: () => writtenMetrics(cloud.metrics.series(), pipeline.settings),

    /** All log lines of the functions. */
    async logs(): Promise<string> {
      const folder = join(directory, 'work', 'logs');
      const files = (await readdir(folder)).filter((name) => !name.endsWith('-engine.log'));
      return (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
    },

    async stop(): Promise<void> {
      await outcomes.close();
      await cloud.stop();
      await front?.stop();
      await api.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
