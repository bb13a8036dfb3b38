import type { Fault } from './fault.ts';

/** A whole rejected command and its faults. A producer's engineer needs both to fix the command and send it again. */
export interface RejectedCommand {
  lane: string;
  messageId: string;
  /** ISO 8601. */
  sentAt: string;
  source: string | null;
  requestId: string | null;
  faults: Fault[];
  /** The body, unchanged. Confidential: the archive bucket is encrypted, and the logs contain none of it. */
  body: string;
}
