import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
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

  /** Resolves when SQS has it. @param json escaped here, as SQS refuses some characters @throws Error when it refused it three times */
  ask(json: string): Promise<void> {
    return this.#batching.add(inAscii(json));
  }
}

/** The same JSON, with every character beyond ASCII as an escape. A link's parameters may hold U+FFFF, which SQS refuses. */
function inAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
