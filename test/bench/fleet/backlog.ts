import type { SQSRecord } from 'aws-lambda';

/** The message that a worker gets, less what SQS adds. */
export interface Waiting {
  body: string;
  groupId?: string;
  receiveCount: number;
  /** A redelivery keeps its ID. */
  messageId: string;
}

/**
 * A queue in memory. What a killed environment held comes back at once, with a higher receive count.
 *
 * A batch is full, and the next one is ready when a slot is free. AWS does not document how a mapping fills the next batch while
 * all environments are busy, so a deployment may fall short of this.
 */
export class Backlog {
  readonly #fresh: Iterator<{ body: string }> | undefined;
  readonly #name: string;
  readonly #senderId: string;
  #returned: Waiting[] = [];
  #made = 0;

  /** @param fresh endless messages, or none if others send to it */
  constructor(name: string, senderId: string, fresh?: Iterator<{ body: string }>) {
    this.#name = name;
    this.#senderId = senderId;
    this.#fresh = fresh;
  }

  get waiting(): number {
    return this.#returned.length;
  }

  send(body: string, groupId?: string): void {
    this.#returned.push({
      body,
      receiveCount: 0,
      messageId: this.#nextId(),
      ...(groupId !== undefined && { groupId }),
    });
  }

  /** The next batch: what came back first. */
  take(most: number): Waiting[] {
    const batch = this.#returned.splice(0, most);
    while (batch.length < most && this.#fresh !== undefined) {
      const { value, done } = this.#fresh.next();
      if (done === true) break;
      batch.push({ body: value.body, receiveCount: 0, messageId: this.#nextId() });
    }
    return batch.map((message) => ({ ...message, receiveCount: message.receiveCount + 1 }));
  }

  giveBack(messages: readonly Waiting[]): void {
    this.#returned.unshift(...messages);
  }

  /** The batch as Lambda delivers it. */
  recordsOf(batch: readonly Waiting[], nowMilliseconds: number): SQSRecord[] {
    return batch.map(({ messageId, body, receiveCount, groupId }) => ({
      messageId,
      receiptHandle: messageId,
      body,
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: String(nowMilliseconds),
        SenderId: this.#senderId,
        ApproximateFirstReceiveTimestamp: String(nowMilliseconds),
        ...(groupId !== undefined && { MessageGroupId: groupId }),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:local:000000000000:${this.#name}`,
      awsRegion: 'local',
    }));
  }

  #nextId(): string {
    this.#made += 1;
    return `${this.#name}-${this.#made}`;
  }
}
