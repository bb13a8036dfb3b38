import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { producerKey } from '../../cli/pipeline/local-senders.ts';
import { openOutcomeQueue } from '../../cli/pipeline/outcome-queue.ts';
import { config } from '../../examples/configuration.ts';
import { SenderDecisionsTable } from '../../lambdas/adapters/sender-decisions-table.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import type { Configuration, PipelineSettings } from '../../lib/config/config-schema.ts';
import { everything, sessionOf } from '../../local/cloud/access/caller.ts';
import { localAccountId } from '../../local/cloud/endpoints.ts';
import { startOneLinkApi } from '../../local/onelink-api/server.ts';
import { chosenPipeline } from '../../local/start/chosen-pipeline.ts';
import { emulatorSettings } from '../../local/start/emulator-settings.ts';
import { producerCallers } from '../../local/start/producer-callers.ts';
import { synthesise } from '../world/assembly.ts';
import { startPipeline } from '../world/started-pipeline.ts';

const token = 'token-of-the-test';
const roleOf = (source: string) => `arn:aws:iam::${localAccountId}:role/${source}`;
const idOf = (source: string) => `AROA${source.toUpperCase().padEnd(17, '0')}`;
/** A role that was made anew has the ARN that the queue policy names, and another unique ID. */
const newRole = { key: 'made-anew', id: idOf('ANEW') };

/** The sample, with crm and studio bound to a role each. */
function boundConfiguration(): Configuration {
  const bound = (pipeline: PipelineSettings): PipelineSettings => ({
    ...pipeline,
    producers: pipeline.producers.map((producer) =>
      producer.source === 'product'
        ? producer
        : { ...producer, principals: [{ role: roleOf(producer.source), senderId: idOf(producer.source) }] },
    ),
  });
  const { production } = config.stages;
  if (production === undefined) throw new Error('the sample has no stage production');
  return { ...config, stages: { production: { ...production, pipelines: production.pipelines.map(bound) } } };
}

async function givenPipeline() {
  const directory = await mkdtemp(join(tmpdir(), 'onelink-senders-'));
  const configuration = boundConfiguration();
  const pipeline = chosenPipeline(configuration, 'production');
  const assemblyDirectory = await synthesise(configuration);
  const api = await startOneLinkApi({ settings: emulatorSettings(pipeline, token) });
  const started = await startPipeline(pipeline, {
    assemblyDirectory,
    workDirectory: directory,
    environmentOverrides: { API_BASE_URL: api.baseUrl },
    secretValues: { ApiToken: token },
    fireSchedulesAtStart: true,
    callers: {
      ...producerCallers(pipeline.settings),
      [newRole.key]: sessionOf(roleOf('crm'), 'session', [everything], newRole.id),
    },
  });
  const { cloud, named, sqs, sns, outputs, dynamo } = started;
  const queue = await openOutcomeQueue({ sqs, sns }, outputs.outcomeTopicArn);
  const outcomes: Outcome[] = [];
  const over = new AbortController();
  const listening = queue.listen((outcome) => void outcomes.push(outcome), over.signal);
  const lambda = new LambdaClient(cloud.clientConfig('lambda'));
  const clock = { wallMilliseconds: Date.now, monotonicMilliseconds: () => performance.now(), sleep: async () => {} };
  const client = dynamo as unknown as ConstructorParameters<typeof SenderDecisionsTable>[0];
  return {
    outcomes,
    keys: started.keys,
    decisions: new SenderDecisionsTable(client, named.LedgerTableName ?? '', clock),
    links: () => [...api.control.links()].length,

    async send(accessKeyId: string, command: object, attributes: Record<string, string> = {}): Promise<string> {
      const client = new SQSClient({
        ...cloud.clientConfig('sqs'),
        credentials: { accessKeyId, secretAccessKey: 'x' },
      });
      const values = Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]);
      const { MessageId = '' } = await client.send(
        new SendMessageCommand({
          QueueUrl: started.laneQueueUrl('campaign'),
          MessageBody: JSON.stringify(command),
          MessageAttributes: Object.fromEntries(values),
          MessageGroupId: 'tenant-7',
        }),
      );
      return MessageId;
    },

    /** The outcomes of a message, once there are so many. */
    async outcomesOf(messageId: string, count: number): Promise<Outcome[]> {
      const found = () => outcomes.filter((outcome) => outcome.messageId === messageId);
      await expect.poll(() => found().length, { timeout: 60_000, interval: 100 }).toBe(count);
      return found();
    },

    async replay(): Promise<void> {
      await lambda.send(new InvokeCommand({ FunctionName: named.ReplayerFunctionName ?? '' }));
    },

    async stop(): Promise<void> {
      over.abort();
      await listening;
      await queue.close();
      await cloud.stop();
      await api.close();
      for (const folder of [directory, assemblyDirectory]) await rm(folder, { recursive: true, force: true });
    },
  };
}

let pipeline: Awaited<ReturnType<typeof givenPipeline>>;
beforeAll(async () => {
  pipeline = await givenPipeline();
}, 240_000);
afterAll(() => pipeline?.stop());

const create = (requestId: string) => ({
  specVersion: '1.0',
  source: 'crm',
  requestId,
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'sms' },
  requestedAt: '2026-03-01T10:00:00Z',
});

describe('a pipeline whose sources are bound', () => {
  it('carries out a command of its source’s role', async () => {
    const messageId = await pipeline.send(producerKey('crm'), create('own'));
    expect(await pipeline.outcomesOf(messageId, 1)).toMatchObject([{ outcome: 'created', source: 'crm' }]);
  });

  it('rejects a command of another producer’s role, whatever attributes it forges', async () => {
    const before = pipeline.links();
    const messageId = await pipeline.send(producerKey('studio'), create('forged'), {
      FirstSender: idOf('crm'),
      OriginalMessageId: 'another-message',
      OriginalReceiveCount: '2',
    });
    expect(await pipeline.outcomesOf(messageId, 1)).toMatchObject([
      { outcome: 'rejected', reason: 'sender-not-allowed', source: 'studio', requestId: 'forged' },
    ]);
    expect(pipeline.outcomes.filter(({ messageId: id }) => id === 'another-message')).toEqual([]);
    expect(pipeline.links()).toBe(before);
  });

  it('holds a command of a role that was made anew, and carries it out after an operator has confirmed the sender', async () => {
    // Given a command of an unknown sender
    const messageId = await pipeline.send(newRole.key, create('held'));
    expect(await pipeline.outcomesOf(messageId, 1)).toMatchObject([
      { outcome: 'parked', reason: 'sender-unknown', source: 'crm', requestId: 'held' },
    ]);
    const folder = `held/crm/${newRole.id}/`;
    expect(await pipeline.keys('ArchiveBucketName', folder)).toHaveLength(1);
    // When the replayer runs before anybody has decided, it stays
    await pipeline.replay();
    expect(await pipeline.keys('ArchiveBucketName', folder)).toHaveLength(1);
    // Then an operator confirms the sender, and it ends under the message ID that its producer knows
    const at = Date.parse('2026-03-01T11:00:00Z');
    await pipeline.decisions.decide('crm', newRole.id, { decision: 'confirmed', at, reason: 'a new role' }, undefined);
    await pipeline.replay();
    expect(await pipeline.outcomesOf(messageId, 2)).toMatchObject([
      { outcome: 'parked' },
      { outcome: 'created', requestId: 'held' },
    ]);
    expect(await pipeline.keys('ArchiveBucketName', 'held/')).toEqual([]);
  });
});
