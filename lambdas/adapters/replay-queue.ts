import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import { provedSender } from '../domain/contract/sender.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Deadline } from '../domain/work/delivery.ts';
import { VouchingQueue } from './vouching-queue.ts';

/** A lane's queue, for replayed commands. */
export class ReplayQueue {
  readonly #sqs: SQSClient;
  readonly #queue: VouchingQueue;

  constructor(sqs: SQSClient, clock: Pick<Clock, 'sleep'>) {
    this.#sqs = sqs;
    this.#queue = new VouchingQueue(sqs, clock);
  }

  /** The approximate number of messages that wait or are in flight. */
  async depth(queueUrl: string): Promise<number> {
    const { Attributes = {} } = await this.#sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  }

  /**
   * Sends commands back, each with its first sender, sent time, message ID, receive count and message group. A refused command does not stop
   * the others.
   *
   * @returns the commands that SQS refuses as invalid, or in every attempt while it accepts others
   * @throws Error if SQS accepts none. Then none counts as refused, and a repeat of this call makes no second link.
   */
  async send(queueUrl: string, commands: ParkedCommand[], deadline: Deadline): Promise<ParkedCommand[]> {
    const vouched = commands.map((parked) => {
      const { body, messageId, sentAtMilliseconds, receiveCount, groupId } = parked;
      // A version that did not ask for the sender had accepted the command as its source's.
      const sender = parked.sender ?? provedSender(parked.source);
      const message = { body, messageId, sentAtMilliseconds, receiveCount, sender };
      return { ...message, ...(groupId !== undefined && { groupId }), parked };
    });
    return (await this.#queue.send(queueUrl, vouched, deadline)).map(({ parked }) => parked);
  }
}
