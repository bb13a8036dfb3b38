import type { RefusedCommand } from '../domain/contract/command-reading.ts';
import type { Decision, RequestIdentity } from '../domain/contract/outcome.ts';
import type { Renewals } from '../domain/control/renewals.ts';
import { isOfErased, precedesErasure, subjectErased } from '../domain/link/erasure.ts';
import { answerTo, type RequestRecord, requestIdReused } from '../domain/link/ledger-record.ts';
import { hasBegun, rememberedUntil } from '../domain/link/link-state.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { type Deadline, type Delivery, type Disposition, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import { adoptLink } from './adopt.ts';
import { type Answer, type NoDecision, staleAnswer } from './answer.ts';
import type { AnsweredRequests } from './answered-requests.ts';
import type { Attempt } from './attempt.ts';
import type { BatchGate } from './batch-gate.ts';
import { changeLink } from './change.ts';
import { compensate } from './compensation.ts';
import { createLink } from './create.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import { getLink } from './get.ts';
import { linkOfCommand } from './link-of-command.ts';
import { migrateLink } from './migrate.ts';
import { addressIn, type Parking } from './parking.ts';
import type { LinkWorkerPorts } from './ports.ts';
import { type Accepted, askedBy, Publishing } from './publishing.ts';
import { disown } from './taken-over-link.ts';

/** The shared context of one batch's commands. */
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
 * One command from delivery to disposition. It carries the command out (link record included), and then writes the
 * request record, the outcome and the QR job, in that order. It may crash between any two steps, and the next delivery
 * continues.
 */
export class CommandWork {
  readonly #batch: BatchContext;
  readonly #publishing: Publishing;

  constructor(batch: BatchContext) {
    this.#batch = batch;
    this.#publishing = new Publishing(batch.settings.LANE, batch.ports);
  }

