import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { MessageSketch } from '../../files/message.ts';
import { type Place, placeWords } from '../../files/place-words.ts';
import { type Awaited, AwaitedOutcomes, isParked, isSettled, type Receipt } from '../../pipeline/awaited-outcomes.ts';
import { outcomeWords, tallyWords, unwelcome } from '../../terminal/outcome-words.ts';
import { n } from '../../words/words.ts';
import { canBeLookedUp, type Missed } from './missed-outcomes.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { done: 0, notCarriedOut: 1, nothingSent: 2, unanswered: 3, partlySent: 4 } as const;

/** How many messages without an outcome are named. */
const openNamed = 20;

/** A message sent to a lane. Its body is not kept, because there may be millions of them. */
export interface Outgoing extends Place, MessageSketch {
  lane: string;
}

/** Tracks the messages sent and prints each outcome as it comes in. It ends when there is nothing more to wait for. */
export class Conversation {
  readonly #json: boolean;
  readonly #awaited = new AwaitedOutcomes<Outgoing>();
  readonly #tally = new Map<string, number>();
  readonly #over = new AbortController();
  #timeoutSeconds = 0;
  #timer: NodeJS.Timeout | undefined;
  #refused = false;
  sentCount = 0;
  #newsAt = performance.now();

  constructor(json: boolean) {
    this.#json = json;
  }

  /** Aborts when every message has its outcome or is parked, or after the time-out without news. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  sent(message: Outgoing, messageId: string): void {
    this.sentCount += 1;
    for (const receipt of this.#awaited.sent(message, messageId)) this.#print(receipt);
  }

  /** @returns whether the outcome belongs to a message that was sent */
  received(outcome: Outcome): boolean {
    const receipt = this.#awaited.received(outcome);
    this.#print(receipt);
    return receipt.kind !== 'unknown';
  }

  /** Seconds since the last news, or since everything was sent. */
  get quietSeconds(): number {
    return (performance.now() - this.#newsAt) / 1000;
  }

  /** Messages that have no outcome and are not parked, in the order of sending. */
  open(): Awaited<Outgoing>[] {
    return this.#awaited.all().filter((one) => !isSettled(one) && !isParked(one));
  }

  /** Adds what the ledger records for messages whose outcomes were missed. */
  found({ answers, codes }: Missed): void {
    for (const answer of answers) this.received(answer);
    for (const messageId of codes) if (this.#awaited.qrStored(messageId)) this.#awaitNews();
  }

  /** @param timeoutSeconds how long to wait for the next outcome after each piece of news */
  allSent(timeoutSeconds: number): void {
    this.#timeoutSeconds = timeoutSeconds;
    this.#newsAt = performance.now();
    this.#awaitNews();
  }

  /** Prints a summary of the messages sent. @returns the exit code, if all were sent */
  close(waited: boolean): number {
    clearTimeout(this.#timer);
    const [all, open] = [this.#awaited.all(), this.open()];
    const waiting = all.filter(isParked);
    const parked = waiting.length;
    const held = waiting.filter((one) => one.parked?.reason === 'sender-unknown').length;
    const print = console.error;
    if (!waited) {
      print(`${n(this.sentCount)} sent`);
      return exitCode.done;
    }
    for (const { message, answer } of open.slice(0, openNamed)) {
      print(
        `${placeWords(message)}: ${answer === undefined ? silenceWords(message) : 'its QR code is not stored yet'}`,
      );
    }
    if (open.length > openNamed) print(`and ${n(open.length - openNamed)} more without an outcome`);
    const tally = tallyWords(
      new Map([
        ...this.#tally,
        ...(parked > 0 ? [['parked', parked] as const] : []),
        ...(open.length > 0 ? [['still open', open.length] as const] : []),
      ]),
    );
    print(`${n(this.sentCount)} sent: ${tally || 'no outcome received'}`);
    if (parked > held)
      print(`${n(parked - held)} parked: the replayer sends them back to their lane when there is quota.`);
    if (held > 0)
      print(`${n(held)} held: the source is bound, and you are not one of its senders. Run: onelink senders list`);
    if (open.length > 0) print('To trace a command, run: onelink trace --source <name> --request-id <id>');
    if (open.some(({ answer }) => answer === undefined)) {
      print('A rejected command leaves no record to look up. To check for invalid commands, run: onelink plan <file>');
      print(
        'If the worker rejected you as a sender, the outcome does not name your source. To check, run: onelink senders list',
      );
    }
    if (open.length > 0 || parked > 0) return exitCode.unanswered;
    return this.#refused ? exitCode.notCarriedOut : exitCode.done;
  }

  #print(receipt: Receipt<Outgoing>): void {
    if (receipt.kind !== 'news') return;
    this.#newsAt = performance.now();
    const { outcome } = receipt;
    const kind = outcome.repeat ? 'repeated' : outcome.outcome;
    // A parked command gets its final outcome later. The summary counts it.
    if (kind !== 'parked') this.#tally.set(kind, (this.#tally.get(kind) ?? 0) + 1);
    this.#refused ||= unwelcome.has(outcome.outcome);
    const where = placeWords(receipt.awaited.message);
    for (const words of this.#json ? [JSON.stringify(outcome)] : outcomeWords(outcome, where)) console.log(words);
    this.#awaitNews();
  }

  #awaitNews(): void {
    if (this.#timeoutSeconds === 0) return;
    clearTimeout(this.#timer);
    if (this.#awaited.unsettled === this.#awaited.parked) this.#over.abort();
    else this.#timer = setTimeout(() => this.#over.abort(), this.#timeoutSeconds * 1000);
  }
}

function silenceWords(message: MessageSketch): string {
  if (message.action === 'get') return 'no outcome yet: a get leaves no record, so send it again';
  if (canBeLookedUp(message)) return 'no outcome yet';
  return 'no outcome yet: without a valid source and requestId it ends as rejected, and has no record to look up';
}
