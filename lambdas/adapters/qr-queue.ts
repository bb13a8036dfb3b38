import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QrJob } from '../domain/contract/qr-job.ts';
import { wireJson } from '../domain/contract/wire-json.ts';
import { Batching } from './batching.ts';

/** Sends QR jobs to the lane's QR worker, which has its own rate. */
export class QrQueue {
  readonly #batching: Batching<QrJob>;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#batching = new Batching({
      // SQS allows 10 messages and 1 MiB in one SendMessageBatch. A job is about 1 KB.
      maxItems: 10,
      maxBytes: 1024 * 1024 - 10 * 1024,
      lingerMilliseconds: 20,
      bytesOf: (job) => Buffer.byteLength(wireJson(job)),
      send: async (jobs) => {
        const answer = await sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: jobs.map((job, index) => ({ Id: String(index), MessageBody: wireJson(job) })),
          }),
        );
        return new Map((answer.Failed ?? []).map(({ Id, Code }) => [Number(Id), Code ?? 'unknown']));
      },
    });
  }

  /** Resolves when SQS has accepted the job. @throws Error if SQS refused it three times */
  ask(job: QrJob): Promise<void> {
    return this.#batching.add(job);
  }
}
