import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';

/** SQS on loopback, with what a program needs in its environment to reach it. */
export async function localQueues(atEnd: (close: () => Promise<void>) => void) {
  // The URLs of queues then have the address of the request. Otherwise they need a name that some systems do not resolve.
  const stores = await hostlessStores();
  const app = buildApp({ logger: false, stores });
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' });
  const environment = {
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint, region: 'eu-west-1', credentials });
  atEnd(async () => {
    sqs.destroy();
    await app.close();
  });
  return {
    sqs,
    environment,
    create: async (name: string) => (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? '',
    send: (queueUrl: string, body: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body })),
    /** The bodies of the messages that can be received now. */
    bodies: async (queueUrl: string): Promise<string[]> => {
      const request = { QueueUrl: queueUrl, MaxNumberOfMessages: 10 };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
      return Messages.map(({ Body = '' }) => Body);
    },
  };
}

async function hostlessStores() {
  const inside = async (file: string) => import(new URL(file, import.meta.resolve('fauxqs')).href);
  const stores = {
    sqsStore: new (await inside('./sqs/sqsStore.js')).SqsStore(),
    snsStore: new (await inside('./sns/snsStore.js')).SnsStore(),
    s3Store: new (await inside('./s3/s3Store.js')).S3Store(),
  };
  stores.sqsStore.host = '';
  return stores;
}
