import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';

/** A command as the tests send it: an input of the contract, which the workers check. */
export interface TestCommand {
  specVersion: '1.0';
  source: string;
  requestId: string;
  action: 'create' | 'update' | 'delete' | 'qr';
  onelinkId: string;
  shortlinkId?: string;
  data?: Record<string, string>;
  ttl?: string;
  renewTtl?: boolean;
  keepUntil?: string;
  qr?: { format: 'png' | 'jpg'; size: number };
  requestedAt: string;
}

/** A message that was sent, and everything that was heard of it. */
export interface SentCommand {
  command: TestCommand;
  messageId: string;
  /** What was told of the command itself, in the order it was heard. */
  answers: Outcome[];
  /** That it was parked, which is not the last word. */
  parked: Outcome[];
  /** What was told of the code that a create asked for with its link. */
  codes: Outcome[];
}

/** Nobody asks for these, and no message of the tests' is named in them. */
const unaskedKinds: readonly Outcome['outcome'][] = ['expired', 'renewed', 'expiring-soon'];

/** All that was sent and all that was heard: unlike a producer's, which stops listening once it knows. */
export class Correspondence {
  readonly #sent = new Map<string, SentCommand>();
  readonly #early: Outcome[] = [];
  readonly #unasked: Outcome[] = [];

  sent(command: TestCommand, messageId: string): void {
    const one: SentCommand = { command, messageId, answers: [], parked: [], codes: [] };
    this.#sent.set(messageId, one);
    // An outcome can be quicker than the answer of SendMessage.
    for (const outcome of this.#early.splice(0)) this.heard(outcome);
  }

  heard(outcome: Outcome): void {
    if (unaskedKinds.includes(outcome.outcome)) {
      this.#unasked.push(outcome);
      return;
    }
    const one = this.#sent.get(outcome.messageId);
    if (one === undefined) this.#early.push(outcome);
    else if (outcome.action === 'create' && outcome.outcome.startsWith('qr-')) one.codes.push(outcome);
    else if (outcome.outcome === 'parked') one.parked.push(outcome);
    else one.answers.push(outcome);
  }

  all(): SentCommand[] {
    return [...this.#sent.values()];
  }

  /** What was told of links whose time had come, in the order it was heard. */
  unasked(): readonly Outcome[] {
    return this.#unasked;
  }

  /** Outcomes for messages that were never sent from here. */
  strays(): Outcome[] {
    return [...this.#early];
  }

  /** By request: a command and its copies. */
  requests(): Map<string, SentCommand[]> {
    return Map.groupBy(this.all(), ({ command }) => `${command.source}/${command.requestId}`);
  }

  /** Messages without an outcome, and one of each request whose link was made and whose code was never told of. */
  unsettled(): SentCommand[] {
    return [...this.requests().values()].flatMap((copies) => {
      const unanswered = copies.filter(({ answers }) => answers.length === 0);
      if (unanswered.length > 0) return unanswered;
      return owesCode(copies) ? copies.slice(0, 1) : [];
    });
  }

  /** Resolves to whether everything was settled before the patience ended, which begins anew with each outcome. */
  async settled(patienceSeconds: number, onProgress: (unsettled: number) => void = () => {}): Promise<boolean> {
    return this.comesAbout(() => {
      const { length } = this.unsettled();
      if (length > 0) onProgress(length);
      return length === 0;
    }, patienceSeconds);
  }

  /** Resolves to whether it came about before the patience ended, which begins anew with each outcome. */
  async comesAbout(isSo: () => boolean | Promise<boolean>, patienceSeconds: number): Promise<boolean> {
    let [heard, since] = [this.#heardCount(), performance.now()];
    while (!(await isSo())) {
      const now = this.#heardCount();
      if (now !== heard) [heard, since] = [now, performance.now()];
      if (performance.now() - since > patienceSeconds * 1000) return false;
      await sleep(100);
    }
    return true;
  }

  #heardCount(): number {
    return this.all().reduce(
      (sum, { answers, parked, codes }) => sum + answers.length + parked.length + codes.length,
      0,
    );
  }
}

function owesCode(copies: readonly SentCommand[]): boolean {
  const [first] = copies;
  if (first?.command.action !== 'create' || first.command.qr === undefined) return false;
  const made = copies.some(({ answers }) => answers.some(({ outcome }) => outcome === 'created'));
  return made && copies.every(({ codes }) => codes.length === 0);
}
