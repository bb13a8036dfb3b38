import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { batchesOf } from './message-batches.ts';

/** A message that SQS did not take, and why. */
export interface Unsent<Message> {
  message: Message;
  reason: string;
}

const attempts = 5;
/** Enough to keep SQS busy from one program. */
const batchesAtOnce = 8;

/**
 * Sends messages to a lane's queue, in order as far as batches side by side keep it. Entries that SQS refuses for a
 * reason of its own are sent again, up to five times in all.
 *
 * @param onSent told of each message that SQS took, with the ID that its outcome will carry
 * @param options.backoffMilliseconds before the second attempt; doubles with each further one
 * @returns those that SQS did not take, or that were not sent because of the signal
 */
export async function sendMessages<Message extends { body: string }>(
  sqs: Pick<SQSClient, 'send'>,
  queueUrl: string,
  messages: readonly Message[],
  onSent: (message: Message, messageId: string) => void,
  options: { signal?: AbortSignal; backoffMilliseconds?: number } = {},
): Promise<Unsent<Message>[]> {
  const unsent: Unsent<Message>[] = [];
  const queue = batchesOf(messages).values();
  await Promise.all(
    Array.from({ length: batchesAtOnce }, async () => {
      for (const batch of queue) {
        if (options.signal?.aborted) unsent.push(...batch.map((message) => ({ message, reason: 'interrupted' })));
        else unsent.push(...(await sendBatch(sqs, queueUrl, batch, onSent, options.backoffMilliseconds ?? 200)));
      }
    }),
  );
  return unsent;
}

async function sendBatch<Message extends { body: string }>(
  sqs: Pick<SQSClient, 'send'>,
  queueUrl: string,
  batch: readonly Message[],
  onSent: (message: Message, messageId: string) => void,
  backoffMilliseconds: number,
): Promise<Unsent<Message>[]> {
  const refused: Unsent<Message>[] = [];
  let waiting = [...batch];
  for (let attempt = 1; ; attempt++) {
    const { Successful = [], Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: waiting.map(({ body }, index) => ({ Id: String(index), MessageBody: body })),
      }),
    );
    for (const { Id, MessageId } of Successful) {
      const message = waiting[Number(Id)];
      if (message !== undefined && MessageId !== undefined) onSent(message, MessageId);
    }
    const again: Message[] = [];
    for (const { Id, Code = 'unknown', SenderFault } of Failed) {
      const message = waiting[Number(Id)];
      if (message === undefined) continue;
      if (SenderFault || attempt === attempts) refused.push({ message, reason: Code });
      else again.push(message);
    }
    if (again.length === 0) return refused;
    waiting = again;
    await sleep(backoffMilliseconds * 2 ** (attempt - 1));
  }
}
