import type { SimulatedClock } from '../time/simulated-clock.ts';

/** A message attribute's value, by name. */
export type Attributes = Readonly<Record<string, string>>;

/** What a sender gives. */
export interface NewMessage {
  body: string;
  /** SQS's unique ID of the role or user. */
  senderId: string;
  groupId?: string | undefined;
  attributes?: Attributes;
  delaySeconds?: number;
}

export interface Message extends Omit<NewMessage, 'delaySeconds'> {
  messageId: string;
  sentAt: number;
  receiveCount: number;
  /** Epoch milliseconds until which nobody else receives it. Undefined while it waits. */
  hiddenUntil: number | undefined;
  isDeleted: boolean;
}

/** SQS moves a message to the dead-letter queue when it would be received once more. */
export interface QueueLimits {
  visibilityTimeoutSeconds: number;
  maxReceiveCount: number;
}

/** A group with so many messages in flight, and more than a tenth of all, waits for the quiet ones (SQS's fair queues). */
const [busyInFlight, busyShare] = [30, 0.1];

/** Messages of one group that wait, in order. Taking moves a start, because `shift` of a long list is slow. */
class Line {
  #messages: Message[] = [];
  #start = 0;

  get length(): number {
    return this.#messages.length - this.#start;
  }

  add(message: Message): void {
    this.#messages.push(message);
  }

  take(): Message | undefined {
    const message = this.#messages[this.#start];
    if (message === undefined) return undefined;
    this.#start++;
    if (this.#start > 1_000 && 2 * this.#start > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#start);
      this.#start = 0;
    }
    return message;
  }
}

/**
 * A standard queue of SQS on the simulated clock: delays, visibility time-outs, receive counts, dead letters, and fair delivery by
 * message group. It delivers in order, at once, and nothing twice. Where SQS promises less, other tests play it.
 */
export class SimulatedQueue {
  readonly name: string;
  readonly deadLetters: Message[] = [];
  /** Runs when messages have become visible. */
  onVisible: () => void = () => {};
  readonly #clock: SimulatedClock;
  readonly #limits: QueueLimits;
  readonly #waiting = new Map<string, Line>();
  readonly #inFlight = new Map<string, Set<Message>>();
  readonly #received = new Map<string, Message>();
  #waits = 0;
  #hidden = 0;
  #numbers = 0;

  constructor(name: string, clock: SimulatedClock, limits: QueueLimits) {
    this.name = name;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Messages that can be received now. */
  get visible(): number {
    return this.#waits;
  }

  /** Messages that wait, are delayed, or are in flight: SQS's approximate numbers together. */
  get depth(): number {
    return this.#waits + this.#hidden;
  }

  send({ delaySeconds = 0, ...given }: NewMessage): Message {
    const message: Message = {
      ...given,
      // As long as SQS's own, because logs and records hold it.
      messageId: `${this.name}-${String(++this.#numbers).padStart(35 - this.name.length, '0')}`,
      sentAt: this.#clock.wallMilliseconds(),
      receiveCount: 0,
      hiddenUntil: undefined,
      isDeleted: false,
    };
    if (delaySeconds > 0) {
      this.#hidden++;
      this.#hide(message, delaySeconds);
    } else {
      this.#wait(message);
      this.onVisible();
    }
    return message;
  }

  /** Up to so many messages, which are then in flight. */
  receive(most: number): Message[] {
    const received: Message[] = [];
    while (received.length < most && this.#waits > 0) {
      const message = this.#next();
      if (message === undefined) break;
      this.#waits--;
      if (message.receiveCount === this.#limits.maxReceiveCount) {
        this.deadLetters.push(message);
        continue;
      }
      message.receiveCount++;
      this.#hidden++;
      this.#flight(message).add(message);
      this.#received.set(message.messageId, message);
      received.push(message);
    }
    const until = this.#clock.wallMilliseconds() + this.#limits.visibilityTimeoutSeconds * 1000;
    for (const message of received) message.hiddenUntil = until;
    if (received.length > 0) this.#showAt(until, received);
    return received;
  }

  delete(message: Message): void {
    if (message.isDeleted) return;
    message.isDeleted = true;
    if (message.hiddenUntil !== undefined) this.#land(message);
  }

  /** Sets when a message in flight is visible again. Any other message is left alone. */
  changeVisibility(messageId: string, seconds: number): void {
    const message = this.#received.get(messageId);
    if (message !== undefined) this.#hide(message, seconds);
  }

  #hide(message: Message, seconds: number): void {
    const until = this.#clock.wallMilliseconds() + seconds * 1000;
    message.hiddenUntil = until;
    this.#showAt(until, [message]);
  }

  #showAt(until: number, messages: readonly Message[]): void {
    this.#clock.at(until, () => {
      let shown = 0;
      for (const message of messages) {
        // Its visibility has changed since.
        if (message.isDeleted || message.hiddenUntil !== until) continue;
        message.hiddenUntil = undefined;
        this.#land(message);
        this.#wait(message);
        shown++;
      }
      if (shown > 0) this.onVisible();
    });
  }

  /** It is not in flight, or delayed, any more. */
  #land(message: Message): void {
    this.#flight(message).delete(message);
    this.#received.delete(message.messageId);
    this.#hidden--;
  }

  #wait(message: Message): void {
    const group = message.groupId ?? '';
    const line = this.#waiting.get(group) ?? new Line();
    this.#waiting.set(group, line);
    line.add(message);
    this.#waits++;
  }

  #flight({ groupId = '' }: Message): Set<Message> {
    const flight = this.#inFlight.get(groupId) ?? new Set();
    this.#inFlight.set(groupId, flight);
    return flight;
  }

  /** The first message of the quiet groups, or else of the busy ones. */
  #next(): Message | undefined {
    let busy: [string, Line] | undefined;
    for (const [group, line] of this.#waiting) {
      const flight = this.#inFlight.get(group)?.size ?? 0;
      if (flight < busyInFlight || flight <= busyShare * this.#hidden) return this.#takeFrom(group, line);
      busy ??= [group, line];
    }
    return busy && this.#takeFrom(...busy);
  }

  /** The group goes to the end, so the groups take turns. */
  #takeFrom(group: string, line: Line): Message | undefined {
    const message = line.take();
    this.#waiting.delete(group);
    if (line.length > 0) this.#waiting.set(group, line);
    return message;
  }
}
