import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { NoticeBoard } from '../notices.ts';
import { streamOf } from '../storage/tables.ts';
import { compilePattern } from './event-pattern.ts';
import { concurrencyWithoutMaximum, EventSourceMapping, eventSourceMappingProperties } from './event-source-mapping.ts';
import type { Functions } from './functions.ts';
import { type MappingParts, mappingProperties } from './mapping.ts';
import { queuePoller } from './queue-poller.ts';
import { StreamMapping, streamMappingProperties } from './stream-mapping.ts';

interface Surroundings extends Pick<MappingParts, 'clock' | 'onError'> {
  /** The clients of a function's mappings, with the function's role. */
  readonly clientsOf: (functionName: string) => { sqs: SQSClient; s3: S3Client };
  /** Whether a queue's mapping with all invocations busy collects its next batch only after one is free. */
  readonly waits: () => boolean;
  /** The longest batch window of a queue's mapping. */
  readonly longestWindowSeconds: number;
  readonly onIteratorAge: (functionName: string, milliseconds: number) => void;
}

/**
 * Connects queues and the streams of tables with functions as in a deployment. The mappings of queues do not poll before
 * they are started.
 * @throws with its place, for a filter or a destination that is not implemented here
 */
export function connectMappings(
  deployment: Deployment,
  functions: Functions,
  notices: NoticeBoard,
  { clientsOf, waits, onIteratorAge, longestWindowSeconds, ...common }: Surroundings,
): { queues: EventSourceMapping[]; streams: StreamMapping[] } {
  const queues: EventSourceMapping[] = [];
  const streams: StreamMapping[] = [];
  const tables = deployment.resources('AWS::DynamoDB::Table');
  const streamArns = new Set(tables.map((table) => streamOf(deployment, table)?.arn));
  for (const resource of deployment.resources('AWS::Lambda::EventSourceMapping')) {
    const warn = (why: string) => notices.add('warning', resource.type, why, resource.where);
    const { EventSourceArn, FunctionName } = deployment.properties(resource, mappingProperties);
    const target = functions.find(FunctionName);
    const parts = { resource, ...common };
    if (/^arn:[^:]+:dynamodb:/.test(EventSourceArn)) {
      if (!streamArns.has(EventSourceArn)) continue;
      const settings = deployment.properties(resource, streamMappingProperties);
      if (target === undefined) {
        warn('its function is not in these stacks');
        continue;
      }
      const matches = matcher(resource, settings.FilterCriteria?.Filters ?? []);
      const bucket = failureBucket(deployment, resource, settings.DestinationConfig?.OnFailure?.Destination);
      const putObject =
        bucket &&
        ((Key: string, Body: string) =>
          clientsOf(target.configuration.name).s3.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body })));
      streams.push(new StreamMapping({ ...parts, function: target, settings, matches, putObject, onIteratorAge }));
      continue;
    }
    const settings = deployment.properties(resource, eventSourceMappingProperties);
    settings.MaximumBatchingWindowInSeconds = Math.min(settings.MaximumBatchingWindowInSeconds, longestWindowSeconds);
    const queue = deployment.find('AWS::SQS::Queue', EventSourceArn);
    if (!queue || !target) {
      warn(queue ? 'its function is not in these stacks' : 'only queues of these stacks are polled');
      continue;
    }
    if (settings.FilterCriteria !== undefined) warn('the messages of a queue are not filtered here');
    if (settings.ScalingConfig?.MaximumConcurrency === undefined) {
      warn(`without a MaximumConcurrency it has ${concurrencyWithoutMaximum} batches at once`);
    }
    const poller = queuePoller(clientsOf(target.configuration.name).sqs, queue.ref);
    queues.push(new EventSourceMapping({ ...parts, queue, function: target, settings, poller, waits }));
  }
  return { queues, streams };
}

function failureBucket(deployment: Deployment, resource: Resource, arn: string | undefined): Resource | undefined {
  const bucket = arn === undefined ? undefined : deployment.find('AWS::S3::Bucket', arn);
  if (arn !== undefined && bucket === undefined) {
    throw new Error(`${resource.where} (${resource.type}): its destination must be a bucket of these stacks`);
  }
  return bucket;
}

/** A record passes if one of the filters matches, or if there are none. */
function matcher(resource: Resource, patterns: readonly { Pattern: string }[]): (record: unknown) => boolean {
  const filters = patterns.map(({ Pattern }, index) => compileFilter(resource, index, Pattern));
  return (record) => filters.length === 0 || filters.some((passes) => passes(record));
}

function compileFilter(resource: Resource, index: number, pattern: string): (record: unknown) => boolean {
  try {
    return compilePattern(pattern);
  } catch (cause) {
    const property = `FilterCriteria.Filters[${index}].Pattern`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${resource.where} (${resource.type}): ${property}: ${why}`, { cause });
  }
}
