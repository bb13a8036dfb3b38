/** SQS accepts at most 10 messages and 1 MiB in one SendMessageBatch, and 1 MiB in one message. */
const maxMessages = 10;
export const maxBytes = 1024 * 1024;

/** Messages of one sender for one queue. */
export interface Batch<Message> {
  queueUrl: string;
  sender: string | undefined;
  messages: Message[];
}

/**
 * Packs messages, in order, into the fewest batches for each queue and sender that SQS's limits allow. A message above the limits goes
 * into its own batch, which SQS refuses.
 *
 * @throws after the last batch: what the reading of the messages threw
 */
export async function* batchesOf<Message extends { body: string }>(
  messages: Iterable<Message> | AsyncIterable<Message>,
  queueUrlOf: (message: Message) => string,
  senderOf: (message: Message) => string | undefined = () => undefined,
): AsyncGenerator<Batch<Message>> {
  const open = new Map<string, Batch<Message> & { bytes: number }>();
  let failure: { error: unknown } | undefined;
  try {
    for await (const message of messages) {
      const [queueUrl, sender, size] = [queueUrlOf(message), senderOf(message), Buffer.byteLength(message.body)];
      const key = JSON.stringify([queueUrl, sender]);
      let batch = open.get(key);
      if (batch !== undefined && (batch.messages.length === maxMessages || batch.bytes + size > maxBytes)) {
        yield batch;
        batch = undefined;
      }
      batch ??= { queueUrl, sender, messages: [], bytes: 0 };
      batch.messages.push(message);
      batch.bytes += size;
      open.set(key, batch);
    }
  } catch (error) {
    failure = { error };
  }
  // The messages that were read before the error are sent, too.
  yield* open.values();
  if (failure !== undefined) throw failure.error;
}
