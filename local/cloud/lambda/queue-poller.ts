import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { eachAtOnce } from '../../../lambdas/domain/work/at-once.ts';

/** The maximum number of messages in one call of SQS. */
const messagesPerCall = 10;

/** The parallel calls of SQS while a batch is filled or deleted. */
const callsAtOnce = 10;

/** Receives and deletes the messages of one queue for an event source mapping. */
export function queuePoller(sqs: SQSClient, QueueUrl: string) {
  /**
   * Waits for messages.
   * @param waitSeconds may be a fraction here, though not on SQS
   */
  const receive = async (limit: number, waitSeconds: number): Promise<Message[]> => {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(limit, messagesPerCall),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages ?? [];
  };
  return {
    receive,
    /** Receives the available messages at once, with several calls in parallel. */
    drain: async (limit: number): Promise<Message[]> => {
      const length = Math.min(Math.ceil(limit / messagesPerCall), callsAtOnce);
      const taken = Array.from({ length }, (_, index) => receive(limit - index * messagesPerCall, 0));
      return (await Promise.all(taken)).flat();
    },
    /** Few parallel calls: a batch of a thousand must not delay the receives of other mappings. */
    delete: (messages: readonly Message[]) => {
      const calls = Map.groupBy(messages, (_, index) => Math.floor(index / messagesPerCall));
      return eachAtOnce(callsAtOnce, calls.values(), (batch) => {
        const Entries = batch.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        return sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      });
    },
  };
}
