/** The state of a queue at one moment. */
export interface QueueCounts {
  readonly name: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Messages that producers and topics have sent since the start, without those that moved from another queue. */
  readonly sent: number;
  /** Messages deleted since the start at the end of the queue's retention. */
  readonly expired: number;
  /** The age of the oldest message in the queue, in flight or not. 0 if there is none. */
  readonly oldestAgeSeconds: number;
  /** The highest receive count of the messages in the queue, in flight or not. 0 if there is none. */
  readonly mostReceives: number;
}
