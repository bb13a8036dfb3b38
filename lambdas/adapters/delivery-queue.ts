import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** The queue of a worker, which returns messages to it. */
export class DeliveryQueue {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  /**
   * Sets when SQS may deliver each message again. If SQS does not change a message's visibility, the message returns
   * later, at the end of the queue's own visibility time-out.
   *
   * @returns how many messages SQS did not change
   */
  async delay(messages: { receiptHandle: string; delaySeconds: number }[]): Promise<number> {
    // SQS allows 10 entries in one ChangeMessageVisibilityBatch.
    const batches = Array.from({ length: Math.ceil(messages.length / 10) }, (_, index) =>
      messages.slice(index * 10, index * 10 + 10),
    );
    const failures = await Promise.all(
      batches.map(async (batch) => {
        try {
          const answer = await this.#sqs.send(
            new ChangeMessageVisibilityBatchCommand({
              QueueUrl: this.#queueUrl,
              Entries: batch.map(({ receiptHandle, delaySeconds }, index) => ({
                Id: String(index),
                ReceiptHandle: receiptHandle,
                VisibilityTimeout: delaySeconds,
              })),
            }),
          );
          return answer.Failed?.length ?? 0;
        } catch {
          return batch.length;
        }
      }),
    );
    return failures.reduce((sum, count) => sum + count, 0);
  }
}
