import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Sizes of a pipeline under test: what takes minutes in the cloud takes seconds. */
export interface ShortTimeOuts {
  batchSize: number;
  /** Environments of each worker at once. */
  concurrency: number;
  timeoutSeconds: number;
  visibilityTimeoutSeconds: number;
}

type Json = Record<string, unknown>;
interface Template {
  Resources: Record<string, { Type: string; Properties: Json }>;
}

/**
 * Changes numbers of a synthesised template, and nothing but numbers and where functions find their queues: the workers'
 * sizes as given, no batching window, and so many receives before the dead-letter queue, and retries of a stream's batch, that no storm of kills exhausts them.
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
      // A mapping of a stream has none: its shards are its concurrency.
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

/** The SDK sends to the host of a queue's URL, whatever endpoint it is told: wherever a value names a queue, its URL is the proxy's. */
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
