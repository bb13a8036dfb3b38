import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { prefix } from '../../lambdas/adapters/names.ts';
import type { PipelineSettings } from '../config/config-schema.ts';
import { policySid } from '../config/principals.ts';
import { readersOf } from './readers.ts';

/**
 * S3 sends an event to the queue for each object that reaches the inbox. The template holds the bucket's own notification:
 * CDK's `addEventNotification` would add a function that writes it.
 */
export function notifyOfFiles(bucket: Bucket, queue: Queue): void {
  const { account, partition } = Stack.of(bucket);
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'CampaignFiles',
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        // S3 tests the notification when the bucket is made. So the policy must exist before the bucket has its name.
        ArnLike: { 'aws:SourceArn': `arn:${partition}:s3:::*` },
        StringEquals: { 'aws:SourceAccount': account },
      },
    }),
  );
  const resource = bucket.node.defaultChild as CfnBucket;
  resource.notificationConfiguration = {
    queueConfigurations: [
      {
        event: 's3:ObjectCreated:*',
        queue: queue.queueArn,
        filter: { s3Key: { rules: [{ name: 'prefix', value: prefix.inbox }] } },
      },
    ],
  };
  // The queue's policy is a part of the queue.
  resource.node.addDependency(queue);
}

/** Allows each producer to drop files of its source and to read their results, and nothing else. */
export function admitCampaigns(bucket: Bucket, { producers }: Pick<PipelineSettings, 'producers'>): void {
  for (const producer of producers) {
    const principals = readersOf(producer);
    if (principals.length === 0) continue;
    const sid = policySid(producer.source);
    // The slash ends the prefix, so `crm` does not include `crm2`.
    const may = (action: string, what: string, folder: string) =>
      bucket.addToResourcePolicy(
        new PolicyStatement({
          sid: `${sid}${what}`,
          principals,
          actions: [action],
          resources: [bucket.arnForObjects(`${folder}${producer.source}/*`)],
        }),
      );
    may('s3:PutObject', 'ZDrop', prefix.inbox);
    may('s3:GetObject', 'ZRead', prefix.results);
  }
}
