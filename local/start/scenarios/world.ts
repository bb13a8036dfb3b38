import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { sketchOf } from '../../../cli/files/message.ts';
import type { ConfiguredPipeline } from '../../../cli/pipeline/configured-pipeline.ts';
import { clientsBySender, senderKey } from '../../../cli/pipeline/local-senders.ts';
import { outputNamed } from '../../../cli/pipeline/pipeline-outputs.ts';
import { sendMessages } from '../../../cli/pipeline/send-messages.ts';
import { SimulatedClock } from '../../cloud/cloud.ts';
import { startEmulator } from '../emulator-process.ts';
import { emulatorSettings } from '../emulator-settings.ts';
import { startPipeline } from '../start-pipelines.ts';
import type { StoryCommand } from './commands.ts';
import { Correspondence, type StoryMessage } from './correspondence.ts';
import { SimulatedTime } from './simulated-time.ts';
import { Timeline } from './timeline.ts';
import { watchPipeline } from './watch-pipeline.ts';

const firstToken = 'local-token';

export interface WorldOptions {
  pipeline: ConfiguredPipeline;
  /** The output of `cdk synth`. */
  assemblyDirectory: string;
  workDirectory: string;
  timelineFile: string;
  /** ISO 8601. */
  beginsAt: string;
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * The surroundings of a story: the synthesised pipeline, the API, and one clock for all.
 * @throws Error if a part does not start
 */
export async function startWorld(options: WorldOptions) {
  const { pipeline, signal } = options;
  const { stackName } = pipeline;
  const clock = new SimulatedClock(Date.parse(options.beginsAt));
  const timeline = new Timeline(options.timelineFile, () => clock.now(), options.say);
  const closing: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close().catch(() => {});
  };
  try {
    const emulator = await startEmulator(emulatorSettings(pipeline, firstToken));
    closing.push(() => emulator.stop());
    const api = emulator.admin;
    await api.moveClock({ set: clock.now() });
    const { assemblyDirectory, workDirectory } = options;
    const parts = { pipeline, api: emulator, token: firstToken, assemblyDirectory, workDirectory, clock };
    const { cloud, named, outputs, sqs, outcomes } = await startPipeline(parts, closing);
    const sqsOf = clientsBySender(sqs, (key) => cloud.clientConfig('sqs', key));
    const lambda = new LambdaClient(cloud.clientConfig('lambda'));
    const secrets = new SecretsManagerClient(cloud.clientConfig('secretsManager'));
    const correspondence = new Correspondence(timeline);
    const over = new AbortController();
    const listening = outcomes.listen((outcome) => correspondence.received(outcome), over.signal);
    closing.push(async () => {
      over.abort();
      await listening;
    });

    const hasPendingOutcomes = async () => {
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const answers = await Promise.all(
        outcomes.urls.map((QueueUrl) =>
          sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] })),
        ),
      );
      return answers.some(({ Attributes = {} }) => names.some((name) => Number(Attributes[name]) > 0));
    };
    const watch = watchPipeline(cloud, timeline, stackName);
    let mostReceives = 0;
    const stepped = async () => {
      mostReceives = Math.max(mostReceives, ...(await cloud.queues()).map((queue) => queue.mostReceives));
      watch.flush();
      correspondence.flush();
    };
    const leaping = (isLeap: boolean) => watch.leaping(isLeap);
    const time = new SimulatedTime({
      clock,
      cloud,
      admin: api,
      timeline,
      hasPendingOutcomes,
      stepped,
      leaping,
      signal,
    });

    const mappingsOf = async (lane: string) => {
      const arn = (await cloud.queues()).find(({ url }) => url === outputs.laneQueueUrls.get(lane))?.arn;
      const listed = await lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn: arn }));
      return listed.EventSourceMappings ?? [];
    };
    let lines = 0;
    return {
      pipeline,
      cloud,
      api,
      apiBaseUrl: emulator.baseUrl,
      time,
      timeline,
      correspondence,
      stop,
      /** The highest receive count of any message, measured after each step. */
      get mostReceives() {
        return mostReceives;
      },
      send: async (commands: readonly StoryCommand[]) => {
        for (const [lane, ofLane] of Map.groupBy(commands, (one) => one.lane)) {
          const messages = ofLane.map(({ command }): StoryMessage => {
            const body = JSON.stringify(command);
            lines += 1;
            return { line: lines, lane, body, command, ...sketchOf(body) };
          });
          const url = outputs.laneQueueUrls.get(lane) ?? '';
          timeline.add({ what: 'sent', lane, commands: messages.length });
          const unsent = await sendMessages(sqsOf, url, messages, (message, id) => correspondence.sent(message, id), {
            senderOf: (message) => senderKey(pipeline.settings.producers, message),
            signal,
          });
          if (unsent.length > 0) throw new Error(`${unsent.length} messages could not be sent to ${lane}`);
        }
      },
      /** Resolves when every sent command is answered or parked, without a step of the simulated clock. */
      answeredOrParked: async () => {
        await time.until(
          () => correspondence.answeredOrParked === correspondence.all().length,
          'the outcomes of the commands',
        );
        await stepped();
      },
      /** Puts another API token into the pipeline's secret. */
      putToken: async (token: string) => {
        const SecretId = outputNamed('ApiTokenSecretArn', named, stackName);
        await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: token }));
      },
      /** Enables the mappings of a lane, as a deployment may. */
      switchMappingsOn: async (lane: string) => {
        for (const { UUID } of await mappingsOf(lane)) {
          await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
        }
      },
      /** Whether all mappings of the lane are enabled, or disabled, without a change in progress. */
      mappingsAre: async (lane: string, state: 'on' | 'off') => {
        const wanted = state === 'on' ? 'Enabled' : 'Disabled';
        return (await mappingsOf(lane)).every(({ State }) => State === wanted);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>;
