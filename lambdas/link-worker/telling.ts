import type { Command, QrOptions } from '../domain/contract/command.ts';
import { type Asked, type Decision, type Outcome, outcomeOf } from '../domain/contract/outcome.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { Delivery } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import { nameOfError } from '../domain/work/observer.ts';
import type { LinkWorkerPorts } from './ports.ts';

/** A valid command and the message that brought it. */
export interface Accepted {
  command: Command;
  delivery: Delivery;
  /** Tells a repeat of the request from another command under its `requestId`. */
  digest: string;
  /** What was asked of the API for it in this invocation. */
  calls: string[];
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

/** Tells others what became of a command: its producer, the archive, the QR worker. */
export class Telling {
  readonly #lane: string;
  readonly #ports: LinkWorkerPorts;

  constructor(lane: string, ports: LinkWorkerPorts) {
    this.#lane = lane;
    this.#ports = ports;
  }

  outcome(decision: Decision, asked: Asked, { messageId }: Delivery): Outcome {
    const nowMilliseconds = this.#ports.clock.wallMilliseconds();
    return outcomeOf(decision, asked, { lane: this.#lane, messageId, nowMilliseconds });
  }

  /** What was rejected goes to the archive before its producer hears of it. */
  async publish(outcome: Outcome, delivery: Delivery, calls: string[] = []): Promise<void> {
    const { observer, archive, outcomes, clock } = this.#ports;
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

  /** A decision that leaves no record of the request. */
  reject(decision: Decision, asked: Asked, delivery: Delivery): Promise<void> {
    return this.publish(this.outcome(decision, asked, delivery), delivery);
  }

  /** Nothing was decided: why the command goes back to its queue. */
  returned({ command, delivery, calls }: Accepted, reason: string): void {
    const { observer } = this.#ports;
    observer.count(laneMetric.commandReturned);
    // Those that were not begun would fill the log of an outage.
    if (calls.length === 0) return;
    const { source, requestId, action } = command;
    observer.info('command returned', { source, requestId, messageId: delivery.messageId, action, reason, calls });
  }

  /** Something failed on the way. */
  failed({ source, requestId, action }: Asked, { messageId }: Delivery, failure: unknown): void {
    const error = nameOfError(failure);
    this.#ports.observer.warn('command returned after an error', { source, requestId, action, messageId, error });
    this.#ports.observer.count(laneMetric.commandReturned);
  }

  /** The QR code that a create wanted with its link. */
  async askForQrOf(item: Accepted, { outcome, link }: Outcome): Promise<void> {
    const { command } = item;
    if (command.action !== 'create' || command.qr === undefined || outcome !== 'created' || link === undefined) return;
    const brandDomain = command.qr.brandDomain ?? command.brandDomain;
    await this.askForQr(item, link, { ...command.qr, ...(brandDomain !== undefined && { brandDomain }) });
  }

  askForQr(
    { command, delivery, digest }: Accepted,
    { onelinkId, shortlinkId, version }: LinkAddress & { version?: number | undefined },
    qr: QrOptions,
  ): Promise<void> {
    return this.#ports.qrQueue.ask({
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
