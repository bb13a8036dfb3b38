import type { Fault } from './fault.ts';

/** A command that was refused, whole, with the reasons: what a producer's engineer needs to mend it and send it again. */
export interface RejectedCommand {
  lane: string;
  messageId: string;
  /** ISO 8601. */
  sentAt: string;
  source: string | null;
  requestId: string | null;
  faults: Fault[];
  /** As it was received. Confidential: the archive bucket is encrypted, and nothing of it goes to the logs. */
  body: string;
}
