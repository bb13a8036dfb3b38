import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Batching } from './batching.ts';

/** Sends jobs to another function's queue: QR jobs to the QR worker, removals to the expiry worker. */
export class JobQueue<Job> {
  readonly #batching: Batching<{ text: string; groupId: string | undefined }>;
  readonly #textOf: (job: Job) => string;

  /** @param textOf writes a job without the characters that SQS refuses (domain/contract/wire-json.ts) */
  constructor(sqs: SQSClient, queueUrl: string, textOf: (job: Job) => string) {
    this.#textOf = textOf;
    this.#batching = new Batching({
      // SQS allows 10 messages and 1 MiB in one SendMessageBatch. A job is about 1 KB, a removal with its link's data 3
      // KB.
      maxItems: 10,
      maxBytes: 1024 * 1024 - 10 * 1024,
      quietMilliseconds: 20,
      mostMilliseconds: 100,
      bytesOf: ({ text }) => Buffer.byteLength(text),
      send: async (jobs) => {
        const Entries = jobs.map(({ text, groupId }, index) => ({
          Id: String(index),
          MessageBody: text,
          ...(groupId !== undefined && { MessageGroupId: groupId }),
        }));
        const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
        return new Map((answer.Failed ?? []).map(({ Id, Code }) => [Number(Id), Code ?? 'unknown']));
      },
    });
  }

  /**
   * Resolves when SQS has accepted the job.
   *
   * @param groupId SQS delivers jobs of quiet groups first
   * @throws Error if SQS refused it three times
   */
  enqueue(job: Job, groupId?: string): Promise<void> {
    return this.#batching.add({ text: this.#textOf(job), groupId });
  }
}
