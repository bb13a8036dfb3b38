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
 * The functions of the HTTP API keep their concurrency, and those of campaigns their time-outs. With less than 40 seconds left, the checker leaves the end of a check to its
 * next message. With a short time-out, no check would ever end.
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
    if (Type === 'AWS::SQS::Queue') shortenQueue(Properties, sizes);
    if (Type === 'AWS::Lambda::EventSourceMapping') {
      Properties.BatchSize = Math.min(sizes.batchSize, Number(Properties.BatchSize));
      Properties.MaximumBatchingWindowInSeconds = 0;
      // A stream's mapping has no such setting, because its shards limit its concurrency.
      if ('ScalingConfig' in Properties) Properties.ScalingConfig = { MaximumConcurrency: sizes.concurrency };
      if ('StartingPosition' in Properties) Properties.MaximumRetryAttempts = -1;
    }
    if (Type === 'AWS::Lambda::Function') {
      if (!isOfCampaigns(id)) Properties.Timeout = sizes.timeoutSeconds;
      if (!scheduled.has(id) && !isOfHttp(id)) Properties.ReservedConcurrentExecutions = sizes.concurrency;
      const environment = Properties.Environment as { Variables?: Json } | undefined;
      if (environment?.Variables) environment.Variables = findQueuesAt(queueOrigin, environment.Variables, template);
    }
  }
  await writeFile(file, JSON.stringify(template));
  await shortenState(join(assemblyDirectory, `${stackName}-State.template.json`), sizes);
  return [...scheduled];
}

/** The campaign queue is in the stack of the state. */
async function shortenState(file: string, sizes: ShortTimeOuts): Promise<void> {
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::SQS::Queue') shortenQueue(Properties, sizes);
  }
  await writeFile(file, JSON.stringify(template));
}

function shortenQueue(queue: Json, { visibilityTimeoutSeconds }: ShortTimeOuts): void {
  if (!('RedrivePolicy' in queue)) return;
  queue.VisibilityTimeout = visibilityTimeoutSeconds;
  queue.RedrivePolicy = { ...(queue.RedrivePolicy as Json), maxReceiveCount: 1_000 };
}

/** Whether a function checks or sends campaigns. A lane may have the name `campaign`, so its functions' IDs begin similarly. */
export const isOfCampaigns = (logicalId: string) => logicalId.startsWith('PipelineCampaigns');

/** The functions of the HTTP API, whose concurrency decides how many calls may wait. */
const isOfHttp = (logicalId: string) => logicalId.startsWith('PipelineHttpApi');

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
    // Another stack's queue: its name is the last part of its URL.
    if (/:ExportsOutputRef\w*Queue/.test(String((one as Json)['Fn::ImportValue'])))
      return { 'Fn::Join': ['', [`${origin}/000000000000/`, { 'Fn::Select': [4, { 'Fn::Split': ['/', one] }] }]] };
    const queue = 'Ref' in one ? String(one.Ref) : undefined;
    if (queue !== undefined && template.Resources[queue]?.Type === 'AWS::SQS::Queue')
      return { 'Fn::Join': ['', [`${origin}/000000000000/`, { 'Fn::GetAtt': [queue, 'QueueName'] }]] };
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, found(inner)]));
  };
  return found(value) as Value;
}
