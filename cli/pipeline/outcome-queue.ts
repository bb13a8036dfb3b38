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
import { type Outcome, outcomeSchema } from '../../lambdas/domain/contract/outcome.ts';

/** A queue of one's own that hears the outcomes told from now on. */
export interface OutcomeQueue {
  readonly url: string;
  /**
   * Publishes probes until one of them is heard: a subscription and its filter may take a minute until they are known
   * everywhere, and what is told meanwhile is lost. Outcomes that come in meanwhile are dropped.
   *
   * @returns `denied` when it may not publish; `silent` when none was heard in time, or the signal has ended it
   * @throws when SQS refuses to be read, or SNS to publish for another reason
   */
  untilHeard(options: ProbeOptions): Promise<'heard' | 'denied' | 'silent'>;
  /**
   * Hands over every outcome, some of them more than once (SNS and SQS repeat), until the signal ends it.
   * @throws when SQS refuses to be read
   */
  listen(heard: (outcome: Outcome) => void, signal: AbortSignal): Promise<void>;
  /** Unsubscribes and deletes the queue. Safe to call twice. */
  close(): Promise<void>;
}

export interface ProbeOptions {
  signal: AbortSignal;
  /** From one probe to the next. */
  everyMilliseconds?: number;
  atMostMilliseconds?: number;
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
  const id = randomBytes(6).toString('hex');
  const name = `onelink-outcomes-${id}`;
  // No source has a colon: a probe passes this filter alone, and meets no producer's.
  const probe = `probe:${id}`;
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
          ...(options.source !== undefined && { FilterPolicy: JSON.stringify({ source: [options.source, probe] }) }),
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
    untilHeard: (limits) => untilHeard({ sqs, sns }, { url, topicArn, probe }, limits),
    listen: async (heard, signal) => {
      const each = (body: string) => {
        const outcome = outcomeSchema.safeParse(jsonOf(body)).data;
        if (outcome !== undefined) heard(outcome);
      };
      await Promise.all(Array.from({ length: receiversAtOnce }, () => receive(sqs, url, each, signal)));
    },
  };
}

async function untilHeard(
  { sqs, sns }: { sqs: SQSClient; sns: SNSClient },
  { url, topicArn, probe }: { url: string; topicArn: string; probe: string },
  { signal, everyMilliseconds = 1_000, atMostMilliseconds = 90_000 }: ProbeOptions,
): Promise<'heard' | 'denied' | 'silent'> {
  const body = JSON.stringify({ probe });
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal, AbortSignal.timeout(atMostMilliseconds)]);
  let end: 'heard' | 'denied' | 'silent' = 'silent';
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
  const hear = (heard: string) => {
    if (heard !== body) return;
    end = 'heard';
    over.abort();
  };
  await Promise.all([publish(), receive(sqs, url, hear, ended).finally(() => over.abort())]);
  return end;
}

/** By the policy of the topic or of the one who publishes, or because of the topic's key. */
function isDenial(error: unknown): boolean {
  return error instanceof Error && /AccessDenied|AuthorizationError|NotAuthorized/.test(error.name);
}

async function receive(sqs: SQSClient, url: string, heard: (body: string) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 10 }),
        { abortSignal: signal },
      );
      for (const { Body = '' } of Messages) heard(Body);
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
