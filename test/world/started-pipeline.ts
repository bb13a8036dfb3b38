import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { clientsBySender, senderKey } from '../../cli/pipeline/local-senders.ts';
import { allOutcomes, type Outcomes, openOutcomes } from '../../cli/pipeline/outcomes.ts';
import { outcomeQueuesOf, pipelineOutputs } from '../../cli/pipeline/pipeline-outputs.ts';
import { sendMessages } from '../../cli/pipeline/send-messages.ts';
import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import { type LocalCloudOptions, startLocalCloud } from '../../local/cloud/cloud.ts';
import { producerCallers } from '../../local/start/producer-callers.ts';

type BucketOutput = 'QrBucketName' | 'ArchiveBucketName' | 'CampaignBucketName';

/** A pipeline in the configuration. */
interface Named {
  stackName: string;
  settings: Pick<PipelineSettings, 'producers'>;
}

/** Starts a synthesised pipeline on the local cloud, with clients of its services, and its producers as callers. */
export async function startPipeline({ stackName, settings }: Named, options: LocalCloudOptions) {
  const cloud = await startLocalCloud({
    stacks: [`${stackName}-State`, stackName],
    callers: producerCallers(settings),
    ...options,
  });
  const named = cloud.outputs[stackName] ?? {};
  const outputs = pipelineOutputs(named, stackName);
  const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(cloud.clientConfig('dynamodb')));
  const sqs = new SQSClient(cloud.clientConfig('sqs'));
  const sns = new SNSClient(cloud.clientConfig('sns'));
  const sqsOf = clientsBySender(sqs, (key) => cloud.clientConfig('sqs', key));
  const laneQueueUrl = (lane: string): string => {
    const url = outputs.laneQueueUrls.get(lane);
    if (url === undefined) throw new Error(`the pipeline has no lane ${lane}`);
    return url;
  };
  return {
    cloud,
    named,
    outputs,
    sqs,
    sns,
    dynamo,

    /** Opens the outcomes of all sources. Each producer's own outcome queue is one of their queues. */
    openOutcomes(): Promise<Outcomes> {
      const sources = settings.producers.map(({ source }) => source);
      return openOutcomes({ sqs, sns }, allOutcomes(outputs.outcomeTopicArn, outcomeQueuesOf(sources, named)));
    },

    laneQueueUrl,

    /** Sends messages to a lane, each as the producer of its source. @throws Error if SQS refuses one */
    async send<Message extends { body: string }>(
      lane: string,
      messages: readonly Message[],
      sourceOf: (message: Message) => string | undefined,
      onSent: (message: Message, messageId: string) => void,
    ): Promise<void> {
      const senderOf = (message: Message) => {
        const source = sourceOf(message);
        return senderKey(settings.producers, { lane, ...(source !== undefined && { source }) });
      };
      const unsent = await sendMessages(sqsOf, laneQueueUrl(lane), messages, onSent, { senderOf });
      if (unsent.length > 0) throw new Error(`${unsent.length} messages were not sent`);
    },

    /** All records of the ledger, by key. */
    async ledger(): Promise<Map<string, Record<string, unknown>>> {
      const records = new Map<string, Record<string, unknown>>();
      const pages = paginateScan({ client: dynamo }, { TableName: named.LedgerTableName ?? '', ConsistentRead: true });
      for await (const { Items = [] } of pages) for (const item of Items) records.set(String(item.pk), item);
      return records;
    },

    /** Keys of a bucket. */
    async keys(bucket: BucketOutput, Prefix = ''): Promise<string[]> {
      const keys: string[] = [];
      for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: named[bucket] ?? '', Prefix })) {
        for (const { Key = '' } of page.Contents ?? []) keys.push(Key);
      }
      return keys;
    },

    async put(bucket: BucketOutput, Key: string, Body: Buffer): Promise<void> {
      await s3.send(new PutObjectCommand({ Bucket: named[bucket] ?? '', Key, Body }));
    },

    async object(bucket: BucketOutput, Key: string): Promise<Buffer> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: named[bucket] ?? '', Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
  };
}
