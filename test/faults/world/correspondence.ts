import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';

/** A command as the tests send it: an input of the contract, which the workers check. */
export interface TestCommand {
  specVersion: '1.0';
  source: string;
  requestId: string;
  action: 'create' | 'update' | 'delete' | 'qr' | 'adopt' | 'migrate';
  onelinkId: string;
  shortlinkId?: string;
  data?: Record<string, string>;
  ttl?: string;
  renewTtl?: boolean;
  keepUntil?: string;
  qr?: { format: 'png' | 'jpg'; size: number };
  requestedAt: string;
}

/** A message that was sent, and all its outcomes. */
export interface SentCommand {
  command: TestCommand;
  messageId: string;
  /** Outcomes of the command itself, in the order of their receipt. */
  answers: Outcome[];
  /** Its `parked` outcomes, which are not final. */
  parked: Outcome[];
  /** Outcomes of the QR code that a create requested. */
  codes: Outcome[];
}

/** No command requests these, so they name no message of the test. */
const linkOutcomeKinds: readonly Outcome['outcome'][] = ['expired', 'renewed', 'expiring-soon'];

/** All messages and all outcomes. A producer would stop after the first outcome of a message. */
export class Correspondence {
  readonly #sent = new Map<string, SentCommand>();
  readonly #early: Outcome[] = [];
  readonly #linkOutcomes: Outcome[] = [];

  sent(command: TestCommand, messageId: string): void {
    const one: SentCommand = { command, messageId, answers: [], parked: [], codes: [] };
    this.#sent.set(messageId, one);
    // An outcome may come before the answer of SendMessage.
    for (const outcome of this.#early.splice(0)) this.received(outcome);
  }

  received(outcome: Outcome): void {
    if (linkOutcomeKinds.includes(outcome.outcome)) {
      this.#linkOutcomes.push(outcome);
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

  /** Outcomes of links' ends and renewals, in the order of their receipt. */
  linkOutcomes(): readonly Outcome[] {
    return this.#linkOutcomes;
  }

  /** Each request's messages: a command and its copies. */
  requests(): Map<string, SentCommand[]> {
    return Map.groupBy(this.all(), ({ command }) => `${command.source}/${command.requestId}`);
  }

  /** Messages without an outcome, and one message of each request whose QR code has no outcome. */
  unsettled(): SentCommand[] {
    return [...this.requests().values()].flatMap((copies) => {
      const unanswered = copies.filter(({ answers }) => answers.length === 0);
      if (unanswered.length > 0) return unanswered;
      return lacksCode(copies) ? copies.slice(0, 1) : [];
    });
  }

  /** Resolves to whether all messages have their outcome. It gives up after so many seconds without a new outcome. */
  settled(patienceSeconds: number): Promise<boolean> {
    return this.becomes(() => this.unsettled().length === 0, patienceSeconds);
  }

  /** Resolves to whether the condition became true. It gives up after so many seconds without a new outcome. */
  async becomes(isSo: () => boolean | Promise<boolean>, patienceSeconds: number): Promise<boolean> {
    let [received, since] = [this.#receivedCount(), performance.now()];
    while (!(await isSo())) {
      const now = this.#receivedCount();
      if (now !== received) [received, since] = [now, performance.now()];
      if (performance.now() - since > patienceSeconds * 1000) return false;
      await sleep(100);
    }
    return true;
  }

  #receivedCount(): number {
    return this.all().reduce(
      (sum, { answers, parked, codes }) => sum + answers.length + parked.length + codes.length,
      0,
    );
  }
}

function lacksCode(copies: readonly SentCommand[]): boolean {
  const [first] = copies;
  if (first?.command.action !== 'create' || first.command.qr === undefined) return false;
  const made = copies.some(({ answers }) => answers.some(({ outcome }) => outcome === 'created'));
  return made && copies.every(({ codes }) => codes.length === 0);
}
