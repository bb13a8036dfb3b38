import { leastTtlToKeepSeconds } from '../contract/command.ts';
import { needsRenewal, wakeAt } from '../link/ledger-record.ts';
import { dayOf } from '../work/clock.ts';

/** Counts the renewals that one batch's links will need, by day (UTC), for the forecast. */
export class Renewals {
  readonly byDay = new Map<string, number>();

  /** @param expiresAt ISO 8601 @param keepUntil ISO 8601 */
  add(expiresAt: string, keepUntil: string): void {
    const seconds = (instant: string) => Math.floor(Date.parse(instant) / 1000);
    // A kept link has at least this TTL.
    const ttl = { ttlSeconds: leastTtlToKeepSeconds };
    const kept = { state: 'live', ...ttl, expiresAt: seconds(expiresAt), keepUntil: seconds(keepUntil) } as const;
    if (!needsRenewal(kept)) return;
    const day = dayOf(wakeAt(kept) * 1000);
    this.byDay.set(day, (this.byDay.get(day) ?? 0) + 1);
  }
}
