import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { App, Stack } from 'aws-cdk-lib';
import { Code, type FunctionProps, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { test as base, onTestFinished, vi } from 'vitest';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../../../local/cloud/cloud.ts';
import { temporaryFolder } from '../../../world/temporary-folder.ts';

/** One test's directory, CDK app and cloud. They are removed at the end of the test. */
export interface Bench {
  readonly app: App;
  readonly stack: Stack;
  /** Declares a Node.js function whose `index.mjs` is this source. */
  declareFunction(scope: Construct, id: string, source: string, props?: Partial<FunctionProps>): LambdaFunction;
  /** Synthesises the app and starts it. */
  start(options?: Partial<LocalCloudOptions>): Promise<LocalCloud>;
  readonly directory: string;
}

/** Takes what closes something, for later. */
export type AtEnd = (close: () => void | Promise<void>) => unknown;

/**
 * Call it within a test.
 * @param atEnd default: at the end of the test
 */
export async function openBench(atEnd: AtEnd = onTestFinished): Promise<Bench> {
  const directory = await temporaryFolder(atEnd);
  const app = new App({
    outdir: path.join(directory, 'cdk.out'),
    analyticsReporting: false,
    // Validation takes a second, and would reject what a test does on purpose.
    builtinCloudFormationValidation: false,
  });
  const stack = new Stack(app, 'Bench');
  let functions = 0;
  return {
    app,
    stack,
    directory,
    declareFunction: (scope, id, source, props = {}) => {
      const folder = path.join(directory, `source-${functions++}`);
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'index.mjs'), source);
      return new LambdaFunction(scope, id, {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromAsset(folder),
        memorySize: 256,
        ...props,
      });
    },
    start: async (options = {}) => {
      app.synth();
      const cloud = await startLocalCloud({
        assemblyDirectory: app.outdir,
        workDirectory: path.join(directory, 'work'),
        stopGraceSeconds: 0,
        ...options,
      });
      atEnd(() => cloud.stop());
      return cloud;
    },
  };
}

/** A test with a bench of its own. */
export const test = base.extend('opened', () => openBench());

/** Sets the variables as an operator does in a terminal. Clients need no other configuration. */
export function setVariables(cloud: LocalCloud): void {
  for (const [name, value] of Object.entries(cloud.clientVariables())) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** An SQS client with the calls that the tests share. */
export class QueueDriver {
  readonly client: SQSClient;

  constructor(cloud: LocalCloud) {
    this.client = new SQSClient(cloud.clientConfig('sqs'));
  }

  async send(
    url: string,
    bodies: readonly string[],
    MessageAttributes: Record<string, MessageAttributeValue> = {},
    messagesPerCall = 10,
  ): Promise<void> {
    const calls: Promise<unknown>[] = [];
    for (let first = 0; first < bodies.length; first += messagesPerCall) {
      const Entries = bodies
        .slice(first, first + messagesPerCall)
        .map((MessageBody, index) => ({ Id: String(index), MessageBody, MessageAttributes }));
      calls.push(this.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })));
    }
    await Promise.all(calls);
  }

  async receive(url: string, waitSeconds = 5): Promise<Message[]> {
    const { Messages } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        WaitTimeSeconds: waitSeconds,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages ?? [];
  }

  /** Messages in the queue, in flight included. */
  async depth(url: string): Promise<number> {
    const { Attributes = {} } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  }
}

/** The JSON lines that a function has printed so far. */
export async function printed<T>(bench: Bench, cloud: LocalCloud, logicalIdPrefix: string): Promise<T[]> {
  const name = cloud.environments().find(({ logicalId }) => logicalId.startsWith(logicalIdPrefix))?.function;
  const text = await readFile(path.join(bench.directory, 'work/logs', `${name}.log`), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as T);
}

/** The URL of the queue whose logical ID begins with this. */
export async function urlOf(cloud: LocalCloud, prefix: string): Promise<string> {
  const queue = (await cloud.queues()).find(({ logicalId }) => logicalId.startsWith(prefix));
  if (!queue) throw new Error(`no queue ${prefix}`);
  return queue.url;
}
