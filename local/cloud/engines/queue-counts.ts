/** What the queue engine knows of a queue at one moment. */
export interface QueueCounts {
  readonly name: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Messages sent since the start, by producers and topics; not those that moved from another queue. */
  readonly sent: number;
  /** Messages deleted since the start because they were older than the queue keeps them. */
  readonly expired: number;
  /** How long the oldest message has been in the queue, those in flight included; 0 when there is none. */
  readonly oldestAgeSeconds: number;
  /** The highest receive count of the messages in the queue, those in flight included; 0 when there is none. */
  readonly mostReceives: number;
}
