import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import type { NoticeBoard } from '../notices.ts';
import { streamOf } from '../storage/tables.ts';
import { compilePattern } from './event-pattern.ts';
import type { Functions } from './functions.ts';
import { StreamMapping, streamMappingProperties } from './stream-mapping.ts';

export interface StreamMappingSurroundings {
  /** A client with the function's role. */
  readonly s3: (functionName: string) => S3Client;
  readonly clock: Clock;
  readonly onIteratorAge: (functionName: string, milliseconds: number) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Connects the streams of tables with functions as in a deployment.
 * @throws with its place, for a filter or a destination that is not implemented here
 */
export function connectStreams(
  deployment: Deployment,
  functions: Functions,
  notices: NoticeBoard,
  { s3, ...surroundings }: StreamMappingSurroundings,
): StreamMapping[] {
  const streams = new Set(
    deployment.resources('AWS::DynamoDB::Table').map((table) => streamOf(deployment, table)?.arn),
  );
  return deployment.resources('AWS::Lambda::EventSourceMapping').flatMap((resource) => {
    const { EventSourceArn } = deployment.properties(resource, z.looseObject({ EventSourceArn: z.string() }));
    if (!streams.has(EventSourceArn)) return [];
    const settings = deployment.properties(resource, streamMappingProperties);
    const target = functions.find(settings.FunctionName);
    if (target === undefined) {
      notices.add('warning', resource.type, 'its function is not in these stacks', placeOf(resource));
      return [];
    }
    const filters = (settings.FilterCriteria?.Filters ?? []).map(({ Pattern }, index) =>
      compileFilter(resource, index, Pattern),
    );
    const destination = settings.DestinationConfig?.OnFailure?.Destination;
    const bucket = destination === undefined ? undefined : deployment.find('AWS::S3::Bucket', destination);
    if (destination !== undefined && bucket === undefined) {
      throw new Error(`${placeOf(resource)} (${resource.type}): its destination must be a bucket of these stacks`);
    }
    const putObject =
      bucket &&
      ((Key: string, Body: string) =>
        s3(target.configuration.name).send(new PutObjectCommand({ Bucket: bucket.name, Key, Body })));
    // A record passes if one of the filters matches, or if there are none.
    const matches = (record: unknown) => filters.length === 0 || filters.some((passes) => passes(record));
    return [new StreamMapping({ resource, function: target, settings, matches, putObject, ...surroundings })];
  });
}

const placeOf = ({ stack, logicalId }: Resource) => `${stack}/${logicalId}`;

function compileFilter(resource: Resource, index: number, pattern: string): (record: unknown) => boolean {
  try {
    return compilePattern(pattern);
  } catch (cause) {
    const property = `FilterCriteria.Filters[${index}].Pattern`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${placeOf(resource)} (${resource.type}): ${property}: ${why}`, { cause });
  }
}
