import { originalAttribute, soundOriginal } from '../../../lambdas/domain/contract/original-message.ts';

/** Message attributes by name, as text. */
export type Attributes = Record<string, string>;

/** An SQS message in any state. */
export interface Message {
  messageId: string;
  body: string;
  sentAtMilliseconds: number;
  receiveCount: number;
  /** Epoch milliseconds. */
  visibleAt: number;
  /** Whether the message is acknowledged. If SQS delivers it again, this is false until the next acknowledgement. */
  done: boolean;
  /** On a replayed command: sender, ID, sent time and receive count of its first message. A producer may forge them. */
  attributes: Attributes;
  /** Its `SenderId`. */
  senderId: string;
}

/** The replayer's role, the only one that vouches. */
export const ownSenders = new Set(['AROAOFTHEREPLAYER']);

/** The message ID that the outcomes name: the first message's, if the replayer passes on a plausible one. */
export function answeredAs({ messageId, attributes, sentAtMilliseconds, senderId }: Message): string {
  if (!ownSenders.has(senderId)) return messageId;
  const claimed = soundOriginal({ messageId: attributes[originalAttribute.messageId] }, sentAtMilliseconds, 0);
  return claimed.messageId ?? messageId;
}

/** SQS refuses other characters than #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF. */
const illegal = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** A queue with SQS's guarantees: at least once, in any order, and sometimes to two receivers at a time. */
export class Queue {
  readonly messages: Message[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** @throws Error when the message holds a character that SQS refuses */
  send(body: string, nowMilliseconds: number, attributes: Attributes = {}, senderId = 'AROAOFAPRODUCER'): Message {
    if ([body, ...Object.values(attributes)].some((text) => illegal.test(text)))
      throw new Error('InvalidMessageContents');
    const message: Message = {
      messageId: `${this.#name}-${this.messages.length + 1}`,
      body,
      sentAtMilliseconds: nowMilliseconds,
      receiveCount: 0,
      visibleAt: nowMilliseconds,
      done: false,
      attributes,
      senderId,
    };
    this.messages.push(message);
    return message;
  }

  visible(nowMilliseconds: number): Message[] {
    return this.messages.filter(({ done, visibleAt }) => !done && visibleAt <= nowMilliseconds);
  }

  get undone(): Message[] {
    return this.messages.filter(({ done }) => !done);
  }

  /**
   * Delivers a message again, even if a worker holds it or has acknowledged it.
   *
   * @param uncounted another SQS server has a copy without the count of the first delivery.
   */
  deliverAgain(message: Message, nowMilliseconds: number, uncounted: boolean): void {
    message.done = false;
    message.visibleAt = nowMilliseconds;
    if (uncounted && message.receiveCount > 0) message.receiveCount--;
  }
}
