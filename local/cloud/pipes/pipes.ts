import type { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { NoticeBoard } from '../notices.ts';
import { streamOf } from '../storage/tables.ts';
import { compilePattern } from './event-pattern.ts';
import { Pipe } from './pipe.ts';

/** What is carried out of `AWS::Pipes::Pipe`, from a table's stream to an SQS queue. */
export const pipeProperties = z.looseObject({
  Name: z.string().optional(),
  Source: z.string(),
  SourceParameters: z
    .looseObject({
      FilterCriteria: z
        .looseObject({ Filters: z.array(z.looseObject({ Pattern: z.string() })).default([]) })
        .optional(),
      DynamoDBStreamParameters: z.looseObject({}).optional(),
    })
    .optional(),
  Target: z.string(),
  TargetParameters: z.looseObject({}).optional(),
  DesiredState: z.enum(['RUNNING', 'STOPPED']).default('RUNNING'),
});

export interface PipeSurroundings {
  readonly sqs: SQSClient;
  readonly stopping: AbortSignal;
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Connects the streams of tables with queues as a deployment says.
 * @throws for a filter that is not carried out here, with its place
 */
export function connectPipes(deployment: Deployment, notices: NoticeBoard, surroundings: PipeSurroundings): Pipe[] {
  const { sqs, stopping, onTrouble } = surroundings;
  const pipes: Pipe[] = [];
  for (const resource of deployment.resources('AWS::Pipes::Pipe')) {
    const { type, stack, logicalId } = resource;
    const properties = deployment.properties(resource, pipeProperties);
    const { Source, SourceParameters, Target, TargetParameters, DesiredState, Enrichment } = properties;
    const filters = (SourceParameters?.FilterCriteria?.Filters ?? []).map(({ Pattern }, index) =>
      compileFilter(resource, index, Pattern),
    );
    const isStream = deployment
      .resources('AWS::DynamoDB::Table')
      .some((table) => streamOf(deployment, table)?.arn === Source);
    const queue = deployment.find('AWS::SQS::Queue', Target);
    const warn = (why: string) => notices.add('warning', type, why, `${stack}/${logicalId}`);
    if (!isStream || !queue) {
      warn("it does not run: only pipes from a table's stream to a queue of these stacks do");
      continue;
    }
    if (Enrichment !== undefined || TargetParameters?.InputTemplate !== undefined) {
      warn('it does not run: it would change what it delivers, by an enrichment or an input template');
      continue;
    }
    if (DesiredState === 'STOPPED') continue;
    pipes.push(
      new Pipe({
        sourceArn: Source,
        queueUrl: queue.ref,
        sqs,
        stopping,
        onTrouble,
        // A record passes when one of the filters lets it; without any, all pass.
        matches: (record) => filters.length === 0 || filters.some((matches) => matches(record)),
      }),
    );
  }
  return pipes;
}

function compileFilter(resource: Resource, index: number, pattern: string): (record: unknown) => boolean {
  try {
    return compilePattern(pattern);
  } catch (cause) {
    const property = `SourceParameters.FilterCriteria.Filters[${index}].Pattern`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${resource.stack}/${resource.logicalId} (${resource.type}): ${property}: ${why}`, { cause });
  }
}
