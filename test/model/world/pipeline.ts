import { originalAttribute } from '../../../lambdas/domain/contract/original-message.ts';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import { type ParkedCommand, parkedCommandIn } from '../../../lambdas/domain/contract/parked-command.ts';
import { firstSenderAttribute } from '../../../lambdas/domain/contract/sender.ts';
import { wireText } from '../../../lambdas/domain/contract/wire-json.ts';
import { type LinkRecord, wakeAt } from '../../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../../lambdas/domain/link/removal.ts';
import type { BatchWork, Disposition } from '../../../lambdas/domain/work/delivery.ts';
import { returnDelaySeconds } from '../../../lambdas/domain/work/return-delay.ts';
import { deliveryOf } from '../../../lambdas/runtime/sqs-batch.ts';
import { InMemoryLedger } from '../../world/in-memory-ledger.ts';
import { quiet, Scheduler } from '../scheduler/scheduler.ts';
import { type CrossVersion, keyOf, ObservedOneLink } from './one-link.ts';
import { type Message, ownSenders, Queue } from './queue.ts';

/** As lib derives them: a lease outlasts its invocation, and the visibility timeout is six timeouts plus the window. */
export const timeoutSeconds = 60;
export const leaseSeconds = timeoutSeconds + 30;
const visibilitySeconds = 6 * timeoutSeconds + 5;
/** `DEDUPLICATION_WINDOW_DAYS` of the workers. */
const deduplicationWindowMilliseconds = 75 * 86_400_000;

export const jobs = ['link', 'qr', 'intake', 'expiry'] as const;
export type Job = (typeof jobs)[number];

/** An execution environment that works on one batch. */
export interface Environment {
  number: number;
  job: Job;
  startedAt: number;
  messages: Message[];
  /** The requests with an outcome at its start. */
  answeredBefore: Set<string>;
}

/** The parts of a pipeline in memory: queues, environments, ledger, API, topic, bucket, and one clock. */
export class Pipeline {
  now = Date.parse('2026-03-01T10:00:00Z');
  readonly scheduler = new Scheduler(() => this.nowSeconds);
  readonly ledger = new InMemoryLedger();
  readonly oneLink: ObservedOneLink;
  readonly queues: Record<Job, Queue> = {
    link: new Queue('m'),
    qr: new Queue('q'),
    // The table's stream, which delivers failed records again.
    intake: new Queue('s'),
    expiry: new Queue('x'),
  };
  readonly outcomes: Outcome[] = [];
  /** The answers to `get`, which hold links' data. Their producer alone receives them. */
  readonly privateOutcomes: Outcome[] = [];
  /** Lines of the archive. */
  readonly parked: string[] = [];
  /** Epoch milliseconds of the last parked command. */
  parkedAt: number | undefined;
  /** Link keys that have an image in the bucket. */
  readonly images = new Set<string>();
  /** Message IDs of the rejected commands in the archive. */
  readonly archived = new Set<string>();
  /** All states of all link records. */
  readonly history: LinkRecord[] = [];
  /** Keys of links whose records DynamoDB has deleted. A later record begins with version 1. */
  readonly swept = new Set<string>();
  readonly counts = new Map<string, number>();
  running: Environment[] = [];
  /** All environments of the run, by number. */
  readonly environments: Environment[] = [];

  constructor(crossVersion: CrossVersion = 'separate') {
    this.oneLink = new ObservedOneLink(() => this.now, crossVersion);
  }

  get nowSeconds(): number {
    return Math.floor(this.now / 1000);
  }

