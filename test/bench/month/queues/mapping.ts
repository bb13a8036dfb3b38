import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { WorkerPlan } from '../../../../lib/config/rate/worker-plan.ts';
import type { SimulatedClock } from '../time/simulated-clock.ts';
import type { Message, SimulatedQueue } from './queue.ts';

export type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

export type MappingSize = Pick<WorkerPlan, 'concurrency' | 'batchSize' | 'windowSeconds' | 'timeoutSeconds'>;

/** From a message's arrival to the start of the invocation that has it: a poll's answer, and Lambda's invoke. */
const deliveryMilliseconds = 15;

interface Slot {
  handler: Handler;
  isBusy: boolean;
}

/**
 * An event source mapping with its function, as Lambda runs them. It makes batches by size or window, and runs C invocations at most. The
 * next batch fills while all are busy. Each slot keeps its environment. Without a window a batch takes what is visible.
 */
export class Mapping {
  isOn = true;
  invocations = 0;
  /** Runs when an invocation has ended, with its messages and how long it has run. */
  onEnded: (messages: readonly Message[], milliseconds: number) => void = () => {};
  /** Invocations that ran longer than the function's time-out. Lambda would have killed them. */
  overran = 0;
  readonly queue: SimulatedQueue;
  readonly #clock: SimulatedClock;
  readonly #size: MappingSize;
  readonly #slots: Slot[];
  #filling: Message[] = [];
  /** Epoch milliseconds at which the batch that fills may start, although it is not full. */
  #windowEnds = 0;
  #isPlanned = false;

  /** @param environments one handler for each slot */
  constructor(queue: SimulatedQueue, clock: SimulatedClock, size: MappingSize, environments: readonly Handler[]) {
    this.queue = queue;
    this.#clock = clock;
    this.#size = size;
    this.#slots = environments.map((handler) => ({ handler, isBusy: false }));
    queue.onVisible = () => this.#poll();
  }

  /** Invocations that run. */
  get running(): number {
    return this.#slots.filter(({ isBusy }) => isBusy).length;
  }

  switch(on: boolean): void {
    this.isOn = on;
    if (on) this.#poll();
  }

  #poll(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.at(this.#clock.wallMilliseconds() + deliveryMilliseconds, () => {
      this.#isPlanned = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const { windowSeconds, batchSize } = this.#size;
    const now = this.#clock.wallMilliseconds();
    for (;;) {
      const free = this.#slots.find(({ isBusy }) => !isBusy);
      if (windowSeconds === 0 && free === undefined) return;
      if (this.isOn && this.#filling.length < batchSize) this.#fill(now);
      // What a mapping has received before it was turned off is delivered.
      const isDue = this.#filling.length === batchSize || now >= this.#windowEnds || !this.isOn;
      if (free === undefined || this.#filling.length === 0 || !isDue) return;
      const batch = this.#filling;
      this.#filling = [];
      this.#clock.start(() => this.#invoke(free, batch));
    }
  }

  #fill(now: number): void {
    const received = this.queue.receive(this.#size.batchSize - this.#filling.length);
    if (this.#filling.length === 0 && received.length > 0) {
      this.#windowEnds = now + this.#size.windowSeconds * 1000;
      if (this.#size.windowSeconds > 0) this.#clock.at(this.#windowEnds, () => this.#deliver());
    }
    this.#filling.push(...received);
  }

  async #invoke(slot: Slot, batch: readonly Message[]): Promise<void> {
    slot.isBusy = true;
    this.invocations++;
    const startedAt = this.#clock.wallMilliseconds();
    const endsAt = startedAt + this.#size.timeoutSeconds * 1000;
    // As long as Lambda's own.
    const awsRequestId = `${this.queue.name}-${String(this.invocations).padStart(35 - this.queue.name.length, '0')}`;
    const getRemainingTimeInMillis = () => endsAt - this.#clock.wallMilliseconds();
    const context = { awsRequestId, getRemainingTimeInMillis } as Context;
    try {
      const { batchItemFailures } = await slot.handler({ Records: batch.map(recordOf) }, context);
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const message of batch) if (!failed.has(message.messageId)) this.queue.delete(message);
    } finally {
      if (getRemainingTimeInMillis() < 0) this.overran++;
      this.onEnded(batch, this.#clock.wallMilliseconds() - startedAt);
      slot.isBusy = false;
      this.#deliver();
    }
  }
}

/** The message as Lambda hands it over. The receipt handle is the message's ID, since nobody receives it meanwhile. */
function recordOf({ messageId, body, sentAt, receiveCount, senderId, groupId, attributes = {} }: Message): SQSRecord {
  return {
    messageId,
    receiptHandle: messageId,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(sentAt),
      SenderId: senderId,
      ApproximateFirstReceiveTimestamp: String(sentAt),
      ...(groupId !== undefined && { MessageGroupId: groupId }),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
    ),
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:simulated',
    awsRegion: 'eu-west-1',
  };
}
