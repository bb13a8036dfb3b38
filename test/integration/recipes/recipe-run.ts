import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { producerKey } from '../../../cli/pipeline/local-senders.ts';
import { type Outcome, receiveOutcomes, sqsLinks } from '../../../client/index.ts';
import { config } from '../../../examples/recipes/configuration.ts';
import { outcomeQueueOutput } from '../../../lib/config/source-names.ts';
import { runningPipeline } from '../../world/running-pipeline.ts';

export type RecipeRun = Awaited<ReturnType<typeof recipeRun>>;

/** The pipeline of the recipes, with what a producer's service has of it. */
export async function recipeRun() {
  const pipeline = await runningPipeline({ configuration: config });
  const { cloud, api, outputs } = pipeline;
  // Without a count of the quota, a campaign would wait for approval.
  await vi.waitUntil(async () => (await pipeline.run('Governor')) === 'succeeded', { timeout: 60_000 });
  const producer = (source: string) => {
    const key = producerKey(source);
    const sqs = new SQSClient(cloud.clientConfig('sqs', key));
    const s3 = new S3Client({ ...cloud.clientConfig('s3', key), forcePathStyle: true });
    return {
      s3,
      links: (lane: 'Transactional' | 'Campaign') =>
        sqsLinks({ source, queueUrl: outputs[`${lane}QueueUrl`] ?? '', sqs }),
      /** Passes outcomes to the service's handler until one is the last. @throws the first error of the handler */
      outcomes: async (
        handler: (outcome: Outcome) => void | Promise<void>,
        isLast: (outcome: Outcome) => boolean,
      ): Promise<void> => {
        const failures: unknown[] = [];
        const stop = new AbortController();
        const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(60_000)]);
        const fail = (error: unknown) => {
          failures.push(error);
          stop.abort();
        };
        const queueUrl = outputs[outcomeQueueOutput(source)] ?? '';
        await receiveOutcomes({ queueUrl, sqs, signal, onError: fail }, async (outcome) => {
          await handler(outcome);
          if (isLast(outcome)) stop.abort();
        });
        if (failures.length > 0) throw failures[0];
        if (!stop.signal.aborted) throw new Error('the awaited outcome has not come within a minute');
      },
    };
  };
  const spent = () => {
    const { calls } = api.control.stats();
    const total = (operation: 'create' | 'update' | 'delete') =>
      Object.values(calls[operation] ?? {}).reduce((sum, count) => sum + count, 0);
    return { create: total('create'), update: total('update'), delete: total('delete') };
  };
  return {
    pipeline,
    api,
    producer,
    http: { url: outputs.HttpApiUrl ?? '', key: pipeline.httpKey?.key ?? '' },

    /** The calls of the quota that something takes. */
    async quotaOf(something: () => Promise<void>) {
      const before = spent();
      await something();
      const after = spent();
      return {
        create: after.create - before.create,
        update: after.update - before.update,
        delete: after.delete - before.delete,
      };
    },

    /** The campaign sender would begin at the next full minute, so the run starts it each second. */
    async whileSending(something: () => Promise<void>): Promise<void> {
      const sender = cloud.environments().find(({ logicalId }) => logicalId.includes('CampaignsSender'));
      if (sender === undefined) throw new Error('the pipeline has no campaign sender');
      const timer = setInterval(() => void cloud.invoke(sender.logicalId, {}), 1_000);
      try {
        await something();
      } finally {
        clearInterval(timer);
      }
    },

    /** Where a click or a scan leads. */
    async follow(shortUrl: string): Promise<string> {
      const { pathname } = new URL(shortUrl);
      const { headers } = await fetch(`${api.origin}${pathname}`, { redirect: 'manual' });
      return headers.get('location') ?? '';
    },

    stop: () => pipeline.stop(),
  };
}
