import type { MessageAttributeValue, SQSClient } from '@aws-sdk/client-sqs';
import { DeadLetters, type ReceivedLetter } from '../../../lambdas/adapters/dead-letters.ts';
import { originalAttribute, soundOriginal } from '../../../lambdas/domain/contract/original-message.ts';

/** A received dead letter. No other receiver gets it until its visibility timeout ends. */
export interface DeadLetter {
  messageId: string;
  receiptHandle: string;
  body: string;
  /** Epoch milliseconds at which the message reached its first queue. A redrive keeps this time. */
  sentAtMilliseconds: number;
  /** The ID that SendMessage returned to the producer. A redrive keeps this ID. */
  originalMessageId: string;
  /** Deliveries from all queues, this receive included. */
  receiveCount: number;
  /** As SQS reports it. */
  senderId: string | undefined;
  attributes: Record<string, MessageAttributeValue>;
  /** The message group, by which a fair queue separates producers. */
  groupId: string | undefined;
}

/** The longest deduplication window that the configuration accepts. The workers use the configured one. */
const longestWindowMilliseconds = 3_650 * 86_400_000;

/** How many letters to take from a queue, and for how long. */
export interface Limits {
  limit: number;
  interrupted: AbortSignal;
  /** How long to wait for a first letter. At 0, SQS samples only some of its servers and may miss the last letters. */
  waitSeconds?: number;
}

/** Receives up to ten dead letters, and hides them from other receivers. Returns none if SQS has no more. */
export async function receiveDeadLetters(
  sqs: Pick<SQSClient, 'send'>,
  url: string,
  most: number,
  waitSeconds = 1,
): Promise<DeadLetter[]> {
  return (await new DeadLetters(sqs).receive(url, most, waitSeconds)).map(deadLetterOf);
}

function deadLetterOf(letter: ReceivedLetter): DeadLetter {
  const text = (name: string) => letter.attributes[name]?.StringValue;
  const original = soundOriginal(
    { messageId: text(originalAttribute.messageId), sentTimestamp: text(originalAttribute.sentTimestamp) },
    letter.sentAtMilliseconds,
    longestWindowMilliseconds,
  );
  return {
    ...letter,
    sentAtMilliseconds: original.sentAtMilliseconds ?? letter.sentAtMilliseconds,
    originalMessageId: original.messageId ?? letter.messageId,
  };
}

/** Makes letters visible in their queue at once. If SQS refuses that for some, their visibility timeout does it later. */
export function giveBack(sqs: Pick<SQSClient, 'send'>, url: string, letters: readonly DeadLetter[]): Promise<void> {
  return new DeadLetters(sqs).giveBack(url, letters);
}
