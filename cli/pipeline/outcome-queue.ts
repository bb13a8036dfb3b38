import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PublishCommand, type SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { jsonText } from '../../lambdas/domain/contract/json-text.ts';
import { type Outcome, outcomeSchema } from '../../lambdas/domain/contract/outcome.ts';

/** A temporary queue that receives the outcomes published from now on. */
export interface OutcomeQueue {
  readonly url: string;
  /**
   * Publishes probes until the queue receives one. SNS may take a minute to apply a new subscription and its filter, and
   * loses what is published before. Outcomes that come in during this wait are dropped.
   *
   * @returns `denied` if it may not publish; `silent` if no probe came back in time, or the signal ended the wait
   * @throws if SQS refuses the receive, or SNS refuses the publish for another reason
   */
  untilReceived(options: ProbeOptions): Promise<'received' | 'denied' | 'silent'>;
  /**
   * Passes on every outcome, some more than once (SNS and SQS repeat), until the signal ends it.
   * @throws if SQS refuses the receive
   */
  listen(received: (outcome: Outcome) => void, signal: AbortSignal): Promise<void>;
  /** Unsubscribes and deletes the queue. Safe to call twice. */
  close(): Promise<void>;
}

export interface ProbeOptions {
  signal: AbortSignal;
  /** The time between two probes. */
  everyMilliseconds?: number;
  atMostMilliseconds?: number;
}

/** Some sources, or all but some. The outcome of an unreadable message has no source: only the second includes it. */
export type OutcomeFilter = { only: readonly string[] } | { except: readonly string[] };

const outcomeText = jsonText(outcomeSchema);

/** Parallel receive calls, for some thousand outcomes per second. */
const receiversAtOnce = 4;

/**
 * Creates a queue and subscribes it to the outcome topic, with raw delivery.
 *
 * @param filter the sources whose outcomes it receives; all by default
 * @throws the service's error, after it has removed what it created
 */
export async function openOutcomeQueue(
  { sqs, sns }: { sqs: SQSClient; sns: SNSClient },
  topicArn: string,
  filter: OutcomeFilter = { except: [] },
): Promise<OutcomeQueue> {
  const id = randomBytes(6).toString('hex');
  const name = `onelink-outcomes-${id}`;
  // No source has a colon, so a probe passes only this filter, and no producer's.
  const probe = `probe:${id}`;
  // One hour. The queue is deleted at the end. If that fails, it does not hold short links for long.
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
          ...filterPolicy(filter, probe),
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
    untilReceived: (limits) => untilReceived({ sqs, sns }, { url, topicArn, probe }, limits),
    listen: async (received, signal) => {
      const each = (body: string) => {
        const outcome = outcomeText.safeParse(body).data;
        if (outcome !== undefined) received(outcome);
      };
      await Promise.all(Array.from({ length: receiversAtOnce }, () => receive(sqs, url, each, signal)));
    },
  };
}

async function untilReceived(
  { sqs, sns }: { sqs: SQSClient; sns: SNSClient },
  { url, topicArn, probe }: { url: string; topicArn: string; probe: string },
  { signal, everyMilliseconds = 1_000, atMostMilliseconds = 90_000 }: ProbeOptions,
): Promise<'received' | 'denied' | 'silent'> {
  const body = JSON.stringify({ probe });
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal, AbortSignal.timeout(atMostMilliseconds)]);
  let end: 'received' | 'denied' | 'silent' = 'silent';
  const publish = async () => {
    while (!ended.aborted) {
      try {
        const source = { DataType: 'String', StringValue: probe };
        const command = new PublishCommand({ TopicArn: topicArn, Message: body, MessageAttributes: { source } });
        await sns.send(command, { abortSignal: ended });
      } catch (error) {
        if (ended.aborted) return;
        over.abort();
        if (!isDenial(error)) throw error;
        end = 'denied';
      }
      await sleep(everyMilliseconds, undefined, { signal: ended }).catch(() => {});
    }
  };
  const onBody = (received: string) => {
    if (received !== body) return;
    end = 'received';
    over.abort();
  };
  await Promise.all([publish(), receive(sqs, url, onBody, ended).finally(() => over.abort())]);
  return end;
}

/** Whether AWS denied the publish, by the policy of the topic, the caller or the topic's key. */
function isDenial(error: unknown): boolean {
  return error instanceof Error && /AccessDenied|AuthorizationError|NotAuthorized/.test(error.name);
}

async function receive(
  sqs: SQSClient,
  url: string,
  received: (body: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 10 }),
        { abortSignal: signal },
      );
      for (const { Body = '' } of Messages) received(Body);
      if (Messages.length === 0) continue;
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
  }
}

function filterPolicy(filter: OutcomeFilter, probe: string): { FilterPolicy?: string } {
  if ('only' in filter) return { FilterPolicy: JSON.stringify({ source: [...filter.only, probe] }) };
  if (filter.except.length === 0) return {};
  return { FilterPolicy: JSON.stringify({ source: [{ 'anything-but': filter.except }, { exists: false }] }) };
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
