import type { buildApp } from 'fauxqs';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Queue = ReturnType<Stores['sqsStore']['createQueue']>;

/** Asks for a second delivery of a message that is in flight. */
export interface MessageCopy {
  readonly queueName: string;
  readonly receiptHandle: string;
  readonly delaySeconds: number;
}

/**
 * Puts a copy of a message in flight into its queue, as SQS does when a server missed that the message was received or
 * deleted: the same message ID, and a receive count that was not raised in between. The copy lives by itself: it has a
 * receipt handle of its own, and stays when the message is deleted.
 *
 * @returns false when no message is in flight under this handle
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
  // The class's own method: nothing was sent, so nothing is counted.
  Object.getPrototypeOf(queue).enqueue.call(queue, copy);
  return true;
}
