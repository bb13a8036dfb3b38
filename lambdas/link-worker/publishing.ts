import type { Command, QrOptions } from '../domain/contract/command.ts';
import { type Decision, isPrivate, type Outcome, outcomeOf, type RequestIdentity } from '../domain/contract/outcome.ts';
import { type QrJob, qrGroupOf } from '../domain/contract/qr-job.ts';
import { type HttpNote, httpGroupOf } from '../domain/http/record.ts';
import { isOfErased } from '../domain/link/erasure.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { keepBooks } from '../domain/work/bookkeeping.ts';
import type { Delivery } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import { nameOfError } from '../domain/work/observer.ts';
import type { LinkWorkerPorts } from './ports.ts';

/** A valid command and its message. */
export interface Accepted {
  command: Command;
  delivery: Delivery;
  /** Distinguishes a repeat of the request from another command under its `requestId`. */
  digest: string;
  /** The digest of the command's subject. */
  subject?: string;
  /** The command's API calls and their meanings in this invocation. */
  calls: string[];
}

/** The request of a message, with its subject. */
export function askedBy({ command: { source, requestId }, subject }: Accepted) {
  return { source, requestId, ...(subject !== undefined && { subject }) };
}

const metricOfOutcome: Partial<Record<Outcome['outcome'], string>> = {
  created: laneMetric.linkCreated,
  updated: laneMetric.linkUpdated,
  deleted: laneMetric.linkDeleted,
  adopted: laneMetric.linkAdopted,
  migrated: laneMetric.linkMigrated,
  found: laneMetric.linkFound,
  'not-found': laneMetric.linkNotFound,
  conflict: laneMetric.commandConflicted,
  rejected: laneMetric.commandRejected,
  stale: laneMetric.commandStale,
  superseded: laneMetric.commandSuperseded,
  parked: laneMetric.commandParked,
};

/** Publishes the results of commands: outcomes, archived rejections, QR jobs, logs and metrics. */
export class Publishing {
  readonly #lane: string;
  readonly #ports: LinkWorkerPorts;

  constructor(lane: string, ports: LinkWorkerPorts) {
    this.#lane = lane;
    this.#ports = ports;
  }

