import type { Outcome } from '../../lambdas/domain/outcome.ts';
import { AwaitedOutcomes, type Hearing, isParked, isSettled } from '../client/awaited-outcomes.ts';
import type { MessageSketch } from '../client/message.ts';
import type { FileMessage } from '../client/message-file.ts';
import { outcomeWords, tallyWords, unwelcome } from '../client/outcome-words.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { done: 0, notCarriedOut: 1, nothingSent: 2, unanswered: 3 } as const;

/** A message on its way to a lane. */
export interface Outgoing extends FileMessage, MessageSketch {
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

  constructor(json: boolean) {
    this.#json = json;
  }

  /** Aborts when every message is answered or parked, or when there was no news for too long. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  sent(message: Outgoing, messageId: string): void {
    for (const hearing of this.#awaited.sent(message, messageId)) this.#print(hearing);
  }

  heard(outcome: Outcome): void {
    this.#print(this.#awaited.heard(outcome));
  }

  /** @param timeoutSeconds to wait for further outcomes, from each piece of news on */
  allSent(timeoutSeconds: number): void {
    this.#timeoutSeconds = timeoutSeconds;
    this.#rest();
  }

  /** Says how it went. @returns the exit code */
  close(wanted: number, unsent: number, waited: boolean): number {
    clearTimeout(this.#timer);
    const all = this.#awaited.all();
    const open = all.filter((one) => !isSettled(one) && !isParked(one));
    const parked = all.filter(isParked).length;
    const sent = wanted - unsent;
    const say = (text: string) => console.error(text);
    if (!waited) {
      say(`${sent.toLocaleString('en')} sent`);
      return unsent > 0 ? exitCode.unanswered : exitCode.done;
    }
    for (const { message, answer } of open) {
      say(`line ${message.line}: ${answer === undefined ? 'no outcome yet' : 'its QR code is not there yet'}`);
    }
    const tally = tallyWords(
      new Map([
        ...this.#tally,
        ...(parked > 0 ? [['parked', parked] as const] : []),
        ...(open.length > 0 ? [['still open', open.length] as const] : []),
      ]),
    );
    say(`${sent.toLocaleString('en')} sent: ${tally || 'nothing heard'}`);
    if (parked > 0) {
      say(
        `${parked.toLocaleString('en')} parked: they wait for quota, and are carried out by themselves when there is some.`,
      );
    }
    if (unsent > 0 || open.length > 0 || parked > 0) return exitCode.unanswered;
    return this.#refused ? exitCode.notCarriedOut : exitCode.done;
  }

  #print(hearing: Hearing<Outgoing>): void {
    if (hearing.kind !== 'news') return;
    const { outcome } = hearing;
    const kind = outcome.repeat ? 'repeated' : outcome.outcome;
    // What is parked gets its own outcome later: it is counted at the end.
    if (kind !== 'parked') this.#tally.set(kind, (this.#tally.get(kind) ?? 0) + 1);
    this.#refused ||= unwelcome.has(outcome.outcome);
    const { line } = hearing.awaited.message;
    for (const words of this.#json ? [JSON.stringify(outcome)] : outcomeWords(outcome, `line ${line}`))
      console.log(words);
    this.#rest();
  }

  #rest(): void {
    if (this.#timeoutSeconds === 0) return;
    clearTimeout(this.#timer);
    if (this.#awaited.unsettled === this.#awaited.parked) this.#over.abort();
    else this.#timer = setTimeout(() => this.#over.abort(), this.#timeoutSeconds * 1000);
  }
}
