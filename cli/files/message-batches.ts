/** SQS takes at most 10 messages and 1 MiB in one SendMessageBatch, and 1 MiB in one message. */
const maxMessages = 10;
export const maxBytes = 1024 * 1024;

/** Messages of one queue. */
export interface Batch<Message> {
  queueUrl: string;
  messages: Message[];
}

/**
 * Packs messages, in order, into as few batches of each queue as SQS's limits allow, as they come. A message above them goes
 * alone, to be refused.
 *
 * @throws what reading the messages throws, at the end
 */
export async function* batchesOf<Message extends { body: string }>(
  messages: Iterable<Message> | AsyncIterable<Message>,
  queueUrlOf: (message: Message) => string,
): AsyncGenerator<Batch<Message>> {
  const open = new Map<string, Batch<Message> & { bytes: number }>();
  let trouble: { error: unknown } | undefined;
  try {
    for await (const message of messages) {
      const [queueUrl, size] = [queueUrlOf(message), Buffer.byteLength(message.body)];
      let batch = open.get(queueUrl);
      if (batch !== undefined && (batch.messages.length === maxMessages || batch.bytes + size > maxBytes)) {
        yield batch;
        batch = undefined;
      }
      batch ??= { queueUrl, messages: [], bytes: 0 };
      batch.messages.push(message);
      batch.bytes += size;
      open.set(queueUrl, batch);
    }
  } catch (error) {
    trouble = { error };
  }
  // Those that were read before it, too.
  yield* open.values();
  if (trouble !== undefined) throw trouble.error;
}
