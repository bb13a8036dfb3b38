import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';

/** A message that was sent, and the outcomes received for it. */
export interface Awaited<Message> {
  message: Message;
  messageId: string;
  /** The `parked` outcome. The final outcome follows when there is quota, which may be next month. */
  parked?: Outcome;
  /** The outcome of the command itself. */
  answer?: Outcome;
  /** The outcome of the QR code that a create asked for with its link. */
  qr?: Outcome;
  /** The ledger records the QR code, and its outcome was missed. */
  qrStored?: true;
}

/** How a received outcome relates to the messages sent. */
export type Receipt<Message> =
  | { kind: 'news'; awaited: Awaited<Message>; outcome: Outcome }
  /** SNS or SQS repeated it, or the worker published it twice around a crash. */
  | { kind: 'received-before' }
  /** It differs from the earlier outcome of the message, which must never happen. */
  | { kind: 'contradiction'; awaited: Awaited<Message>; outcome: Outcome }
  /** It belongs to a message that this program has not sent, or has not recorded yet. */
  | { kind: 'unknown' };

/**
 * Matches outcomes to messages by the message ID from SQS. A message is settled when it has its final outcome. A create
 * with a QR code also needs the outcome of the code. `parked` is not a final outcome.
 */
export class AwaitedOutcomes<Message extends { asksForQr: boolean }> {
  readonly #all = new Map<string, Awaited<Message>>();
  /** An outcome can come before the response of SendMessage. */
  readonly #early = new Map<string, Outcome[]>();
  /** How many messages still wait for an outcome, with the parked ones. */
  unsettled = 0;
  /** How many of those are parked. It may take weeks until they have a final outcome. */
  parked = 0;

  /** @returns the outcomes already received for it */
  sent(message: Message, messageId: string): Receipt<Message>[] {
    this.#all.set(messageId, { message, messageId });
    this.unsettled += 1;
    const early = this.#early.get(messageId) ?? [];
    this.#early.delete(messageId);
    return early.map((outcome) => this.received(outcome));
  }

  received(outcome: Outcome): Receipt<Message> {
    const awaited = this.#all.get(outcome.messageId);
    if (awaited === undefined) {
      const early = this.#early.get(outcome.messageId) ?? [];
      const isKnown = early.some(({ outcomeId }) => outcomeId === outcome.outcomeId);
      if (!isKnown) this.#early.set(outcome.messageId, [...early, outcome]);
      return { kind: 'unknown' };
    }
    const slot = outcome.outcome === 'parked' ? 'parked' : isQrOfCreate(outcome) ? 'qr' : 'answer';
    const before = awaited[slot];
    // SNS may reorder outcomes: `parked` after the final outcome is out of date.
    if (slot === 'parked' && awaited.answer !== undefined) return { kind: 'received-before' };
    if (before !== undefined) {
      const same = before.outcomeId === outcome.outcomeId;
      return same ? { kind: 'received-before' } : { kind: 'contradiction', awaited, outcome };
    }
    const [wasSettled, wasParked] = [isSettled(awaited), isParked(awaited)];
    awaited[slot] = outcome;
    if (isSettled(awaited) && !wasSettled) this.unsettled -= 1;
    this.parked += Number(isParked(awaited)) - Number(wasParked);
    return { kind: 'news', awaited, outcome };
  }

  /** Notes that the ledger has the QR code of a message with its final outcome. @returns whether that was news */
  qrStored(messageId: string): boolean {
    const awaited = this.#all.get(messageId);
    if (awaited === undefined || isSettled(awaited)) return false;
    awaited.qrStored = true;
    if (isSettled(awaited)) this.unsettled -= 1;
    return isSettled(awaited);
  }

  /** All messages in the order of sending. */
  all(): Awaited<Message>[] {
    return [...this.#all.values()];
  }

  /** Outcomes of messages that this program did not send. */
  strays(): Outcome[] {
    return [...this.#early.values()].flat();
  }
}

/** Whether this message will get the outcome of a QR code: it made its link, and asked for a code. */
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
