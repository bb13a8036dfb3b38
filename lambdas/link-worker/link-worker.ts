import { type Command, type CommandReading, commandReader } from '../domain/command.ts';
import {
  type BatchWork,
  type Deadline,
  type Delivery,
  leastTimeMilliseconds,
  type Verdict,
} from '../domain/delivery.ts';
import { commandDigest } from '../domain/digest.ts';
import { openEnvelope } from '../domain/envelope.ts';
import type { RequestRecord } from '../domain/ledger-record.ts';
import { type Asked, type Decision, type Outcome, outcomeOf } from '../domain/outcome.ts';
import { laneMetric } from '../names.ts';
import type { Answer } from './answer.ts';
import { type BatchGate, openGate } from './batch-gate.ts';
import { deleteLink, ownedLink, updateLink } from './change.ts';
import { createLink } from './create.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';

/** From its third delivery on, a message may be the one that brings the function down: it is done alone, and last. */
const suspectFrom = 3;

const metricOfOutcome: Partial<Record<Outcome['outcome'], string>> = {
  created: laneMetric.linkCreated,
  updated: laneMetric.linkUpdated,
  deleted: laneMetric.linkDeleted,
  conflict: laneMetric.commandConflicted,
  rejected: laneMetric.commandRejected,
  stale: laneMetric.commandStale,
  superseded: laneMetric.commandSuperseded,
};

interface Accepted {
  command: Command;
  delivery: Delivery;
  digest: string;
}

/**
 * The link worker: read the commands, look up which were answered before, carry out the others, and for each: link
 * record, request record, outcome, QR job, in that order, every step repeatable.
 */
export function linkWorker(settings: LinkWorkerEnvironment, ports: LinkWorkerPorts): BatchWork {
  const read = commandReader({
    contract: { maxDataCharacters: settings.MAX_DATA_CHARACTERS, maxTtlDays: settings.MAX_TTL_DAYS },
    producers: settings.PRODUCERS,
    templates: settings.TEMPLATES,
  });
  const { observer } = ports;

  return async (deliveries, deadline) => {
    observer.count(laneMetric.commandReceived, deliveries.length);
    const secret = await ports.linkIdSecret.value();
    const readings = deliveries.map((delivery) => ({ delivery, reading: readDelivery(delivery, read) }));
    const accepted = readings.flatMap(({ delivery, reading }): Accepted[] =>
      'command' in reading
        ? [{ command: reading.command, delivery, digest: commandDigest(secret, reading.command) }]
        : [],
    );
    const [records, control] = await Promise.all([
      ports.ledger.requests(accepted.map(({ command }) => command)),
      ports.ledger.control(),
    ]);
    const gate = openGate(ports.api, control, settings.QUOTA_RESERVE_CALLS);
    const work = new CommandWork(secret, settings, { ...ports, api: gate.api }, gate, deadline, records);

    const verdicts = new Map<string, Verdict>();
    const tasks: { suspect: boolean; run: () => Promise<void> }[] = [];
    for (const { delivery, reading } of readings) {
      if ('command' in reading) continue;
      tasks.push({
        suspect: false,
        run: async () => void verdicts.set(delivery.messageId, await work.refuse(delivery, reading)),
      });
    }
    for (const group of groupsByRequest(accepted)) {
      tasks.push({
        suspect: group.some(({ delivery }) => delivery.receiveCount >= suspectFrom),
        // One after the other: the first is carried out, the others are answered from what it left.
        run: async () => {
          for (const item of group) verdicts.set(item.delivery.messageId, await work.handle(item));
        },
      });
    }
    await inParallel(
      tasks.filter(({ suspect }) => !suspect),
      settings.CALLS_IN_FLIGHT,
    );
    await inParallel(
      tasks.filter(({ suspect }) => suspect),
      1,
    );
    return deliveries.map(({ messageId }) => verdicts.get(messageId) ?? 'try-again');
  };
}

function readDelivery(delivery: Delivery, read: ReturnType<typeof commandReader>): CommandReading {
  const opened = openEnvelope(delivery.body);
  if (opened !== undefined) return read(opened.command, delivery.sentAtMilliseconds);
  const fault = { path: '', rule: 'json', message: 'the message is not JSON' };
  return { refused: { faults: [fault], source: null, requestId: null, action: null } };
}

