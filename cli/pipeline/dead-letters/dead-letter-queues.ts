import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { expiryLane, qrLane } from '../../../lambdas/domain/work/names.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { outputNamed, pascal, pipelineOutputs } from '../pipeline-outputs.ts';

/**
 * What a queue holds: commands, commands in ingress queues, QR jobs that the link workers queue, expired links, or the files of
 * campaigns. `deliveries` are outcomes that SNS could not post to an address.
 */
export const queueKinds = ['commands', 'ingress', 'qr', 'expiry', 'campaigns', 'deliveries'] as const;
export type QueueKind = (typeof queueKinds)[number];

/** A dead-letter queue. QR jobs, expired links, the files of campaigns and outcomes have a `lane` of their own. */
export interface DeadLetterQueue {
  lane: string;
  kind: QueueKind;
  /** The producer of an ingress queue. */
  source?: string;
  url: string;
  /** The queue that its messages come from. Undelivered outcomes come from the topic. */
  sourceUrl?: string;
}

/** Only a stack with a producer's `outcomeUrl` has it. */
export const deliveriesOutput = 'OutcomeDeliveriesDeadLetterQueueUrl';

const deliveriesLane = 'outcome-deliveries';

/** Whether all lanes share the queue. */
const isShared = (kind: QueueKind) => kind !== 'commands' && kind !== 'ingress';

/** The name that the alarms use: `campaign`, `campaign-ingress-crm`, `qr`, `expiry`, `campaigns`, `outcome-deliveries`. */
export function nameOf({ lane, kind, source }: Pick<DeadLetterQueue, 'lane' | 'kind' | 'source'>): string {
  return kind === 'ingress' ? `${lane}-ingress-${source}` : lane;
}

/**
 * The dead-letter queues of a pipeline, lane by lane. Then those of QR jobs, of expired links, of the campaign checker and of
 * outcomes over HTTPS.
 *
 * @param only the one lane or kind wanted; without it, all of them
 * @throws PipelineNotFound if the stack is not a pipeline; OperatorError if the pipeline has no such lane, the lane no
 *   queue of that kind, or the pipeline no outcomes over HTTPS and only those are wanted
 */
export function deadLetterQueues(
  outputs: Readonly<Record<string, string>>,
  stackName: string,
  only: { lane?: string; queue?: QueueKind },
): DeadLetterQueue[] {
  const { laneQueueUrls, ingressQueues } = pipelineOutputs(outputs, stackName);
  if (only.lane !== undefined && !laneQueueUrls.has(only.lane)) {
    const lanes = [...laneQueueUrls.keys()].join(', ');
    const ofIngress = ingressQueues.find(({ lane, source }) => nameOf({ lane, kind: 'ingress', source }) === only.lane);
    throw new OperatorError(
      `${stackName} has no lane ${only.lane}; it has ${lanes}. ${insteadOfLane(only.lane, ofIngress?.lane)}`,
    );
  }
  if (only.lane !== undefined && only.queue !== undefined && isShared(only.queue)) {
    throw new OperatorError(`All lanes share the queue of --queue ${only.queue}. Leave --lane out.`);
  }
  const undelivered = outputs[deliveriesOutput];
  if (only.queue === 'deliveries' && undelivered === undefined)
    throw new OperatorError(`${stackName} posts no outcomes: no producer of its configuration has an outcomeUrl.`);
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
    ...(undelivered === undefined ? [] : [{ lane: deliveriesLane, kind: 'deliveries' as const, url: undelivered }]),
  ];
  return [...ofLanes, ...shared].filter(
    ({ lane, kind }) => lane === (only.lane ?? lane) && kind === (only.queue ?? kind),
  );
}

/** Somebody who is paged reads `qr` in the alarm's name, and tries it as a lane. So the error has the option that works. */
function insteadOfLane(name: string, laneOfIngress: string | undefined): string {
  if (laneOfIngress !== undefined)
    return `${name} is an ingress queue of ${laneOfIngress}: use --lane ${laneOfIngress} --queue ingress.`;
  const kind = name === deliveriesLane ? 'deliveries' : queueKinds.find((one) => one === name);
  if (kind === undefined) return 'Name one of them with --lane.';
  return isShared(kind)
    ? `All lanes share that queue: use --queue ${kind} without --lane.`
    : `These are queues of each lane: use --queue ${kind}.`;
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
