import type { Meaning } from '../onelink/failure-table.ts';
import { isWrite, type Operation } from '../onelink/operation.ts';

/**
 * Answers to a POST, PUT or DELETE that cost a call of the quota, or may. Successes and refused IDs in use cost one. The API's
 * documentation does not say whether other failures do, so they count as spent.
 */
const counted: ReadonlySet<Meaning> = new Set(['ok', 'exists', 'taken-or-invalid', 'permanent', 'absent', 'ambiguous']);

/** Calls of the quota that one lane made on one day (UTC). */
export interface SpentOnDay {
  lane: string;
  /** `2026-03-09` */
  day: string;
  calls: number;
  /** By hour, 0 to 23. */
  byHour: Map<number, number>;
}

/** Calls of the quota that one batch has made. */
export class QuotaTally {
  calls = 0;
  readonly #onCall: (source: string) => void;

  /** @param onCall runs for each call, for the metrics by source */
  constructor(onCall: (source: string) => void) {
    this.#onCall = onCall;
  }

  answered(source: string, operation: Operation, meaning: Meaning): void {
    if (!isWrite(operation) || !counted.has(meaning)) return;
    this.calls++;
    this.#onCall(source);
  }
}
