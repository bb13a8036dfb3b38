import { provedSender } from '../domain/contract/sender.ts';
import type { BatchWork, Deadline, Delivery } from '../domain/work/delivery.ts';
import { nameOfError, type Observer } from '../domain/work/observer.ts';
import { forwarderMetric } from './names.ts';

/** What the forwarder passes on. The number of deliveries stays behind: the worker has not tried the message yet. */
export type Forwarded = Pick<Delivery, 'body' | 'messageId' | 'sentAtMilliseconds' | 'sender' | 'groupId'>;

/** The adapters that the forwarder needs. */
export interface ForwarderPorts {
  lane: {
    /**
     * @returns the messages that the lane's queue refuses
     * @throws Error if it accepts none
     */
    send(messages: readonly Forwarded[], deadline: Deadline): Promise<Forwarded[]>;
  };
  observer: Pick<Observer, 'count' | 'warn'>;
}

/**
 * The forwarder passes the messages of one ingress queue on to its lane. The queue admits one producer only, so it proves
 * the source.
 *
 *     ingress queue ─▶ body, proved source, first ID, sent time, group ─▶ lane's queue
 *                 └─◀ refused, or not accepted: it returns, with a growing delay
 *
 * It reads no body: the worker opens envelopes and checks commands. After a crash it sends some messages again. The worker
 * answers these from their request records.
 */
export function forwarder(source: string, { lane, observer }: ForwarderPorts): BatchWork {
  return async (deliveries, deadline) => {
    const messages = deliveries.map(
      ({ body, messageId, sentAtMilliseconds, groupId }): Forwarded => ({
        body,
        messageId,
        sentAtMilliseconds,
        sender: provedSender(source),
        ...(groupId !== undefined && { groupId }),
      }),
    );
    const refused = new Set<Forwarded>();
    try {
      for (const one of await lane.send(messages, deadline)) refused.add(one);
    } catch (error) {
      observer.count(forwarderMetric.forwardFailed, deliveries.length);
      observer.warn('the lane’s queue accepted no message', { source, error: nameOfError(error) });
      return deliveries.map(() => 'try-again');
    }
    if (refused.size > 0) {
      observer.count(forwarderMetric.forwardFailed, refused.size);
      observer.warn('the lane’s queue refused messages', { source, count: refused.size });
    }
    return messages.map((message) => (refused.has(message) ? 'try-again' : 'done'));
  };
}
