import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { wireText } from '../domain/contract/wire-json.ts';
import { Batching } from './batching.ts';

/** The expiry worker's queue. Each message is the stream's record of a removal. */
export class CheckQueue {
  readonly #batching: Batching<string>;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#batching = new Batching({
      // SQS allows 10 messages and 1 MiB in one SendMessageBatch. A record is about 1 KB, or 3 KB with its data.
      maxItems: 10,
      maxBytes: 1024 * 1024 - 10 * 1024,
      lingerMilliseconds: 20,
      bytesOf: (body) => Buffer.byteLength(body),
      send: async (bodies) => {
        const answer = await sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: bodies.map((body, index) => ({ Id: String(index), MessageBody: body })),
          }),
        );
        return new Map((answer.Failed ?? []).map(({ Id, Code }) => [Number(Id), Code ?? 'unknown']));
      },
    });
  }

  /**
   * Resolves when SQS has accepted the message.
   *
   * @param json may hold characters that SQS refuses, in a link's parameters; `ask` escapes them
   * @throws Error if SQS refused the message three times
   */
  ask(json: string): Promise<void> {
    return this.#batching.add(wireText(json));
  }
}
