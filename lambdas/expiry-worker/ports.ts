import type { Outcome } from '../domain/contract/outcome.ts';
import type { ControlReader } from '../domain/control/control-record.ts';
import type { HistoryLine } from '../domain/link/history-line.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';
import type { Removal } from '../domain/link/removal.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Operation } from '../domain/onelink/operation.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Observer } from '../domain/work/observer.ts';

/** Everything outside that the expiry worker needs. */
export interface ExpiryWorkerPorts {
  api: {
    read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>>;
    update(
      address: LinkAddress,
      link: { data: Record<string, string>; ttl: string; renewTtl: boolean },
    ): Promise<ApiAnswer<{ shortUrl: string }>>;
  };
  ledger: Pick<LinkLedger, 'link' | 'addLink' | 'leaseLink' | 'releaseLink' | 'concludeCheck' | 'removeChecked'>;
  control: ControlReader & {
    addSpent(lane: string, calls: number, nowMilliseconds: number): Promise<void>;
    addRenewals(day: string, links: number, nowMilliseconds: number): Promise<void>;
  };
  /** Keys the digests by which a link is known again. */
  linkIdSecret: { value(): Promise<string> };
  /** What the message tells, which is the table's stream record of a removal. */
  removalIn: (body: string) => Removal | undefined;
  history: { addExpired(line: HistoryLine): Promise<void> };
  qrImages: { remove(address: LinkAddress): Promise<void> };
  outcomes: { tell(outcome: Outcome): Promise<void> };
  observer: Observer;
  /** Told of each call of the quota, for the metrics by source. */
  onQuotaCall: (source: string, operation: Operation) => void;
  clock: Clock;
}