  handle(item: Accepted): Promise<Disposition> {
    const { command, delivery } = item;
    const { deadline, answered, parking } = this.#batch;
    return this.#orTryAgain(command, delivery, async () => {
      if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return 'out-of-time';
      const known = await answered.recordOf(command);
      if (known !== undefined) return this.#answerAgain(item, known);
      const { sentAtMilliseconds } = delivery;
      if (precedesErasure({ ...command, sentAtMilliseconds }, await answered.erasedAt(askedBy(item)))) {
        return this.#endErased(item);
      }
      const answer = await this.#carryOut(item);
      if (answer === 'park') return this.#park(item, parking.reason);
      if (answer === 'queue-behind') {
        return delivery.replayed ? 'try-again' : this.#park(item, 'behind-parked-commands');
      }
      if (typeof answer !== 'string') return this.#conclude(item, answer);
      if (answer === 'handed-on') {
        await parking.leaveOrder(item);
        return 'done';
      }
      if (answer !== 'look-again') this.#publishing.returned(item, answer);
      return answer;
    });
  }

  /** Archives and answers an invalid command, without spending quota. */
  refuse(delivery: Delivery, { faults, ...asked }: RefusedCommand): Promise<Disposition> {
    return this.#orTryAgain(asked, delivery, async () => {
      await this.#publishing.unrecorded({ outcome: 'rejected', reason: 'invalid-command', faults }, asked, delivery);
      return 'done';
    });
  }

  /** If the ledger, the topic or a queue fails, the command returns, because each step can be repeated. */
  async #orTryAgain(asked: RequestIdentity, delivery: Delivery, run: () => Promise<Disposition>): Promise<Disposition> {
    try {
      return await run();
    } catch (error) {
      this.#publishing.failed(asked, delivery, error);
      return 'try-again';
    }
  }

  /** Publishes the recorded outcome of a request again, without a call to the API. */
  async #answerAgain(
    item: Accepted,
    known: RequestRecord,
    mayHaveMade = item.delivery.receiveCount > 1,
  ): Promise<Disposition> {
    const { command, delivery, digest } = item;
    const { parking } = this.#batch;
    if (known.commandDigest !== digest) {
      await this.#publishing.unrecorded(requestIdReused, command, delivery);
      return 'done';
    }
    if (mayHaveMade) {
      const left = await this.#undo(item, known.outcome);
      if (left === 'park') return this.#park(item, parking.reason);
      if (left !== undefined) return left;
    }
    await parking.leaveOrder(item);
    const outcome = answerTo(delivery, known);
    // A row that the campaign sender sends again has the message ID of the first time. But it is a message of its own.
    const isCopy = outcome.repeat || delivery.receiveCount === 1;
    if (isCopy) this.#batch.ports.observer.count(laneMetric.commandRepeated);
    await this.#publishing.publish(outcome, delivery, { calls: item.calls, isCopy });
    // An earlier delivery of this message may have crashed between its outcome and its QR job.
    if (!outcome.repeat) await this.#publishing.enqueueQrOf(item, outcome);
    return 'done';
  }

  async #carryOut(item: Accepted): Promise<Answer | 'handed-on' | 'queue-behind'> {
    const { command } = item;
    const { ports, gate, parking } = this.#batch;
    const stale = command.validUntil !== undefined && Date.parse(command.validUntil) < ports.clock.wallMilliseconds();
    // If an earlier delivery began in time, the worker completes it: it reads the link and sends no write.
    if (stale && !(await this.#mayHaveBegun(item))) return staleAnswer;
    const closed = gate.closedFor(command.action);
    // Looking for the link costs no quota.
    if (closed !== undefined && !(stale && closed === 'park')) return closed;
    // A get changes nothing, so it has no place among the changes of its link.
    if (command.action !== 'get' && (await parking.mustQueueBehind(item))) return 'queue-behind';
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
        const { address, state, version, erased } = link.record;
        if (erased) return subjectErased;
        if (state === 'deleted') return { outcome: 'rejected', reason: 'link-deleted', link: address };
        await this.#publishing.enqueueQr(item, { ...address, version }, command.qr);
        return 'handed-on';
      }
      case 'get':
        return getLink({ ...attempt, command });
      case 'adopt':
        return adoptLink({ ...attempt, command });
      case 'migrate':
        return migrateLink({ ...attempt, command });
    }
  }

  /** Ends a command whose subject has been erased since. An earlier delivery may have made its link. */
  async #endErased(item: Accepted): Promise<Disposition> {
    if (item.delivery.receiveCount > 1) {
      const left = await this.#undo(item, subjectErased);
      if (left === 'park') return 'try-again';
      if (left !== undefined) return left;
    }
    return this.#conclude(item, subjectErased);
  }

  /** Undoes what another delivery of a command may have done beyond its outcome. */
  async #undo(item: Accepted, { outcome, ...decision }: Decision): Promise<NoDecision | undefined> {
    const { command } = item;
    const attempt = this.#attempt(item);
    if (command.action === 'create') return compensate({ ...attempt, command }, { outcome, ...decision });
    if (command.action !== 'adopt' && command.action !== 'migrate') return undefined;
    if (outcome === 'adopted' || outcome === 'migrated') return undefined;
    return disown({ ...attempt, command });
  }

  /** Parks a command in the archive until there is quota. */
  async #park(item: Accepted, reason: string): Promise<Disposition> {
    const { command, delivery, calls } = item;
    await this.#batch.parking.putAway(item);
    const address = addressIn(command);
    const decision: Decision = { outcome: 'parked', reason, ...(address !== undefined && { link: address }) };
    await this.#publishing.unrecorded(decision, command, delivery, calls);
    return 'done';
  }

  #attempt({ command, delivery, calls }: Accepted, { mayWrite } = { mayWrite: true }): Attempt {
    const { secret, settings, ports, gate } = this.#batch;
    const api = gate.apiFor(command.source, calls);
    return { command, receiveCount: delivery.receiveCount, mayWrite, secret, settings, ports: { ...ports, api } };
  }

  /**
   * Whether an earlier delivery or a copy may have sent a write. A create needs a GET, and any other command its link's record.
   */
  async #mayHaveBegun({ command }: Accepted): Promise<boolean> {
    if (command.action === 'create') return true;
    if (command.action === 'qr' || command.action === 'get') return false;
    const { onelinkId, shortlinkId } = command;
    const record = await this.#batch.ports.ledger.link({ onelinkId, shortlinkId });
    return record !== undefined && hasBegun(record, command);
  }

  async #conclude(item: Accepted, decision: Decision): Promise<Disposition> {
    const { command, delivery, digest, calls } = item;
    const { ports, settings, answered, renewals, parking } = this.#batch;
    const isErased = isOfErased(decision);
    const asked = isErased ? { ...command, metadata: undefined } : command;
    if (command.action === 'get') {
      // Its answer may hold the link's data, which is never stored. So a repeat reads again.
      await this.#publishing.unrecorded(decision, asked, delivery, calls);
      return 'done';
    }
    const outcome = this.#publishing.outcome(decision, asked, delivery);
    const record: RequestRecord = {
      ...(isErased ? { source: command.source, requestId: command.requestId } : askedBy(item)),
      commandDigest: digest,
      outcome,
      expiresAt: rememberedUntil(secondsNow(ports.clock), settings.DEDUPLICATION_WINDOW_DAYS),
    };
    // The first recorded outcome wins. Another environment may have completed a copy of this request in the meantime.
    const before = await ports.ledger.rememberRequest(record);
    await answered.add(before ?? record);
    if (before !== undefined) return this.#answerAgain(item, before, true);
    await this.#publishing.publish(outcome, delivery, item);
    await this.#publishing.enqueueQrOf(item, outcome);
    await parking.leaveOrder(item);
    // Of a link that was its source's already, nothing has changed.
    const expiresAt = outcome.reason === undefined ? outcome.link?.expiresAt : undefined;
    if ('keepUntil' in command && command.keepUntil !== undefined && expiresAt !== undefined) {
      renewals.add(expiresAt, command.keepUntil);
    }
    return 'done';
  }
}
