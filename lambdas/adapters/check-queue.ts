import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { wireText } from '../domain/contract/wire-json.ts';
import { Batching } from './batching.ts';

/** The expiry worker's queue: each message is the stream's record of a removal. */
export class CheckQueue {
  readonly #batching: Batching<string>;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#batching = new Batching({
      // SQS takes at most 10 messages and 1 MiB in one SendMessageBatch; a record is about 1 KB, or 3 with its data.
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

  /** Resolves when SQS has it. @param json a link's parameters may hold what SQS refuses: escaped here @throws Error when it refused it three times */
  ask(json: string): Promise<void> {
    return this.#batching.add(wireText(json));
  }
}
