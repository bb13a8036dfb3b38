import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { expiryLane, qrLane } from '../../../lambdas/domain/work/names.ts';
import { outputNamed, pascal, pipelineOutputs } from '../../pipeline/pipeline-outputs.ts';
import { OperatorError } from '../../words/operator-error.ts';

/**
 * What a queue holds: commands, commands in ingress queues, QR jobs that the link workers queue, expired links, or the files of
 * campaigns.
 */
export const queueKinds = ['commands', 'ingress', 'qr', 'expiry', 'campaigns'] as const;
export type QueueKind = (typeof queueKinds)[number];

/**
 * A dead-letter queue, and the queue that its messages come from. QR jobs, expired links and the files of campaigns have a
 * `lane` of their own.
 */
export interface DeadLetterQueue {
  lane: string;
  kind: QueueKind;
  /** The producer of an ingress queue. */
  source?: string;
  url: string;
  sourceUrl: string;
}

/**
 * Also the outcomes that SNS could not post to an address. They come from no queue, so nothing can send them back, and only
 * verbs that read know them.
 */
export const listedKinds = [...queueKinds, 'deliveries'] as const;
export type ListedKind = (typeof listedKinds)[number];

/** A dead-letter queue whose messages can be listed. */
export interface ListedQueue extends Pick<DeadLetterQueue, 'lane' | 'source' | 'url'> {
  kind: ListedKind;
}

/** Only a stack with a producer's `outcomeUrl` has it. */
export const deliveriesOutput = 'OutcomeDeliveriesDeadLetterQueueUrl';

/** The name that the alarms use: `campaign`, `campaign-ingress-crm`, `qr`, `expiry`, `campaigns`, `outcome-deliveries`. */
export function nameOf({ lane, kind, source }: Pick<ListedQueue, 'lane' | 'kind' | 'source'>): string {
  return kind === 'ingress' ? `${lane}-ingress-${source}` : lane;
}

/**
 * The dead-letter queues of a pipeline, lane by lane, and those of QR jobs, of expired links and of the campaign checker.
 *
 * @param only the one lane or kind wanted; without it, all of them
 * @throws PipelineNotFound if the stack is not a pipeline; OperatorError if the pipeline has no such lane, or the lane no
 *   queue of that kind
 */
export function deadLetterQueues(
  outputs: Readonly<Record<string, string>>,
  stackName: string,
  only: { lane?: string; queue?: QueueKind },
): DeadLetterQueue[] {
  const { laneQueueUrls, ingressQueues } = pipelineOutputs(outputs, stackName);
  if (only.lane !== undefined && !laneQueueUrls.has(only.lane)) {
    const lanes = [...laneQueueUrls.keys()].join(', ');
    throw new OperatorError(`${stackName} has no lane ${only.lane}; it has ${lanes}. Name one of them with --lane.`);
  }
  const isShared = only.queue === 'qr' || only.queue === 'expiry' || only.queue === 'campaigns';
  if (only.lane !== undefined && isShared) {
    throw new OperatorError(`All lanes share the queue of --queue ${only.queue}. Leave --lane out.`);
  }
  const queueOf = (lane: string, kind: QueueKind, prefix: string): DeadLetterQueue => {
    const url = (name: string) => outputNamed(`${prefix}${name}`, outputs, stackName);
    return { lane, kind, url: url('DeadLetterQueueUrl'), sourceUrl: url('QueueUrl') };
  };
  const ofLanes = [...laneQueueUrls.keys()].flatMap((lane) => [
    queueOf(lane, 'commands', pascal(lane)),
    ...ingressQueues
      .filter((one) => one.lane === lane)
      .map(({ source, url, deadLettersUrl }) => ({
        lane,
        kind: 'ingress' as const,
        source,
        url: deadLettersUrl,
        sourceUrl: url,
      })),
  ]);
  const shared = [
    queueOf(qrLane, 'qr', 'QrJobs'),
    queueOf(expiryLane, 'expiry', 'ExpiredLinks'),
    queueOf('campaigns', 'campaigns', 'CampaignFiles'),
  ];
  return [...ofLanes, ...shared].filter(
    ({ lane, kind }) => lane === (only.lane ?? lane) && kind === (only.queue ?? kind),
  );
}

/**
 * The dead-letter queues whose messages can be listed: those of `deadLetterQueues`, and that of outcomes over HTTPS.
 *
 * @throws as `deadLetterQueues`; OperatorError if only deliveries are wanted, and the pipeline has none or a lane is named
 */
export function listedQueues(
  outputs: Readonly<Record<string, string>>,
  stackName: string,
  { lane, queue }: { lane?: string; queue?: ListedKind },
): ListedQueue[] {
  const url = outputs[deliveriesOutput];
  const deliveries = url === undefined ? [] : [{ lane: 'outcome-deliveries', kind: 'deliveries' as const, url }];
  if (queue === 'deliveries') {
    if (lane !== undefined) throw new OperatorError('No lane has the queue of --queue deliveries. Leave --lane out.');
    if (url === undefined)
      throw new OperatorError(`${stackName} posts no outcomes: no producer of its configuration has an outcomeUrl.`);
    return deliveries;
  }
  const only = { ...(lane !== undefined && { lane }), ...(queue !== undefined && { queue }) };
  const others = deadLetterQueues(outputs, stackName, only);
  return lane === undefined && queue === undefined ? [...others, ...deliveries] : others;
}

/** SQS's approximate counts of a queue: messages that wait, and messages in flight. */
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
