import type { RefusedCommand } from '../domain/contract/command-reading.ts';
import type { Asked, Decision } from '../domain/contract/outcome.ts';
import type { Renewals } from '../domain/control/renewals.ts';
import { answerTo, type RequestRecord, requestIdReused } from '../domain/link/ledger-record.ts';
import { hasBegun, rememberedUntil } from '../domain/link/link-state.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { type Deadline, type Delivery, type Disposition, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import { type Answer, staleAnswer } from './answer.ts';
import type { AnsweredRequests } from './answered-requests.ts';
import type { Attempt } from './attempt.ts';
import type { BatchGate } from './batch-gate.ts';
import { changeLink } from './change.ts';
import { createLink } from './create.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import { linkOfCommand } from './link-of-command.ts';
import { addressIn, type Parking } from './parking.ts';
import type { LinkWorkerPorts } from './ports.ts';
import { takeBack } from './take-back.ts';
import { type Accepted, Telling } from './telling.ts';

/** What the commands of one batch share. */
export interface BatchContext {
  secret: string;
  settings: LinkWorkerEnvironment;
  ports: LinkWorkerPorts;
  parking: Parking;
  gate: BatchGate;
  renewals: Renewals;
  deadline: Deadline;
  answered: AnsweredRequests;
}

/**
 * One command from delivery to disposition: carry it out (link record included), then request record, outcome, QR job, in
 * that order. It may end between any two steps; the next delivery finds what was done and goes on from there.
 */
export class CommandWork {
  readonly #batch: BatchContext;
  readonly #telling: Telling;

  constructor(batch: BatchContext) {
    this.#batch = batch;
    this.#telling = new Telling(batch.settings.LANE, batch.ports);
  }

