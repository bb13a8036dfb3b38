import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { afterAll, vi } from 'vitest';
import { startEngine } from '../../../../local/cloud/engines/engine.ts';
import { temporaryFolder } from '../../../world/temporary-folder.ts';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const account = '000000000000';

/** Settings of an AWS client for an engine on this machine. */
export function clientSettings(endpoint: string) {
  return { endpoint, region, credentials, maxAttempts: 1 };
}

/** DynamoDB in memory, with the ledger's table. It ends with the test file. */
export async function givenTable(): Promise<{ client: DynamoDBClient; table: string }> {
  // dynalite has no type declarations.
  const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs: number }) => Server;
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new DynamoDBClient(clientSettings(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  afterAll(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  await client.send(
    new CreateTableCommand({
      TableName: 'ledger',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  // A table is not there yet when its creation is answered, as on AWS.
  const isActive = async () =>
    (await client.send(new DescribeTableCommand({ TableName: 'ledger' }))).Table?.TableStatus === 'ACTIVE';
  await vi.waitUntil(isActive, { timeout: 10_000, interval: 5 });
  return { client, table: 'ledger' };
}

/** The local cloud's own SQS, and a client of it. They end with the test file. */
export async function givenQueueEngine(): Promise<{ endpoint: string; sqs: SQSClient }> {
  const log = join(await temporaryFolder(afterAll), 'engine.log');
  const { endpoint, stop } = await startEngine('queue-engine.ts', { region, mostInFlight: 120_000 }, log, () => {});
  const sqs = new SQSClient({ ...clientSettings(endpoint), useQueueUrlAsEndpoint: false });
  afterAll(async () => {
    sqs.destroy();
    await stop();
  });
  return { endpoint, sqs };
}

export interface Received {
  body: string;
  receiptHandle: string;
  attributes: Record<string, string>;
}

/** SQS, SNS and S3 in memory. They end with the test file. */
export async function givenEngines() {
  const app = buildApp({ logger: false, defaultRegion: region });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const settings = clientSettings(endpoint);
  const sqs = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
  const sns = new SNSClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  afterAll(async () => {
    for (const client of [sqs, sns, s3]) client.destroy();
    await app.close();
  });

  const queue = async (name: string) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    return QueueUrl;
  };
  return {
    settings,
    sqs,
    sns,
    s3,
    queue,
    bucket: async (name: string) => {
      await s3.send(new CreateBucketCommand({ Bucket: name }));
      return name;
    },
    /** A topic, and a queue that receives its messages unchanged. */
    topic: async (name: string) => {
      const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
      const queueUrl = await queue(`${name}-listener`);
      const Endpoint = `arn:aws:sqs:${region}:${account}:${name}-listener`;
      const Attributes = { RawMessageDelivery: 'true' };
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
      return { topicArn: TopicArn, queueUrl };
    },
    /** Receives and deletes all visible messages of a queue. */
    drain: async (queueUrl: string): Promise<Received[]> => {
      const received: Received[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
        );
        if (Messages.length === 0) return received;
        for (const { Body = '', ReceiptHandle = '', MessageAttributes = {} } of Messages) {
          const attributes = Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [
            name,
            StringValue,
          ]);
          received.push({ body: Body, receiptHandle: ReceiptHandle, attributes: Object.fromEntries(attributes) });
          await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
        }
      }
    },
  };
}
