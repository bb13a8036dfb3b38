import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { MessageSketch } from '../../files/message.ts';
import { type Place, placeWords } from '../../files/place-words.ts';
import { type Awaited, AwaitedOutcomes, type Hearing, isParked, isSettled } from '../../pipeline/awaited-outcomes.ts';
import { outcomeWords, tallyWords, unwelcome } from '../../terminal/outcome-words.ts';
import { n } from '../../words.ts';
import { canBeLookedUp, type Missed } from './missed-outcomes.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { done: 0, notCarriedOut: 1, nothingSent: 2, unanswered: 3, partlySent: 4 } as const;

/** Of the messages without an outcome, so many are named. */
const openNamed = 20;

/** A message on its way to a lane. What is in it is not kept: there may be millions of them. */
export interface Outgoing extends Place, MessageSketch {
  lane: string;
}

/** What was sent and what is answered, printed as it comes in. Ends by itself when there is nothing more to wait for. */
export class Conversation {
  readonly #json: boolean;
  readonly #awaited = new AwaitedOutcomes<Outgoing>();
  readonly #tally = new Map<string, number>();
  readonly #over = new AbortController();
  #timeoutSeconds = 0;
  #timer: NodeJS.Timeout | undefined;
  #refused = false;
  #sent = 0;
  #newsAt = performance.now();

  constructor(json: boolean) {
    this.#json = json;
  }

  /** Aborts when every message is answered or parked, or when there was no news for too long. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  sent(message: Outgoing, messageId: string): void {
    this.#sent += 1;
    for (const hearing of this.#awaited.sent(message, messageId)) this.#print(hearing);
  }

  heard(outcome: Outcome): void {
    this.#print(this.#awaited.heard(outcome));
  }

  get sentCount(): number {
    return this.#sent;
  }

  /** Since the last news, or since all was sent. */
  get quietSeconds(): number {
    return (performance.now() - this.#newsAt) / 1000;
  }

  /** What is neither answered nor parked, in the order in which it was sent. */
  open(): Awaited<Outgoing>[] {
    return this.#awaited.all().filter((one) => !isSettled(one) && !isParked(one));
  }

  /** What the ledger knows of messages whose outcomes were not heard. */
  found({ answers, codes }: Missed): void {
    for (const answer of answers) this.heard(answer);
    for (const messageId of codes) if (this.#awaited.qrStored(messageId)) this.#rest();
  }

  /** @param timeoutSeconds to wait for further outcomes, from each piece of news on */
  allSent(timeoutSeconds: number): void {
    this.#timeoutSeconds = timeoutSeconds;
    this.#newsAt = performance.now();
    this.#rest();
  }

  /** Says what has become of what was sent. @returns the exit code, if all was sent */
  close(waited: boolean): number {
    clearTimeout(this.#timer);
    const [all, open] = [this.#awaited.all(), this.open()];
    const parked = all.filter(isParked).length;
    const say = (text: string) => console.error(text);
    if (!waited) {
      say(`${n(this.#sent)} sent`);
      return exitCode.done;
    }
    for (const { message, answer } of open.slice(0, openNamed)) {
      say(`${placeWords(message)}: ${answer === undefined ? silenceWords(message) : 'its QR code is not there yet'}`);
    }
    if (open.length > openNamed) say(`and ${n(open.length - openNamed)} more without an outcome`);
    const tally = tallyWords(
      new Map([
        ...this.#tally,
        ...(parked > 0 ? [['parked', parked] as const] : []),
        ...(open.length > 0 ? [['still open', open.length] as const] : []),
      ]),
    );
    say(`${n(this.#sent)} sent: ${tally || 'nothing heard'}`);
    if (parked > 0)
      say(`${n(parked)} parked: they wait for quota, and are carried out by themselves when there is some.`);
    if (open.length > 0) say('To see what has become of one: onelink trace --source <name> --request-id <id>');
    if (open.some(({ answer }) => answer === undefined)) {
      say('A rejected command leaves no record to look up. Whether one is invalid: onelink plan <file>');
    }
    if (open.length > 0 || parked > 0) return exitCode.unanswered;
    return this.#refused ? exitCode.notCarriedOut : exitCode.done;
  }

  #print(hearing: Hearing<Outgoing>): void {
    if (hearing.kind !== 'news') return;
    this.#newsAt = performance.now();
    const { outcome } = hearing;
    const kind = outcome.repeat ? 'repeated' : outcome.outcome;
    // What is parked gets its own outcome later: it is counted at the end.
    if (kind !== 'parked') this.#tally.set(kind, (this.#tally.get(kind) ?? 0) + 1);
    this.#refused ||= unwelcome.has(outcome.outcome);
    const where = placeWords(hearing.awaited.message);
    for (const words of this.#json ? [JSON.stringify(outcome)] : outcomeWords(outcome, where)) console.log(words);
    this.#rest();
  }

  #rest(): void {
    if (this.#timeoutSeconds === 0) return;
    clearTimeout(this.#timer);
    if (this.#awaited.unsettled === this.#awaited.parked) this.#over.abort();
    else this.#timer = setTimeout(() => this.#over.abort(), this.#timeoutSeconds * 1000);
  }
}

function silenceWords(message: MessageSketch): string {
  if (canBeLookedUp(message)) return 'no outcome yet';
  return 'no outcome yet: without a valid source and requestId it can only be rejected, and cannot be looked up';
}
