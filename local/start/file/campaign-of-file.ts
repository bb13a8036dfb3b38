import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { senderKey } from '../../../cli/pipeline/local-senders.ts';
import { outputNamed } from '../../../cli/pipeline/pipeline-outputs.ts';
import { CampaignTable } from '../../../lambdas/adapters/campaign-table.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import type { LocalCloud } from '../../cloud/cloud.ts';
import { writeResults } from '../report/file-report.ts';
import type { FileRun } from '../report/file-results.ts';
import type { ChosenFile } from './chosen-file.ts';
import { FileCampaign } from './file-campaign.ts';

interface Surroundings {
  cloud: LocalCloud;
  stackName: string;
  producers: PipelineSettings['producers'];
  signal: AbortSignal;
  /** Gets the steps that close the clients. */
  closing: (() => Promise<void>)[];
}

/**
 * The campaign of a file in a running pipeline, and what is to be done with it at the end.
 * @throws PipelineNotFound if the pipeline has no campaign bucket
 */
export function campaignOfFile(chosen: ChosenFile, { cloud, stackName, producers, signal, closing }: Surroundings) {
  const { file, rowsInFile } = chosen;
  const named = cloud.outputs[stackName] ?? {};
  const bucket = outputNamed('CampaignBucketName', named, stackName);
  const s3Of = (accessKeyId?: string) =>
    new S3Client({ ...cloud.clientConfig('s3', accessKeyId), forcePathStyle: true });
  const operator = s3Of();
  // A producer needs the permission for its source's folder, but none for a lane.
  const lane = producers.find(({ source }) => source === file.source)?.lanes[0] ?? '';
  const key = senderKey(producers, { source: file.source, lane });
  const producer = key === undefined ? operator : s3Of(key);
  const dynamodb = new DynamoDBClient(cloud.clientConfig('dynamodb'));
  closing.push(async () => {
    for (const client of [operator, producer, dynamodb]) client.destroy();
  });
  const table = new CampaignTable(dynamodb, outputNamed('LedgerTableName', named, stackName), systemClock);
  const now = () => systemClock.wallMilliseconds();
  const campaign = new FileCampaign(file, { operator, producer, bucket, table, now, signal });
  return {
    campaign,
    /** How it ended. */
    end: async (): Promise<FileRun> => ({
      file,
      record: campaign.record,
      rowsInFile,
      results: await campaign.results(),
    }),
    /** Writes its results. @returns the written files */
    write: (folder: string) => writeResults(folder, file, { s3: operator, bucket }),
  };
}
