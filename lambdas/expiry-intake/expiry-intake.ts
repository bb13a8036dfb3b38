import type { LinkLedger } from '../domain/link/link-ledger.ts';
import { isMadeBy, stateOfRemoved } from '../domain/link/link-state.ts';
import { type Removal, recordInCheck } from '../domain/link/removal.ts';
import { type Clock, secondsNow } from '../domain/work/clock.ts';
import { nameOfError, type Observer } from '../domain/work/observer.ts';
import type { ExpiryIntakeEnvironment } from './env.ts';

/** The adapters that the intake needs. */
export interface ExpiryIntakePorts {
  ledger: Pick<LinkLedger, 'addLink'>;
  /** The expiry worker's queue. */
  checks: { enqueue(body: string): Promise<void> };
  /** The removal in a record of the table's stream, or undefined if the record is not a link's. */
  removalIn: (body: string) => Removal | undefined;
  observer: Observer;
  clock: Clock;
}

/** Resolves to whether each stream record succeeded, in order. The stream delivers a failed one again. */
export type StreamWork = (bodies: string[]) => Promise<boolean[]>;

/**
 * The expiry intake handles the records that DynamoDB's TTL has removed, because a link may outlive its record.
 *
 *     tombstone ─────────────────────▶ dropped
 *     certainly expired ─────────────▶ queue
 *     otherwise: restored in the ledger, marked, if the address has no record ─▶ queue
 *                  └─ it has one ── the same link: its writer has found it alive ─▶ dropped
 *                                 └ with the mark of this removal, or another link ─▶ queue
 *
 * The intake restores the record before it queues the check, so commands find their link while the check waits. After a
 * crash in between, the stream delivers the removal again, and the intake finds its own mark.
 */
export function expiryIntake(
  { CHECK_LOST_AFTER_DAYS }: Pick<ExpiryIntakeEnvironment, 'CHECK_LOST_AFTER_DAYS'>,
  { ledger, checks, removalIn, observer, clock }: ExpiryIntakePorts,
): StreamWork {
  async function take(body: string): Promise<void> {
    const removal = removalIn(body);
    // An unreadable record would block the stream here. In the queue it becomes a dead letter, and an alarm pages.
    if (removal === undefined) return checks.enqueue(body);
    const nowSeconds = secondsNow(clock);
    const state = stateOfRemoved(removal.record, nowSeconds);
    if (state === 'tombstone') return;
    if (state === 'unsure') {
      const existing = await ledger.addLink(recordInCheck(removal, nowSeconds, CHECK_LOST_AFTER_DAYS));
      const isOwn = existing?.expiryCheck?.token === removal.token;
      if (existing !== undefined && isMadeBy(existing, removal.record) && !isOwn) return;
    }
    await checks.enqueue(body);
  }

  return (bodies) =>
    Promise.all(
      bodies.map(async (body) => {
        try {
          await take(body);
          return true;
        } catch (error) {
          observer.warn('the intake of a link’s removal failed: the stream delivers it again', {
            error: nameOfError(error),
          });
          return false;
        }
      }),
    );
}
