import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { isMadeBy, stateOfRemoved } from '../domain/link/link-state.ts';
import { type Removal, recordInCheck } from '../domain/link/removal.ts';
import { type Clock, secondsNow } from '../domain/work/clock.ts';
import type { Observer } from '../domain/work/observer.ts';
import type { ExpiryIntakeEnvironment } from './env.ts';

/** Everything outside that the intake needs. */
export interface ExpiryIntakePorts {
  ledger: { addLink(record: LinkRecord): Promise<LinkRecord | undefined> };
  /** The expiry worker's queue. */
  checks: { ask(body: string): Promise<void> };
  /** What a record of the table's stream tells; undefined when it is no link's. */
  removalIn: (body: string) => Removal | undefined;
  observer: Observer;
  clock: Clock;
}

/** Whether each record of the stream is taken care of, in their order. One that is not is to be delivered again. */
export type StreamWork = (bodies: string[]) => Promise<boolean[]>;

/**
 * The expiry intake: DynamoDB's TTL has removed a link's record, and the link may live on.
 *
 *     tombstone ─────────────────────▶ forgotten
 *     certainly over ────────────────▶ queue
 *     otherwise: back into the ledger, marked, if the address has no record ─▶ queue
 *                  └─ it has ── the same link: whoever wrote that has seen it alive
 *                             └ with the mark of this removal, or another link ─▶ queue
 *
 * The record goes back before the check is queued, so that a command finds its link however long the check waits. A crash
 * in between delivers the removal again, which finds its own mark.
 */
export function expiryIntake(
  { CHECK_LOST_AFTER_DAYS }: Pick<ExpiryIntakeEnvironment, 'CHECK_LOST_AFTER_DAYS'>,
  { ledger, checks, removalIn, observer, clock }: ExpiryIntakePorts,
): StreamWork {
  async function take(body: string): Promise<void> {
    const removal = removalIn(body);
    // What cannot be read is a dead letter of the queue in the end, where somebody sees it; here it would stop the stream.
    if (removal === undefined) return checks.ask(body);
    const nowSeconds = secondsNow(clock);
    const state = stateOfRemoved(removal.record, nowSeconds);
    if (state === 'tombstone') return;
    if (state === 'unsure') {
      const standing = await ledger.addLink(recordInCheck(removal, nowSeconds, CHECK_LOST_AFTER_DAYS));
      const isOwn = standing?.expiryCheck?.token === removal.token;
      if (standing !== undefined && isMadeBy(standing, removal.record) && !isOwn) return;
    }
    await checks.ask(body);
  }

  return (bodies) =>
    Promise.all(
      bodies.map(async (body) => {
        try {
          await take(body);
          return true;
        } catch (error) {
          const name = error instanceof Error ? error.name : 'unknown';
          observer.warn('the removal of a link’s record is to be delivered again', { error: name });
          return false;
        }
      }),
    );
}