function groupsByRequest(accepted: Accepted[]): Accepted[][] {
  const groups = new Map<string, Accepted[]>();
  for (const item of accepted) {
    const key = keyOf(item.command);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

function keyOf({ source, requestId }: { source: string; requestId: string }): string {
  return `${source}/${requestId}`;
}

async function inParallel(tasks: { run: () => Promise<void> }[], width: number): Promise<void> {
  const queue = tasks.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const task of queue) await task.run();
    }),
  );
}

/** The commands of one batch, one at a time. */
class CommandWork {
  readonly #secret: string;
  readonly #settings: LinkWorkerEnvironment;
  readonly #ports: LinkWorkerPorts;
  readonly #gate: BatchGate;
  readonly #deadline: Deadline;
  readonly #records: Map<string, RequestRecord>;

  constructor(
    secret: string,
    settings: LinkWorkerEnvironment,
    ports: LinkWorkerPorts,
    gate: BatchGate,
    deadline: Deadline,
    records: Map<string, RequestRecord>,
  ) {
    this.#secret = secret;
    this.#settings = settings;
    this.#ports = ports;
    this.#gate = gate;
    this.#deadline = deadline;
    this.#records = records;
  }

  async handle(item: Accepted): Promise<Verdict> {
    const { command, delivery } = item;
    if (this.#deadline.remainingMilliseconds() < leastTimeMilliseconds) return 'out-of-time';
    return this.#orTryAgain(command, delivery, async () => {
      const known = this.#records.get(keyOf(command));
      if (known !== undefined) return this.#answerAgain(item, known);
      const answer = await this.#carryOut(item);
      if (answer === 'handed-on') return 'done';
      if (typeof answer !== 'string') return this.#tell(item, answer);
      this.#ports.observer.count(answer === 'quota-held' ? laneMetric.commandHeld : laneMetric.commandReturned);
      return answer;
    });
  }

  /** A command that is not valid: archived and answered, at no cost of quota. */
  refuse(delivery: Delivery, { refused }: Extract<CommandReading, { refused: unknown }>): Promise<Verdict> {
    return this.#orTryAgain(refused, delivery, async () => {
      const { faults, ...asked } = refused;
      await this.#publish(
        this.#outcome({ outcome: 'rejected', reason: 'invalid-command', faults }, asked, delivery),
        delivery,
      );
      return 'done';
    });
  }

  /** Whatever fails on the way (the ledger, the topic, a queue) brings the command back: each step can be repeated. */
  async #orTryAgain(asked: Asked, delivery: Delivery, run: () => Promise<Verdict>): Promise<Verdict> {
    try {
      return await run();
    } catch (error) {
      const { source, requestId, action } = asked;
      const name = error instanceof Error ? error.name : 'unknown';
      this.#ports.observer.warn('command returned after an error', {
        source,
        requestId,
        action,
        messageId: delivery.messageId,
        error: name,
      });
      this.#ports.observer.count(laneMetric.commandReturned);
      return 'try-again';
    }
  }

  /** The request was answered before: the same words again, and no call to the API. */
  async #answerAgain({ command, delivery, digest }: Accepted, known: RequestRecord): Promise<Verdict> {
    if (known.commandDigest !== digest) {
      const fault = { path: 'requestId', rule: 'unique', message: 'was used for another command before' };
      const decision: Decision = { outcome: 'rejected', reason: 'request-id-reused', faults: [fault] };
      await this.#publish(this.#outcome(decision, command, delivery), delivery);
      return 'done';
    }
    const sameMessage = known.outcome.messageId === delivery.messageId;
    const outcome: Outcome = { ...known.outcome, messageId: delivery.messageId, repeat: !sameMessage };
    if (outcome.repeat) this.#ports.observer.count(laneMetric.commandRepeated);
    await this.#publish(outcome, delivery);
    // This message's own first attempt may have ended between its outcome and its QR job.
    if (sameMessage) await this.#askForQr({ command, delivery, digest }, outcome);
    return 'done';
  }

  async #carryOut(item: Accepted): Promise<Answer | 'handed-on'> {
    const { command, delivery } = item;
    const stale =
      command.validUntil !== undefined && Date.parse(command.validUntil) < this.#ports.clock.wallMilliseconds();
    if (stale && !(command.action === 'create' && delivery.receiveCount > 1)) {
      return { outcome: 'stale', reason: 'valid-until-passed' };
    }
    const closed = this.#gate.closedFor(command.action);
    if (closed !== undefined) return closed;
    const [settings, ports] = [this.#settings, this.#ports];
    switch (command.action) {
      case 'create': {
        const { receiveCount } = delivery;
        return createLink(command, { receiveCount, mayWrite: !stale }, this.#secret, settings, ports);
      }
      case 'update':
        return updateLink(command, delivery.receiveCount, this.#secret, settings, ports);
      case 'delete':
        return deleteLink(command, delivery.receiveCount, settings, ports);
      case 'qr': {
        const owned = await ownedLink(command, delivery.receiveCount, ports);
        if ('answer' in owned) return owned.answer;
        await this.#handOnQr(item, command, command.qr, owned.record.version);
        return 'handed-on';
      }
    }
  }

  async #tell(item: Accepted, decision: Decision): Promise<Verdict> {
    const { command, delivery, digest } = item;
    const outcome = this.#outcome(decision, command, delivery);
    const record: RequestRecord = {
      source: command.source,
      requestId: command.requestId,
      commandDigest: digest,
      outcome,
      expiresAt: Math.floor(this.#ports.clock.wallMilliseconds() / 1000) + this.#settings.REQUEST_HORIZON_DAYS * 86_400,
    };
    await this.#ports.ledger.rememberRequest(record);
    this.#records.set(keyOf(command), record);
    await this.#publish(outcome, delivery);
    await this.#askForQr(item, outcome);
    return 'done';
  }

  async #askForQr(item: Accepted, outcome: Outcome): Promise<void> {
    const { command } = item;
    if (command.action !== 'create' || command.qr === undefined || outcome.outcome !== 'created' || !outcome.link)
      return;
    const brandDomain = command.qr.brandDomain ?? command.brandDomain;
    await this.#handOnQr(
      item,
      outcome.link,
      { ...command.qr, ...(brandDomain !== undefined && { brandDomain }) },
      outcome.link.version,
    );
  }

  #handOnQr(
    { command, delivery, digest }: Accepted,
    { onelinkId, shortlinkId }: { onelinkId: string; shortlinkId: string },
    qr: NonNullable<Extract<Command, { action: 'qr' }>['qr']>,
    version: number | undefined,
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

  #outcome(decision: Decision, asked: Asked, { messageId }: Delivery): Outcome {
    const nowMilliseconds = this.#ports.clock.wallMilliseconds();
    return outcomeOf(decision, asked, { lane: this.#settings.LANE, messageId, nowMilliseconds });
  }

  /** What was rejected goes to the archive before its producer hears of it. */
  async #publish(outcome: Outcome, delivery: Delivery): Promise<void> {
    const { observer, archive, outcomes, clock } = this.#ports;
    const { source, requestId, action, reason, repeat, faults = [], messageId } = outcome;
    if (outcome.outcome === 'rejected' && !repeat) {
      const sentAt = new Date(delivery.sentAtMilliseconds).toISOString();
      await archive.addRejected({
        lane: outcome.lane,
        messageId,
        sentAt,
        source,
        requestId,
        faults,
        body: delivery.body,
      });
    }
    await outcomes.tell(outcome);
    const metric = metricOfOutcome[outcome.outcome];
    if (metric !== undefined && !repeat) observer.count(metric);
    observer.milliseconds(laneMetric.commandLatency, clock.wallMilliseconds() - delivery.sentAtMilliseconds);
    const rules = faults.map(({ rule }) => rule);
    observer.info('command answered', {
      source,
      requestId,
      messageId,
      action,
      outcome: outcome.outcome,
      reason,
      repeat,
      rules,
    });
  }
}