  /** Starts a new environment with messages. It continues whenever one of its calls is answered. */
  async receive(job: Job, messages: Message[], workOf: (environment: Environment) => BatchWork): Promise<void> {
    if (messages.length === 0) return;
    const answeredBefore = new Set(this.ledger.answered.keys());
    const environment = { number: this.environments.length, job, startedAt: this.now, messages, answeredBefore };
    this.environments.push(environment);
    this.running.push(environment);
    for (const message of messages) {
      message.receiveCount++;
      message.visibleAt = this.now + visibilitySeconds * 1000;
    }
    const deliveries = messages.map(({ messageId, body, sentAtMilliseconds, receiveCount, attributes, senderId }) => {
      const values = Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue }]);
      const counts = { SentTimestamp: `${sentAtMilliseconds}`, ApproximateReceiveCount: `${receiveCount}` };
      const system = { ...counts, SenderId: senderId };
      const record = { messageId, body, attributes: system, messageAttributes: Object.fromEntries(values) };
      return deliveryOf(record, deduplicationWindowMilliseconds, ownSenders);
    });
    const deadline = { remainingMilliseconds: () => environment.startedAt + timeoutSeconds * 1000 - this.now };
    const counts = messages.map(({ receiveCount }) => receiveCount);
    workOf(environment)(deliveries, deadline).then(
      (dispositions) => this.#finish(environment, dispositions, counts),
      () => this.#finish(environment, [], counts),
    );
    await quiet();
  }

  park(command: ParkedCommand): void {
    this.parkedAt = this.now;
    this.parked.push(JSON.stringify(command));
  }

  /** The replayer sends the parked commands back to their queue. */
  replay(): void {
    for (const line of this.parked.splice(0)) {
      const parked = parkedCommandIn(line);
      if (parked === undefined) throw new Error('a line of the archive cannot be read');
      this.queues.link.send(
        wireText(parked.body),
        this.now,
        {
          [originalAttribute.messageId]: parked.messageId,
          [originalAttribute.sentTimestamp]: String(parked.sentAtMilliseconds),
          [originalAttribute.receiveCount]: String(parked.receiveCount),
          [firstSenderAttribute]: String(parked.sender),
        },
        [...ownSenders][0],
      );
    }
  }

  /** An environment crashes. The queue delivers its messages again after the visibility timeout. */
  async crash(environment: Environment, isApplied: (place: number) => boolean): Promise<void> {
    this.running = this.running.filter((other) => other !== environment);
    await this.scheduler.abandon(environment.number, isApplied);
  }

  /** Time passes. Lambda kills environments that run longer than the function's timeout. */
  async wait(seconds: number, isApplied: (place: number) => boolean): Promise<void> {
    const until = this.now + seconds * 1000;
    for (const environment of [...this.running]) {
      const killedAt = environment.startedAt + timeoutSeconds * 1000;
      if (killedAt >= until) continue;
      this.now = Math.max(this.now, killedAt);
      await this.crash(environment, isApplied);
    }
    this.now = until;
    this.oneLink.purge();
  }

  /** Link records past their TTL. DynamoDB deletes each some time later, perhaps after another read of the record. */
  get overdue(): LinkRecord[] {
    return [...this.ledger.links.values()].filter((record) => wakeAt(record) <= this.nowSeconds);
  }

  /** DynamoDB deletes a record by its TTL, and puts the removal on the table's stream. */
  sweep(record: LinkRecord): void {
    this.ledger.links.delete(keyOf(record.address));
    this.swept.add(keyOf(record.address));
    const removal: Removal = { record, token: `removal-${this.queues.intake.messages.length}` };
    this.queues.intake.send(JSON.stringify(removal), this.now);
  }

  /** Without dispositions the work threw an error. Its messages stay invisible until their visibility timeout ends. */
  #finish(environment: Environment, dispositions: Disposition[], counts: number[]): void {
    this.running = this.running.filter((other) => other !== environment);
    for (const [index, disposition] of dispositions.entries()) {
      const message = environment.messages[index];
      if (message === undefined) continue;
      if (disposition === 'done') message.done = true;
      else message.visibleAt = this.now + returnDelaySeconds(disposition, counts[index] ?? 1, 0.5) * 1000;
    }
  }
}
