import { originalAttribute, soundOriginal } from '../../../lambdas/domain/contract/original-message.ts';

/** Message attributes by name, as text. */
export type Attributes = Record<string, string>;

/** An SQS message, in whatever state. */
export interface Message {
  messageId: string;
  body: string;
  sentAtMilliseconds: number;
  receiveCount: number;
  /** Epoch milliseconds. */
  visibleAt: number;
  /** Acknowledged. One delivered once more all the same is not, until it is acknowledged again. */
  done: boolean;
  /** Of a command that was parked and is back, the message that brought it first; or what a producer makes of that. */
  attributes: Attributes;
}

/** The message that its outcomes name: the one that came first, if what the attributes say of it can be true. */
export function answeredAs({ messageId, attributes, sentAtMilliseconds }: Message): string {
  const claimed = soundOriginal({ messageId: attributes[originalAttribute.messageId] }, sentAtMilliseconds, 0);
  return claimed.messageId ?? messageId;
}

/** #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF: SQS refuses what holds another. */
const illegal = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** A queue as SQS keeps its promises: at least once, in any order, to more than one at a time now and then. */
export class Queue {
  readonly messages: Message[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** @throws Error when it holds a character that SQS refuses */
  send(body: string, nowMilliseconds: number, attributes: Attributes = {}): Message {
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
   * Delivers a message once more, even one that a worker holds, or that was acknowledged.
   *
   * @param uncounted another of SQS's servers had a copy that knows nothing of the first delivery.
   */
  deliverAgain(message: Message, nowMilliseconds: number, uncounted: boolean): void {
    message.done = false;
    message.visibleAt = nowMilliseconds;
    if (uncounted && message.receiveCount > 0) message.receiveCount--;
  }
}
