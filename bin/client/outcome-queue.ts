import { randomBytes } from 'node:crypto';
import { type SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type Outcome, outcomeSchema } from '../../lambdas/domain/outcome.ts';

/** A queue of one's own that hears the outcomes told from now on. */
export interface OutcomeQueue {
  readonly url: string;
  /**
   * Hands over every outcome, some of them more than once (SNS and SQS repeat), until the signal ends it.
   * @throws when SQS refuses to be read
   */
  listen(heard: (outcome: Outcome) => void, signal: AbortSignal): Promise<void>;
  /** Unsubscribes and deletes the queue. Safe to call twice. */
  close(): Promise<void>;
}

/** Receive calls side by side: some thousand outcomes a second. */
const receiversAtOnce = 4;

/**
 * Makes a queue and subscribes it to the outcome topic, raw.
 *
 * @param options.source only the outcomes of this source. An outcome without a source (an unreadable message's) is
 *   then not heard.
 * @throws the service's error; what was made up to then is removed
 */
export async function openOutcomeQueue(
  { sqs, sns }: { sqs: SQSClient; sns: SNSClient },
  topicArn: string,
  options: { source?: string } = {},
): Promise<OutcomeQueue> {
  const name = `onelink-outcomes-${randomBytes(6).toString('hex')}`;
  // An hour: it is deleted at the end, and if that fails, at least it does not hold short links for long.
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { MessageRetentionPeriod: '3600' } }),
  );
  let subscriptionArn: string | undefined;
  let closed: Promise<void> | undefined;
  const remove = async () => {
    if (subscriptionArn !== undefined) await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscriptionArn }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
  };
  const close = () => {
    closed ??= remove();
    return closed;
  };
  try {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
    );
    const queueArn = Attributes?.QueueArn ?? '';
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: policy(queueArn, topicArn) } }),
    );
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'sqs',
        Endpoint: queueArn,
        ReturnSubscriptionArn: true,
        Attributes: {
          RawMessageDelivery: 'true',
          ...(options.source !== undefined && { FilterPolicy: JSON.stringify({ source: [options.source] }) }),
        },
      }),
    );
    subscriptionArn = SubscriptionArn;
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  return {
    url,
    close,
    listen: async (heard, signal) => {
      await Promise.all(Array.from({ length: receiversAtOnce }, () => receive(sqs, url, heard, signal)));
    },
  };
}

async function receive(
  sqs: SQSClient,
  url: string,
  heard: (outcome: Outcome) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 10 }),
        { abortSignal: signal },
      );
      for (const { Body = '' } of Messages) {
        const outcome = outcomeSchema.safeParse(jsonOf(Body)).data;
        if (outcome !== undefined) heard(outcome);
      }
      if (Messages.length === 0) continue;
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
  }
}

function policy(queueArn: string, topicArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
