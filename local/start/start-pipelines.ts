import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';
import { allOutcomes, openOutcomes } from '../../cli/pipeline/outcomes.ts';
import { outcomeQueuesOf, pipelineOutputs } from '../../cli/pipeline/pipeline-outputs.ts';
import type { KeysSecret } from '../../lambdas/domain/http/keys.ts';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../cloud/cloud.ts';
import { startApiFront } from '../weather/api-sockets.ts';
import { apiAddress } from './api-address.ts';
import { producerCallers } from './producer-callers.ts';

/** Nobody at a laptop waits five minutes for the check of an expired link. */
const longestWindowSeconds = 5;

type Named = Pick<ConfiguredPipeline, 'stackName' | 'settings' | 'account'>;

interface PipelinesOptions extends LocalCloudOptions {
  /** On one AppsFlyer account. */
  pipelines: readonly Named[];
  /** The emulator of the OneLink API. */
  api: { origin: string };
  token: string;
  /** For each stack whose producers may have keys of the HTTP API: what its secret holds. */
  httpKeys?: ReadonlyMap<string, KeysSecret>;
  /** Called when the local cloud is up, before the outcome queue is opened. */
  onCloud?: (cloud: LocalCloud) => void;
}

/**
 * Starts the synthesised pipelines on local engines, against the emulator. Their outcomes come from the producers' own outcome
 * queues, and from a temporary queue for each pipeline.
 * @param closing gets the steps that stop what was started. The caller runs them, the last one first, after a failure too
 * @throws Error if a part does not start
 */
export async function startPipelines(
  { pipelines, api, token, httpKeys = new Map(), onCloud, ...options }: PipelinesOptions,
  closing: (() => Promise<void>)[],
) {
  const [first] = pipelines;
  if (first === undefined) throw new Error('there is no pipeline to start');
  const front = options.weather && (await startApiFront(options.weather, api.origin));
  if (front) closing.push(() => front.stop());
  const cloud = await startLocalCloud({
    stacks: pipelines.flatMap(({ stackName }) => [`${stackName}-State`, stackName]),
    secretValues: {
      ApiToken: token,
      ...Object.fromEntries([...httpKeys].map(([stack, keys]) => [`${stack}-State/HttpKeys`, JSON.stringify(keys)])),
    },
    callers: producerCallers({ producers: pipelines.flatMap(({ settings }) => settings.producers) }),
    // The workers need the quota from the start, and the alarms need the governor's heartbeat.
    fireSchedulesAtStart: true,
    longestWindowSeconds,
    ...options,
    environmentOverrides: {
      API_BASE_URL: apiAddress(front?.endpoint ?? api.origin, first.account),
      // The emulator is on this machine.
      API_PROXY_URL: '',
      ...options.environmentOverrides,
    },
  });
  closing.push(() => cloud.stop());
  onCloud?.(cloud);
  const sqs = new SQSClient(cloud.clientConfig('sqs'));
  const sns = new SNSClient(cloud.clientConfig('sns'));
  const started = await Promise.all(
    pipelines.map(async ({ stackName, settings }) => {
      /** All outputs of the pipeline's stack, by name. */
      const named = cloud.outputs[stackName] ?? {};
      const outputs = pipelineOutputs(named, stackName);
      const own = outcomeQueuesOf(
        settings.producers.map(({ source }) => source),
        named,
      );
      const outcomes = await openOutcomes({ sqs, sns }, allOutcomes(outputs.outcomeTopicArn, own));
      closing.push(() => outcomes.close());
      return { named, outputs, outcomes };
    }),
  );
  return { cloud, sqs, started };
}

/** Starts one pipeline alone. */
export async function startPipeline(
  { pipeline, ...options }: Omit<PipelinesOptions, 'pipelines'> & { pipeline: Named },
  closing: (() => Promise<void>)[],
) {
  const { cloud, sqs, started } = await startPipelines({ pipelines: [pipeline], ...options }, closing);
  const [only] = started;
  if (only === undefined) throw new Error('the pipeline has not started');
  return { cloud, sqs, ...only };
}
