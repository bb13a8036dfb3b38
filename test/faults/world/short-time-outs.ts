import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Sizes of a pipeline under test. Timeouts of minutes become seconds. */
export interface ShortTimeOuts {
  batchSize: number;
  /** The most concurrent environments of each worker. */
  concurrency: number;
  timeoutSeconds: number;
  visibilityTimeoutSeconds: number;
}

type Json = Record<string, unknown>;
interface Template {
  Resources: Record<string, { Type: string; Properties: Json }>;
}

/**
 * Changes only numbers and queue URLs of a synthesised template: the workers' sizes, and no batching window. It also raises the
 * receives before the dead-letter queue and the retries of a stream's batch, because kills would exhaust them.
 *
 * @returns logical IDs of the functions that a schedule runs
 */
export async function shortenTimeOuts(
  assemblyDirectory: string,
  stackName: string,
  sizes: ShortTimeOuts,
  queueOrigin: string,
): Promise<string[]> {
  const file = join(assemblyDirectory, `${stackName}.template.json`);
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  const scheduled = targetsOfSchedules(template);
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    if (Type === 'AWS::SQS::Queue' && 'RedrivePolicy' in Properties) {
      Properties.VisibilityTimeout = sizes.visibilityTimeoutSeconds;
      Properties.RedrivePolicy = { ...(Properties.RedrivePolicy as Json), maxReceiveCount: 1_000 };
    }
    if (Type === 'AWS::Lambda::EventSourceMapping') {
      Properties.BatchSize = sizes.batchSize;
      Properties.MaximumBatchingWindowInSeconds = 0;
      // A stream's mapping has no such setting, because its shards limit its concurrency.
      if ('ScalingConfig' in Properties) Properties.ScalingConfig = { MaximumConcurrency: sizes.concurrency };
      if ('StartingPosition' in Properties) Properties.MaximumRetryAttempts = -1;
    }
    if (Type === 'AWS::Lambda::Function') {
      Properties.Timeout = sizes.timeoutSeconds;
      if (!scheduled.has(id)) Properties.ReservedConcurrentExecutions = sizes.concurrency;
      const environment = Properties.Environment as { Variables?: Json } | undefined;
      if (environment?.Variables) environment.Variables = findQueuesAt(queueOrigin, environment.Variables, template);
    }
  }
  await writeFile(file, JSON.stringify(template));
  return [...scheduled];
}

/** Logical IDs of the functions that a schedule runs. */
function targetsOfSchedules({ Resources }: Template): Set<string> {
  const rules = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Events::Rule');
  const targets = rules.flatMap(
    ({ Properties }) => (Properties.Targets ?? []) as { Arn: { 'Fn::GetAtt'?: string[] } }[],
  );
  return new Set(targets.flatMap(({ Arn }) => Arn['Fn::GetAtt']?.[0] ?? []));
}

/** Replaces queue URLs by the proxy's, because the SDK sends to the host of a queue's URL and not to its configured endpoint. */
function findQueuesAt<Value>(origin: string, value: Value, template: Template): Value {
  const found = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(found);
    if (typeof one !== 'object' || one === null) return one;
    const queue = 'Ref' in one ? String(one.Ref) : undefined;
    if (queue !== undefined && template.Resources[queue]?.Type === 'AWS::SQS::Queue')
      return { 'Fn::Join': ['', [`${origin}/000000000000/`, { 'Fn::GetAtt': [queue, 'QueueName'] }]] };
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, found(inner)]));
  };
  return found(value) as Value;
}
