import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';

/** A message that was sent, and what it has been answered. */
export interface Awaited<Message> {
  message: Message;
  messageId: string;
  /** It was told that it is parked: its answer comes when there is quota again, which may be next month. */
  parked?: Outcome;
  /** The outcome of the command itself. */
  answer?: Outcome;
  /** The outcome of the QR code that a create asked for with its link. */
  qr?: Outcome;
  /** The ledger says that the code is stored; its outcome was not heard. */
  qrStored?: true;
}

/** What an outcome was to the one who waited for it. */
export type Hearing<Message> =
  | { kind: 'news'; awaited: Awaited<Message>; outcome: Outcome }
  /** SNS or SQS repeated it, or the worker told it twice around a crash. */
  | { kind: 'heard-before' }
  /** It says something else than the outcome before it did, which must never be. */
  | { kind: 'contradiction'; awaited: Awaited<Message>; outcome: Outcome }
  /** It answers a message that is not known here (yet). */
  | { kind: 'unknown' };

/**
 * Matches outcomes to the messages that they answer, by the message ID that SQS gave out. A message is settled when its
 * command is answered and, if that was a create with a code, when the code's outcome is there as well. "Parked" is no
 * answer yet.
 */
export class AwaitedOutcomes<Message extends { asksForQr: boolean }> {
  readonly #all = new Map<string, Awaited<Message>>();
  /** An outcome can be quicker than the answer of SendMessage. */
  readonly #early = new Map<string, Outcome[]>();
  #unsettled = 0;
  #parked = 0;

  /** @returns the outcomes that were already heard for it */
  sent(message: Message, messageId: string): Hearing<Message>[] {
    this.#all.set(messageId, { message, messageId });
    this.#unsettled += 1;
    const early = this.#early.get(messageId) ?? [];
    this.#early.delete(messageId);
    return early.map((outcome) => this.heard(outcome));
  }

  heard(outcome: Outcome): Hearing<Message> {
    const awaited = this.#all.get(outcome.messageId);
    if (awaited === undefined) {
      this.#early.set(outcome.messageId, [...(this.#early.get(outcome.messageId) ?? []), outcome]);
      return { kind: 'unknown' };
    }
    const slot = outcome.outcome === 'parked' ? 'parked' : isQrOfCreate(outcome) ? 'qr' : 'answer';
    const before = awaited[slot];
    // SNS reorders: what was answered is not parked any more.
    if (slot === 'parked' && awaited.answer !== undefined) return { kind: 'heard-before' };
    if (before !== undefined) {
      const same = before.outcomeId === outcome.outcomeId;
      return same ? { kind: 'heard-before' } : { kind: 'contradiction', awaited, outcome };
    }
    const [wasSettled, wasParked] = [isSettled(awaited), isParked(awaited)];
    awaited[slot] = outcome;
    if (isSettled(awaited) && !wasSettled) this.#unsettled -= 1;
    this.#parked += Number(isParked(awaited)) - Number(wasParked);
    return { kind: 'news', awaited, outcome };
  }

  /** The ledger has the QR code of a message that was answered. @returns whether that was news */
  qrStored(messageId: string): boolean {
    const awaited = this.#all.get(messageId);
    if (awaited === undefined || isSettled(awaited)) return false;
    awaited.qrStored = true;
    if (isSettled(awaited)) this.#unsettled -= 1;
    return isSettled(awaited);
  }

  /** How many messages still wait for something, the parked ones among them. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** How many of those are parked: no use waiting for them. */
  get parked(): number {
    return this.#parked;
  }

  /** In the order in which they were sent. */
  all(): Awaited<Message>[] {
    return [...this.#all.values()];
  }

  /** Outcomes for messages that were never sent from here. */
  strays(): Outcome[] {
    return [...this.#early.values()].flat();
  }
}

/** Whether the create asked for a code and, having been carried out through this message, will be told of it. */
export function owesQr({ message, answer }: Awaited<{ asksForQr: boolean }>): boolean {
  return message.asksForQr && answer?.outcome === 'created' && !answer.repeat;
}

export function isParked({ parked, answer }: Pick<Awaited<unknown>, 'parked' | 'answer'>): boolean {
  return parked !== undefined && answer === undefined;
}

export function isSettled(awaited: Awaited<{ asksForQr: boolean }>): boolean {
  const { answer, qr, qrStored } = awaited;
  return answer !== undefined && (!owesQr(awaited) || qr !== undefined || qrStored === true);
}

function isQrOfCreate({ action, outcome }: Outcome): boolean {
  return action === 'create' && (outcome === 'qr-ready' || outcome === 'qr-failed');
}
