import type { buildApp } from 'fauxqs';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Queue = ReturnType<Stores['sqsStore']['createQueue']>;

/** Requests a second delivery of a message in flight. */
export interface MessageCopy {
  readonly queueName: string;
  readonly receiptHandle: string;
  readonly delaySeconds: number;
}

/**
 * Adds a copy of a message in flight to its queue. SQS delivers such a copy if one of its servers missed the receive or
 * the delete. The copy has the same message ID and receive count, but a receipt handle of its own. It stays when the
 * message is deleted.
 *
 * @returns false if no message is in flight under this handle
 */
export function copyMessage(queues: Iterable<Queue>, { queueName, receiptHandle, delaySeconds }: MessageCopy): boolean {
  const queue = [...queues].find(({ name }) => name === queueName);
  const message = queue?.inflightMessages.get(receiptHandle)?.message;
  if (queue === undefined || message === undefined) return false;
  const copy = {
    ...message,
    approximateReceiveCount: message.approximateReceiveCount - 1,
    delayUntil: Date.now() + delaySeconds * 1000,
  };
  // The class's own method skips our counter: a copy is not a sent message.
  Object.getPrototypeOf(queue).enqueue.call(queue, copy);
  return true;
}