  handle(item: Accepted): Promise<Disposition> {
    const { command, delivery } = item;
    const { deadline, answered, parking } = this.#batch;
    return this.#orTryAgain(command, delivery, async () => {
      if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return 'out-of-time';
      const known = await answered.recordOf(command);
      if (known !== undefined) return this.#answerAgain(item, known);
      const answer = await this.#carryOut(item);
      if (answer === 'park') return this.#park(item, parking.reason);
      if (answer === 'stand-behind') {
        return delivery.replayed ? 'try-again' : this.#park(item, 'behind-parked-commands');
      }
      if (typeof answer !== 'string') return this.#conclude(item, answer);
      if (answer === 'handed-on') {
        await parking.leavePlace(item);
        return 'done';
      }
      this.#telling.returned(item, answer);
      return answer;
    });
  }

  /** A command that is not valid: archived and answered, at no cost of quota. */
  refuse(delivery: Delivery, { faults, ...asked }: RefusedCommand): Promise<Disposition> {
    return this.#orTryAgain(asked, delivery, async () => {
      await this.#telling.reject({ outcome: 'rejected', reason: 'invalid-command', faults }, asked, delivery);
      return 'done';
    });
  }

  /** Whatever fails on the way (the ledger, the topic, a queue) brings the command back: each step can be repeated. */
  async #orTryAgain(asked: Asked, delivery: Delivery, run: () => Promise<Disposition>): Promise<Disposition> {
    try {
      return await run();
    } catch (error) {
      this.#telling.failed(asked, delivery, error);
      return 'try-again';
    }
  }

  /** The request was answered before: the same words again, and no call to the API. */
  async #answerAgain(
    item: Accepted,
    known: RequestRecord,
    mayHaveMade = item.delivery.receiveCount > 1,
  ): Promise<Disposition> {
    const { command, delivery, digest } = item;
    const { parking } = this.#batch;
    if (known.commandDigest !== digest) {
      await this.#telling.reject(requestIdReused, command, delivery);
      return 'done';
    }
    if (command.action === 'create' && mayHaveMade) {
      const left = await takeBack({ ...this.#attempt(item), command }, known.outcome);
      if (left === 'park') return this.#park(item, parking.reason);
      if (left !== undefined) return left;
    }
    await parking.leavePlace(item);
    const outcome = answerTo(delivery, known);
    if (outcome.repeat) this.#batch.ports.observer.count(laneMetric.commandRepeated);
    await this.#telling.publish(outcome, delivery, item.calls);
    // This message's own first attempt may have ended between its outcome and its QR job.
    if (!outcome.repeat) await this.#telling.askForQrOf(item, outcome);
    return 'done';
  }

  async #carryOut(item: Accepted): Promise<Answer | 'handed-on' | 'stand-behind'> {
    const { command } = item;
    const { ports, gate, parking } = this.#batch;
    const stale = command.validUntil !== undefined && Date.parse(command.validUntil) < ports.clock.wallMilliseconds();
    // What an earlier delivery began in time is brought to its end: the link is looked for, and nothing sent.
    if (stale && !(await this.#mayHaveBegun(item))) return staleAnswer;
    const closed = gate.closedFor(command.action);
    // To look costs no quota.
    if (closed !== undefined && !(stale && closed === 'park')) return closed;
    if (await parking.mustStandBehind(item)) return 'stand-behind';
    const attempt = this.#attempt(item, { mayWrite: !stale });
    switch (command.action) {
      case 'create':
        return createLink({ ...attempt, command });
      case 'update':
      case 'delete':
        return changeLink({ ...attempt, command });
      case 'qr': {
        const { onelinkId, shortlinkId } = command;
        const link = await linkOfCommand({ ...attempt, command });
        if (link === 'absent')
          return { outcome: 'rejected', reason: 'link-not-found', link: { onelinkId, shortlinkId } };
        if ('answer' in link) return link.answer;
        const { address, state, version } = link.record;
        if (state === 'deleted') return { outcome: 'rejected', reason: 'link-deleted', link: address };
        await this.#telling.askForQr(item, { ...address, version }, command.qr);
        return 'handed-on';
      }
    }
  }

  /** To the archive until there is quota again. */
  async #park(item: Accepted, reason: string): Promise<Disposition> {
    const { command, delivery, calls } = item;
    await this.#batch.parking.putAway(item);
    const address = addressIn(command);
    const decision: Decision = { outcome: 'parked', reason, ...(address !== undefined && { link: address }) };
    await this.#telling.publish(this.#telling.outcome(decision, command, delivery), delivery, calls);
    return 'done';
  }

  #attempt({ command, delivery, calls }: Accepted, { mayWrite } = { mayWrite: true }): Attempt {
    const { secret, settings, ports, gate } = this.#batch;
    const api = gate.apiFor(command.source, calls);
    return { command, receiveCount: delivery.receiveCount, mayWrite, secret, settings, ports: { ...ports, api } };
  }

  /** Whether an earlier delivery, or a copy, may have sent something: a look tells of a create; of a change its link's record. */
  async #mayHaveBegun({ command }: Accepted): Promise<boolean> {
    if (command.action === 'create') return true;
    if (command.action === 'qr') return false;
    const { onelinkId, shortlinkId } = command;
    const record = await this.#batch.ports.ledger.link({ onelinkId, shortlinkId });
    return record !== undefined && hasBegun(record, command);
  }

  async #conclude(item: Accepted, decision: Decision): Promise<Disposition> {
    const { command, delivery, digest } = item;
    const { ports, settings, answered, renewals, parking } = this.#batch;
    const outcome = this.#telling.outcome(decision, command, delivery);
    const record: RequestRecord = {
      source: command.source,
      requestId: command.requestId,
      commandDigest: digest,
      outcome,
      expiresAt: rememberedUntil(secondsNow(ports.clock), settings.DEDUPLICATION_WINDOW_DAYS),
    };
    // The first word counts: a copy of the request, in another environment, may have had its answer meanwhile.
    const before = await ports.ledger.rememberRequest(record);
    await answered.add(before ?? record);
    if (before !== undefined) return this.#answerAgain(item, before, true);
    await this.#telling.publish(outcome, delivery, item.calls);
    await this.#telling.askForQrOf(item, outcome);
    await parking.leavePlace(item);
    const { expiresAt } = outcome.link ?? {};
    if ('keepUntil' in command && command.keepUntil !== undefined && expiresAt !== undefined) {
      renewals.add(expiresAt, command.keepUntil);
    }
    return 'done';
  }
}
