import type { Command, QrOptions, RefusedCommand } from '../domain/contract/command.ts';
import { type Asked, type Decision, type Outcome, outcomeOf } from '../domain/contract/outcome.ts';
import type { Renewals } from '../domain/control/renewals.ts';
import type { RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { type Deadline, type Delivery, leastTimeMilliseconds, type Verdict } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import { type Answer, staleAnswer } from './answer.ts';
import type { AnsweredRequests } from './answered-requests.ts';
import type { BatchGate } from './batch-gate.ts';
import { changeLink } from './change.ts';
import { createLink } from './create.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import { linkOfCommand } from './link-of-command.ts';
import { addressIn, type Parking } from './parking.ts';
import type { LinkWorkerPorts } from './ports.ts';
import { takeBack } from './take-back.ts';

/** A valid command and the message that brought it. */
export interface Accepted {
  command: Command;
  delivery: Delivery;
  /** Tells a repeat of the request from another command under its `requestId`. */
  digest: string;
  /** What was asked of the API for it in this invocation. */
  calls: string[];
}

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

const metricOfOutcome: Partial<Record<Outcome['outcome'], string>> = {
  created: laneMetric.linkCreated,
  updated: laneMetric.linkUpdated,
  deleted: laneMetric.linkDeleted,
  conflict: laneMetric.commandConflicted,
  rejected: laneMetric.commandRejected,
  stale: laneMetric.commandStale,
  superseded: laneMetric.commandSuperseded,
  parked: laneMetric.commandParked,
};

/**
 * One command from delivery to verdict: carry it out (link record included), then request record, outcome, QR job, in
 * that order. It may end between any two steps; the next delivery finds what was done and goes on from there.
 */
export class CommandWork {
  readonly #batch: BatchContext;

  constructor(batch: BatchContext) {
    this.#batch = batch;
  }

  handle(item: Accepted): Promise<Verdict> {
    const { command, delivery } = item;
    const { deadline, answered, ports, parking } = this.#batch;
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
      const { source, requestId, action } = command;
      ports.observer.count(laneMetric.commandReturned);
      // Those that were not begun would fill the log of an outage.
      if (item.calls.length > 0) {
        const { messageId } = delivery;
        const { calls } = item;
        ports.observer.info('command returned', { source, requestId, messageId, action, reason: answer, calls });
      }
      return answer;
    });
  }

  /** A command that is not valid: archived and answered, at no cost of quota. */
  refuse(delivery: Delivery, { faults, ...asked }: RefusedCommand): Promise<Verdict> {
    return this.#orTryAgain(asked, delivery, async () => {
      await this.#reject('invalid-command', faults, asked, delivery);
      return 'done';
    });
  }

  /** Whatever fails on the way (the ledger, the topic, a queue) brings the command back: each step can be repeated. */
  async #orTryAgain(asked: Asked, delivery: Delivery, run: () => Promise<Verdict>): Promise<Verdict> {
    try {
      return await run();
    } catch (error) {
      const { observer } = this.#batch.ports;
      observer.warn('command returned after an error', {
        source: asked.source,
        requestId: asked.requestId,
        action: asked.action,
        messageId: delivery.messageId,
        error: error instanceof Error ? error.name : 'unknown',
      });
      observer.count(laneMetric.commandReturned);
      return 'try-again';
    }
  }

  /** The request was answered before: the same words again, and no call to the API. */
  async #answerAgain(
    item: Accepted,
    known: RequestRecord,
    mayHaveMade = item.delivery.receiveCount > 1,
  ): Promise<Verdict> {
    const { command, delivery, digest } = item;
    const { parking } = this.#batch;
    if (known.commandDigest !== digest) {
      const fault = { path: 'requestId', rule: 'unique', message: 'was used for another command before' };
      await this.#reject('request-id-reused', [fault], command, delivery);
      return 'done';
    }
    if (command.action === 'create' && mayHaveMade) {
      const { secret, settings } = this.#batch;
      const left = await takeBack(command, known.outcome, secret, settings, this.#portsFor(item));
      if (left === 'park') return this.#park(item, parking.reason);
      if (left !== undefined) return left;
    }
    await parking.leavePlace(item);
    const sameMessage = known.outcome.messageId === delivery.messageId;
    const outcome: Outcome = { ...known.outcome, messageId: delivery.messageId, repeat: !sameMessage };
    if (outcome.repeat) this.#batch.ports.observer.count(laneMetric.commandRepeated);
    await this.#publish(outcome, delivery, item.calls);
    // This message's own first attempt may have ended between its outcome and its QR job.
    if (sameMessage) await this.#askForQrOf(item, outcome);
    return 'done';
  }

  async #carryOut(item: Accepted): Promise<Answer | 'handed-on' | 'stand-behind'> {
    const { command, delivery } = item;
    const { secret, settings, gate, parking } = this.#batch;
    const ports = this.#portsFor(item);
    const stale = command.validUntil !== undefined && Date.parse(command.validUntil) < ports.clock.wallMilliseconds();
    // What an earlier delivery began in time is brought to its end: the link is looked for, and nothing sent.
    if (stale && !(await this.#mayHaveBegun(item))) return staleAnswer;
    const closed = gate.closedFor(command.action);
    // To look costs no quota.
    if (closed !== undefined && !(stale && closed === 'park')) return closed;
    if (await parking.mustStandBehind(item)) return 'stand-behind';
    const { receiveCount } = delivery;
    switch (command.action) {
      case 'create':
        return createLink(command, { receiveCount, mayWrite: !stale }, secret, settings, ports);
      case 'update':
      case 'delete':
        return changeLink(command, { receiveCount, mayWrite: !stale }, secret, settings, ports);
      case 'qr': {
        const link = await linkOfCommand(command, receiveCount, ports);
        const { onelinkId, shortlinkId } = command;
        if (link === 'absent')
          return { outcome: 'rejected', reason: 'link-not-found', link: { onelinkId, shortlinkId } };
        if ('answer' in link) return link.answer;
        const { record } = link;
        if (record.state === 'deleted') return { outcome: 'rejected', reason: 'link-deleted', link: record.address };
        await this.#askForQr(item, record.address, command.qr, record.version);
        return 'handed-on';
      }
    }
  }

  /** To the archive until there is quota again. */
  async #park(item: Accepted, reason: string): Promise<Verdict> {
    const { command, delivery, calls } = item;
    await this.#batch.parking.putAway(item);
    const address = addressIn(command);
    const decision: Decision = { outcome: 'parked', reason, ...(address !== undefined && { link: address }) };
    await this.#publish(this.#outcome(decision, command, delivery), delivery, calls);
    return 'done';
  }

  #portsFor({ command, calls }: Accepted): LinkWorkerPorts {
    const { ports, gate } = this.#batch;
    return { ...ports, api: gate.apiFor(command.source, calls) };
  }

  /** Whether an earlier delivery, or a copy, may have sent something: a look tells of a create; of a change its link's record. */
  async #mayHaveBegun({ command }: Accepted): Promise<boolean> {
    if (command.action === 'create') return true;
    if (command.action === 'qr') return false;
    const { onelinkId, shortlinkId, requestId } = command;
    const record = await this.#batch.ports.ledger.link({ onelinkId, shortlinkId });
    return record?.lease?.requestId === requestId || record?.applied.requestId === requestId;
  }

  async #conclude(item: Accepted, decision: Decision): Promise<Verdict> {
    const { command, delivery, digest } = item;
    const { ports, settings, answered, renewals, parking } = this.#batch;
    const outcome = this.#outcome(decision, command, delivery);
    const record: RequestRecord = {
      source: command.source,
      requestId: command.requestId,
      commandDigest: digest,
      outcome,
      expiresAt: Math.floor(ports.clock.wallMilliseconds() / 1000) + settings.REQUEST_HORIZON_DAYS * 86_400,
    };
    // The first word counts: a copy of the request, in another environment, may have had its answer meanwhile.
    const before = await ports.ledger.rememberRequest(record);
    await answered.add(before ?? record);
    if (before !== undefined) return this.#answerAgain(item, before, true);
    await this.#publish(outcome, delivery, item.calls);
    await this.#askForQrOf(item, outcome);
    await parking.leavePlace(item);
    const { expiresAt } = outcome.link ?? {};
    if ('keepUntil' in command && command.keepUntil !== undefined && expiresAt !== undefined) {
      renewals.add(expiresAt, command.keepUntil);
    }
    return 'done';
  }

  #reject(reason: string, faults: RefusedCommand['faults'], asked: Asked, delivery: Delivery): Promise<void> {
    return this.#publish(this.#outcome({ outcome: 'rejected', reason, faults }, asked, delivery), delivery);
  }

  #outcome(decision: Decision, asked: Asked, { messageId }: Delivery): Outcome {
    const { settings, ports } = this.#batch;
    return outcomeOf(decision, asked, {
      lane: settings.LANE,
      messageId,
      nowMilliseconds: ports.clock.wallMilliseconds(),
    });
  }

  /** What was rejected goes to the archive before its producer hears of it. */
  async #publish(outcome: Outcome, delivery: Delivery, calls: string[] = []): Promise<void> {
    const { observer, archive, outcomes, clock } = this.#batch.ports;
    const { lane, source, requestId, action, reason, repeat, faults = [], messageId } = outcome;
    if (outcome.outcome === 'rejected' && !repeat) {
      const sentAt = new Date(delivery.sentAtMilliseconds).toISOString();
      await archive.addRejected({ lane, messageId, sentAt, source, requestId, faults, body: delivery.body });
    }
    await outcomes.tell(outcome);
    const metric = metricOfOutcome[outcome.outcome];
    if (metric !== undefined && !repeat) observer.count(metric);
    observer.milliseconds(laneMetric.commandLatency, clock.wallMilliseconds() - delivery.sentAtMilliseconds);
    const rules = faults.map(({ rule }) => rule);
    const fields = { source, requestId, messageId, action, outcome: outcome.outcome, reason, repeat, rules, calls };
    observer.info('command answered', fields);
  }

  /** The QR code that a create wanted with its link. */
  async #askForQrOf(item: Accepted, { outcome, link }: Outcome): Promise<void> {
    const { command } = item;
    if (command.action !== 'create' || command.qr === undefined || outcome !== 'created' || link === undefined) return;
    const brandDomain = command.qr.brandDomain ?? command.brandDomain;
    const qr = { ...command.qr, ...(brandDomain !== undefined && { brandDomain }) };
    await this.#askForQr(item, link, qr, link.version);
  }

  #askForQr(
    { command, delivery, digest }: Accepted,
    { onelinkId, shortlinkId }: LinkAddress,
    qr: QrOptions,
    version: number | undefined,
  ): Promise<void> {
    return this.#batch.ports.qrQueue.ask({
      specVersion: '1.0',
      source: command.source,
      requestId: command.requestId,
      action: command.action === 'qr' ? 'qr' : 'create',
      messageId: delivery.messageId,
      commandDigest: digest,
      onelinkId,
      shortlinkId,
      qr,
      sentAtMilliseconds: delivery.sentAtMilliseconds,
      ...(version !== undefined && { version }),
      ...(command.metadata !== undefined && { metadata: command.metadata }),
    });
  }
}
