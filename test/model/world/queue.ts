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
  /** Of a command that was parked and is back: the message that brought it first. */
  original?: { messageId: string; sentAtMilliseconds: number; receiveCount: number };
}

/** A queue as SQS keeps its promises: at least once, in any order, to more than one at a time now and then. */
export class Queue {
  readonly messages: Message[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  send(body: string, nowMilliseconds: number): Message {
    const message: Message = {
      messageId: `${this.#name}-${this.messages.length + 1}`,
      body,
      sentAtMilliseconds: nowMilliseconds,
      receiveCount: 0,
      visibleAt: nowMilliseconds,
      done: false,
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