  outcome(decision: Decision, asked: RequestIdentity, { messageId }: Delivery): Outcome {
    const nowMilliseconds = this.#ports.clock.wallMilliseconds();
    return outcomeOf(decision, asked, { lane: this.#lane, messageId, nowMilliseconds });
  }

  /**
   * Publishes an outcome. A rejected command goes to the archive first.
   *
   * @param isCopy whether an earlier message has had the outcome, and its metric
   */
  async publish(
    outcome: Outcome,
    delivery: Delivery,
    { calls = [], isCopy = outcome.repeat }: { calls?: string[]; isCopy?: boolean } = {},
  ): Promise<void> {
    const { observer, archive, clock } = this.#ports;
    const { lane, source, requestId, action, reason, repeat, faults = [], messageId } = outcome;
    // The archive must not keep a command of an erased person.
    if (outcome.outcome === 'rejected' && !repeat && !isOfErased(outcome)) {
      const sentAt = new Date(delivery.sentAtMilliseconds).toISOString();
      await archive.addRejected({ lane, messageId, sentAt, source, requestId, faults, body: delivery.body });
    }
    await this.#topicOf(outcome).publish(outcome);
    const metric = reason === 'sender-unknown' ? laneMetric.commandHeld : metricOfOutcome[outcome.outcome];
    if (metric !== undefined && !isCopy) observer.count(metric);
    observer.milliseconds(laneMetric.commandLatency, clock.wallMilliseconds() - delivery.sentAtMilliseconds);
    const rules = faults.map(({ rule }) => rule);
    const fields = { source, requestId, messageId, action, outcome: outcome.outcome, reason, repeat, rules, calls };
    observer.info('command answered', fields);
  }

  /** Operators may subscribe to the topic of all outcomes, so the data of a link never goes there. */
  #topicOf(outcome: Outcome): LinkWorkerPorts['outcomes'] {
    const { outcomes, privateOutcomes } = this.#ports;
    if (!isPrivate(outcome)) return outcomes;
    if (privateOutcomes === undefined)
      throw new Error('the worker has no topic for private outcomes (PRIVATE_TOPIC_ARN)');
    return privateOutcomes;
  }

  /** Publishes a decision without a request record. The HTTP API learns of it from its own record. */
  async unrecorded(
    decision: Decision,
    asked: RequestIdentity,
    delivery: Delivery,
    calls: string[] = [],
  ): Promise<void> {
    await this.#noteForHttp(decision, asked, delivery);
    await this.publish(this.outcome(decision, asked, delivery), delivery, { calls });
  }

  /** Only for commands of the HTTP API, which has a message group for each source. No other command costs a write. */
  async #noteForHttp(
    { outcome, reason, faults }: Decision,
    { source, requestId }: RequestIdentity,
    { messageId, groupId }: Delivery,
  ): Promise<void> {
    if (source === null || requestId === null || groupId !== httpGroupOf(source)) return;
    const { httpRecords, observer, clock } = this.#ports;
    const waits = reason === 'sender-unknown' ? 'held' : 'parked';
    const note: HttpNote = {
      state: outcome === 'parked' ? waits : 'rejected',
      at: clock.wallMilliseconds(),
      ...(reason !== undefined && { reason }),
      ...(faults !== undefined && { faults }),
    };
    const write = () => httpRecords.note({ source, requestId, messageId }, note);
    await keepBooks(observer, laneMetric.bookkeepingFailed, write);
  }

  /** Logs and counts a command that returns to its queue. */
  returned({ command, delivery, calls }: Accepted, reason: string): void {
    const { observer } = this.#ports;
    observer.count(laneMetric.commandReturned);
    // Commands without a call would fill the log during an outage.
    if (calls.length === 0) return;
    const { source, requestId, action } = command;
    observer.info('command returned', { source, requestId, messageId: delivery.messageId, action, reason, calls });
  }

  /** Logs and counts a command that returns after an error. */
  failed({ source, requestId, action }: RequestIdentity, { messageId }: Delivery, failure: unknown): void {
    const error = nameOfError(failure);
    this.#ports.observer.warn('command returned after an error', { source, requestId, action, messageId, error });
    this.#ports.observer.count(laneMetric.commandReturned);
  }

  /** Sends the QR job of a create, if it has one. */
  async enqueueQrOf(item: Accepted, { outcome, link }: Outcome): Promise<void> {
    const { command } = item;
    if (command.action !== 'create' || command.qr === undefined || outcome !== 'created' || link === undefined) return;
    const brandDomain = command.qr.brandDomain ?? command.brandDomain;
    await this.enqueueQr(item, link, { ...command.qr, ...(brandDomain !== undefined && { brandDomain }) });
  }

  enqueueQr(
    { command, delivery, digest, subject }: Accepted,
    { onelinkId, shortlinkId, version }: LinkAddress & { version?: number | undefined },
    qr: QrOptions,
  ): Promise<void> {
    const job: QrJob = {
      specVersion: '1.0',
      lane: this.#lane,
      source: command.source,
      requestId: command.requestId,
      action: command.action === 'qr' ? 'qr' : 'create',
      messageId: delivery.messageId,
      commandDigest: digest,
      ...(subject !== undefined && { subject }),
      onelinkId,
      shortlinkId,
      qr,
      sentAtMilliseconds: delivery.sentAtMilliseconds,
      ...(version !== undefined && { version }),
      ...(command.metadata !== undefined && { metadata: command.metadata }),
    };
    return this.#ports.qrQueue.enqueue(job, qrGroupOf(this.#lane, delivery));
  }
}
