import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** The queue that a worker's messages come from, for giving some of them back. */
export class DeliveryQueue {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  /**
   * Sets when each message may be delivered again. Best effort: a message whose visibility could not be changed comes
   * back when the queue's own visibility time-out ends, which is only later.
   *
   * @returns how many could not be set
   */
  async delay(messages: { receiptHandle: string; delaySeconds: number }[]): Promise<number> {
    // SQS takes at most 10 in one ChangeMessageVisibilityBatch.
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
