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
 * sizes as given, no batching window, and so many receives before the dead-letter queue that no storm of kills exhausts them.
 */
export async function shortenTimeOuts(
  assemblyDirectory: string,
  stackName: string,
  sizes: ShortTimeOuts,
  queueOrigin: string,
): Promise<void> {
  const file = join(assemblyDirectory, `${stackName}.template.json`);
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::SQS::Queue' && 'RedrivePolicy' in Properties) {
      Properties.VisibilityTimeout = sizes.visibilityTimeoutSeconds;
      Properties.RedrivePolicy = { ...(Properties.RedrivePolicy as Json), maxReceiveCount: 1_000 };
    }
    if (Type === 'AWS::Lambda::EventSourceMapping') {
      Properties.BatchSize = sizes.batchSize;
      Properties.MaximumBatchingWindowInSeconds = 0;
      Properties.ScalingConfig = { MaximumConcurrency: sizes.concurrency };
    }
    if (Type === 'AWS::Lambda::Function') {
      Properties.Timeout = sizes.timeoutSeconds;
      Properties.ReservedConcurrentExecutions = sizes.concurrency;
      findQueuesAt(queueOrigin, (Properties.Environment as { Variables?: Json } | undefined)?.Variables ?? {});
    }
  }
  await writeFile(file, JSON.stringify(template));
}

/** The SDK sends to the host of a queue's URL, whatever endpoint it is told. */
function findQueuesAt(origin: string, variables: Json): void {
  for (const [name, value] of Object.entries(variables)) {
    const queue = typeof value === 'object' && value !== null && 'Ref' in value ? value.Ref : undefined;
    if (!name.endsWith('_QUEUE_URL') || queue === undefined) continue;
    variables[name] = { 'Fn::Join': ['', [`${origin}/000000000000/`, { 'Fn::GetAtt': [queue, 'QueueName'] }]] };
  }
}
