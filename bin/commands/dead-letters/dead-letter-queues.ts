import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { OperatorError } from '../../client/operator-error.ts';
import { outputNamed, type PipelineOutputs, pipelineOutputs } from '../../client/pipeline-outputs.ts';

/** What a queue holds: commands, or the QR jobs that the link worker makes of them. */
export const queueKinds = ['commands', 'qr'] as const;
export type QueueKind = (typeof queueKinds)[number];

/** A dead-letter queue, and the queue that its messages come from. */
export interface DeadLetterQueue {
  lane: string;
  kind: QueueKind;
  url: string;
  sourceUrl: string;
}

/** As the alarms call it: `campaign`, `campaign-qr`. */
export function nameOf({ lane, kind }: Pick<DeadLetterQueue, 'lane' | 'kind'>): string {
  return kind === 'qr' ? `${lane}-qr` : lane;
}

/**
 * The dead-letter queues of a pipeline, lane by lane.
 *
 * @param only the one lane or kind wanted; without it, all of them
 * @throws PipelineNotFound when the stack is not a pipeline's; OperatorError when it has no such lane
 */
export function deadLetterQueues(
  outputs: Readonly<Record<string, string>>,
  stackName: string,
  only: { lane?: string; queue?: QueueKind },
): DeadLetterQueue[] {
  const { laneQueueUrls }: PipelineOutputs = pipelineOutputs(outputs, stackName);
  if (only.lane !== undefined && !laneQueueUrls.has(only.lane)) {
    const lanes = [...laneQueueUrls.keys()].join(', ');
    throw new OperatorError(`${stackName} has no lane ${only.lane}; it has ${lanes}. Name one of them with --lane.`);
  }
  const lanes = only.lane === undefined ? [...laneQueueUrls.keys()] : [only.lane];
  const kinds = only.queue === undefined ? queueKinds : [only.queue];
  const url = (name: string) => outputNamed(name, outputs, stackName);
  return lanes.flatMap((lane) =>
    kinds.map((kind) => {
      const prefix = `${lane.charAt(0).toUpperCase()}${lane.slice(1)}${kind === 'qr' ? 'Qr' : ''}`;
      return { lane, kind, url: url(`${prefix}DeadLetterQueueUrl`), sourceUrl: url(`${prefix}QueueUrl`) };
    }),
  );
}

/** Messages that SQS counts in a queue, about: those waiting, and those that somebody holds at the moment. */
export interface QueueSize {
  waiting: number;
  held: number;
}

export async function sizeOf(sqs: Pick<SQSClient, 'send'>, { url }: Pick<DeadLetterQueue, 'url'>): Promise<QueueSize> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    held: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}
