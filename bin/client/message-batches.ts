/** SQS takes at most 10 messages and 1 MiB in one SendMessageBatch, and 1 MiB in one message. */
const maxMessages = 10;
export const maxBytes = 1024 * 1024;

/** Packs messages, in order, into as few batches as SQS's limits allow. A message above them goes alone, to be refused. */
export function batchesOf<Message extends { body: string }>(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body);
    const last = batches.at(-1);
    if (last === undefined || last.length === maxMessages || bytes + size > maxBytes) {
      batches.push([message]);
      bytes = size;
    } else {
      last.push(message);
      bytes += size;
    }
  }
  return batches;
}
