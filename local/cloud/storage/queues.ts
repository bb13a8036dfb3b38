import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { QueueCounts } from '../engines/queue-engine.ts';

const text = z.coerce.string().optional();
const json = z
  .record(z.string(), z.unknown())
  .transform((value) => JSON.stringify(value))
  .optional();

/** The properties of `AWS::SQS::Queue` that are implemented. CreateQueue takes attributes of the same names. */
export const queueProperties = z.looseObject({
  QueueName: z.string().optional(),
  VisibilityTimeout: text,
  DelaySeconds: text,
  ReceiveMessageWaitTimeSeconds: text,
  MaximumMessageSize: text,
  MessageRetentionPeriod: text,
  RedrivePolicy: json,
});

/** With those that the engine stores and GetQueueAttributes returns, though they have no effect. */
const queueAttributes = queueProperties.omit({ QueueName: true }).extend({
  RedriveAllowPolicy: json,
  KmsMasterKeyId: text,
  SqsManagedSseEnabled: text,
});

export interface QueueState extends QueueCounts {
  readonly logicalId: string;
  readonly stack: string;
  readonly url: string;
  readonly arn: string;
  /** The names of the queues whose dead-letter queue it is. Empty if it is none. */
  readonly deadLetterQueueOf: readonly string[];
}

/**
 * Creates the queues of a deployment.
 * @param policies by the queue's ARN. GetQueueAttributes returns them
 */
export async function createQueues(
  deployment: Deployment,
  sqs: SQSClient,
  policies: ReadonlyMap<string, unknown>,
): Promise<void> {
  for (const resource of deployment.resources('AWS::SQS::Queue')) {
    const policy = policies.get(resource.arn);
    const Attributes: Record<string, string> = policy === undefined ? {} : { Policy: JSON.stringify(policy) };
    for (const [name, value] of Object.entries(deployment.properties(resource, queueAttributes))) {
      if (name in queueAttributes.shape && typeof value === 'string') Attributes[name] = value;
    }
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: resource.name, Attributes }));
    if (QueueUrl !== resource.ref) throw new Error(`queue ${resource.name} is at ${QueueUrl}, not at ${resource.ref}`);
  }
}

/** Reads the state of all queues from the engine, even of queues without a template. */
export async function countQueues(queueEndpoint: string): Promise<QueueCounts[]> {
  const response = await fetch(`${queueEndpoint}/_local/queues`);
  return (await response.json()) as QueueCounts[];
}

const empty = { visible: 0, inFlight: 0, delayed: 0, sent: 0, expired: 0, oldestAgeSeconds: 0, mostReceives: 0 };

export function describeQueues(deployment: Deployment, counts: readonly QueueCounts[]): QueueState[] {
  const queues = deployment.resources('AWS::SQS::Queue');
  return queues.map((resource) => {
    const { name, logicalId, stack, ref: url, arn } = resource;
    const counted = counts.find((one) => one.name === name) ?? { name, ...empty };
    const sources = queues.filter((source) => deadLetterTarget(deployment, source) === arn);
    const deadLetterQueueOf = sources.map((source) => source.name);
    return { ...counted, logicalId, stack, url, arn, deadLetterQueueOf };
  });
}

function deadLetterTarget(deployment: Deployment, resource: Resource): string | undefined {
  const { RedrivePolicy } = deployment.properties(resource, queueProperties);
  if (RedrivePolicy === undefined) return undefined;
  return (JSON.parse(RedrivePolicy) as { deadLetterTargetArn?: string }).deadLetterTargetArn;
}
