import type { Outcome } from '../domain/contract/outcome.ts';
import type { WorkerControl } from '../domain/control/control-record.ts';
import type { HistoryLine } from '../domain/link/history-line.ts';
import type { OwnedLink } from '../domain/link/link-id.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';
import type { OneLinkApi } from '../domain/link/onelink-api.ts';
import type { Removal } from '../domain/link/removal.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Observer } from '../domain/work/observer.ts';

/** The adapters that the expiry worker needs. */
export interface ExpiryWorkerPorts {
  api: Pick<OneLinkApi, 'read' | 'update'>;
  ledger: Pick<LinkLedger, 'link' | 'addLink' | 'leaseLink' | 'releaseLink' | 'concludeCheck' | 'removeChecked'>;
  control: Omit<WorkerControl, 'signal'>;
  /** The key of the data digests. */
  linkIdSecret: { value(): Promise<string> };
  /** The removal in a message, which contains a record of the table's stream. */
  removalIn: (body: string) => Removal | undefined;
  history: { addExpired(line: HistoryLine): Promise<void> };
  qrImages: { remove(link: OwnedLink): Promise<void> };
  outcomes: { publish(outcome: Outcome): Promise<void> };
  observer: Observer;
  /** Runs for each call of the quota, for the metrics by source. */
  onQuotaCall: (source: string) => void;
  clock: Clock;
}
