import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeysSecret } from '../../../lambdas/domain/http/keys.ts';
import type { LocalCloud, LocalCloudOptions } from '../../../local/cloud/cloud.ts';
import type { SettingsInput } from '../../../local/onelink-api/settings.ts';
import { startEmulator } from '../../../local/start/emulator-process.ts';
import { emulatorSettings } from '../../../local/start/emulator-settings.ts';
import { startPipeline } from '../../world/started-pipeline.ts';
import { CpuMeter, childrenRunning } from './processes.ts';
import { assemblyOf, type Variant, variantPipeline } from './synthesis.ts';

export interface BenchPipelineOptions {
  variant?: Variant;
  /** An assembly for this run. By default, the synthesised variant. */
  assembly?: string;
  /** Settings of the emulator beside those of the account, such as the latency. */
  emulator?: SettingsInput;
  cloud?: Partial<LocalCloudOptions>;
  /** Further options of the functions' Node.js. */
  nodeOptions?: readonly string[];
  environmentOverrides?: Readonly<Record<string, string>>;
  /** The keys of the HTTP API. */
  httpKeys?: KeysSecret;
}

const token = 'token-of-the-benchmark';
const roles = {
  'queue-engine': 'SQS, SNS, S3',
  'table-engine': 'DynamoDB',
  'emulator-program': 'OneLink API',
} as const;
/** The role of this process: pollers, Runtime API, and the benchmark itself. */
const ownRole = 'pollers';

/** The whole pipeline as deployed, on the local cloud and against the emulator, with meters. */
export async function benchPipeline(options: BenchPipelineOptions = {}) {
  const variant = options.variant ?? {};
  const pipeline = variantPipeline(variant);
  const workDirectory = await mkdtemp(join(tmpdir(), 'onelink-bench-'));
  const api = await startEmulator({ ...emulatorSettings(pipeline, token), ...options.emulator });
  const nodeOptions = ['--enable-source-maps', ...(options.nodeOptions ?? [])].join(' ');
  const { cloud, named, outputs, sqs, sns, laneQueueUrl, send } = await startPipeline(pipeline, {
    assemblyDirectory: options.assembly ?? (await assemblyOf(variant)),
    workDirectory,
    environmentOverrides: { API_BASE_URL: api.baseUrl, NODE_OPTIONS: nodeOptions, ...options.environmentOverrides },
    secretValues: {
      ApiToken: token,
      ...(options.httpKeys !== undefined && { HttpKeys: JSON.stringify(options.httpKeys) }),
    },
    ...options.cloud,
  });
  // The governor writes the control record first. Without the record, each batch would poll the quota.
  const governor = cloud.environments().find(({ logicalId }) => logicalId.includes('Governor'));
  const { outcome, errorMessage } = await cloud.invoke(governor?.logicalId ?? '', {});
  if (outcome !== 'succeeded') throw new Error(`the governor: ${errorMessage}`);
  const engines = childrenRunning(Object.keys(roles));
  const meter = new CpuMeter();
  const read = () => meter.read(running(cloud, engines));
  const reading = setInterval(read, 250);

  return {
    pipeline,
    api,
    cloud,
    sqs,
    sns,
    named,
    outcomeTopicArn: outputs.outcomeTopicArn,
    laneQueueUrl,
    workDirectory,

    /** CPU seconds so far, by function and engine. */
    cpuSeconds(): Map<string, number> {
      read();
      return meter.seconds();
    },

    /** Begins a new measurement of the peaks. */
    forgetPeaks: () => meter.forgetPeaks(),

    /** The peak memory of one environment of a function, or of an engine. */
    peakBytes(): Map<string, number> {
      read();
      return meter.peakBytes();
    },

    /** The name of a function, found by a part of its logical ID: `CampaignLinkWorker`, `QrWorker`. */
    functionOf(part: string): string {
      const found = cloud.environments().find(({ logicalId }) => logicalId.includes(part));
      if (found === undefined) throw new Error(`there is no function of ${part}`);
      return found.function;
    },

    /** Turns the event source mappings on or off, to fill queues before workers receive messages. */
    async feedWorkers(enabled: boolean): Promise<void> {
      const list = `${cloud.endpoints.lambda}/2015-03-31/event-source-mappings/`;
      const { EventSourceMappings } = (await (await fetch(list)).json()) as {
        EventSourceMappings: { UUID: string }[];
      };
      for (const { UUID } of EventSourceMappings) {
        await fetch(list + UUID, { method: 'PUT', body: JSON.stringify({ Enabled: enabled }) });
      }
    },

    /** Sends messages as the producer of this source. @throws Error when SQS refuses a message */
    async send(lane: string, messages: Iterable<{ body: string }>, source = 'crm'): Promise<void> {
      // In portions, because a campaign of a million commands does not fit into memory.
      for (const portion of portions(messages, 2_000)) {
        await send(
          lane,
          portion,
          () => source,
          () => {},
        );
      }
    },

    /** Messages in a lane's command queue, in flight or not. */
    async waiting(lane: string): Promise<number> {
      return messagesIn(await cloud.queues(), laneQueueUrl(lane));
    },

    /** Messages in the queue of QR jobs, in flight or not. */
    async waitingQrJobs(): Promise<number> {
      return messagesIn(await cloud.queues(), named.QrJobsQueueUrl);
    },

    async stop(): Promise<void> {
      clearInterval(reading);
      await cloud.stop();
      await api.stop();
      await rm(workDirectory, { recursive: true, force: true });
    },
  };
}

export type BenchPipeline = Awaited<ReturnType<typeof benchPipeline>>;

function* running(cloud: LocalCloud, engines: Map<string, number>): Generator<[string, number]> {
  yield [ownRole, process.pid];
  for (const [program, role] of Object.entries(roles)) {
    const pid = engines.get(program);
    if (pid !== undefined) yield [role, pid];
  }
  for (const { function: name, environments } of cloud.environments()) {
    for (const { pid } of environments) if (pid !== undefined) yield [name, pid];
  }
}

function messagesIn(queues: Awaited<ReturnType<LocalCloud['queues']>>, url: string | undefined): number {
  const queue = queues.find((one) => one.url === url);
  if (queue === undefined) throw new Error(`there is no queue ${url}`);
  return queue.visible + queue.inFlight + queue.delayed;
}

export function* portions<Item>(items: Iterable<Item>, size: number): Generator<Item[]> {
  let portion: Item[] = [];
  for (const item of items) {
    portion.push(item);
    if (portion.length < size) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}
