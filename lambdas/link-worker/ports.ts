import type { LinkSpec } from '../domain/contract/link-spec.ts';
import type { Outcome } from '../domain/contract/outcome.ts';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import type { QrJob } from '../domain/contract/qr-job.ts';
import type { RejectedCommand } from '../domain/contract/rejected-command.ts';
import type { ControlReader, Signal } from '../domain/control/control-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Operation } from '../domain/onelink/operation.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Observer } from '../domain/work/observer.ts';

export interface OneLinkApi {
  create(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>>;
  read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>>;
  update(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>>;
  delete(address: LinkAddress): Promise<ApiAnswer<null>>;
}

/** The governor's word, and what the governor has to hear of. */
export interface LinkWorkerControl extends ControlReader {
  signal(signal: Signal, nowMilliseconds: number): Promise<void>;
  addSpent(lane: string, calls: number, nowMilliseconds: number): Promise<void>;
  addRenewals(day: string, links: number, nowMilliseconds: number): Promise<void>;
}

/** Everything outside that the link worker needs. */
export interface LinkWorkerPorts {
  api: OneLinkApi;
  /** Calls of the quota that the account has left: asked only when the governor has not told. */
  quota: (accountId: string) => Promise<ApiAnswer<number>>;
  control: LinkWorkerControl;
  /** The pace of the calls. */
  pace: {
    /** A lane that was paused begins slowly. */
    easeIn(): void;
    /** Resolves when it is time to begin with a command, so that it is looked up shortly before its call. */
    acquire(): Promise<void>;
    /** It has ended without a call. */
    release(): void;
  };
  parked: { add(command: ParkedCommand): Promise<void> };
  /** Told of each call of the quota, for the metrics by source. */
  onQuotaCall: (source: string, operation: Operation) => void;
  /** Derives link IDs and keys the digests. */
  linkIdSecret: { value(): Promise<string> };
  ledger: Omit<LinkLedger, 'noteQr' | 'concludeCheck' | 'removeChecked'>;
  outcomes: { tell(outcome: Outcome): Promise<void> };
  qrQueue: { ask(job: QrJob): Promise<void> };
  qrImages: { remove(address: LinkAddress): Promise<void> };
  archive: { addRejected(rejected: RejectedCommand): Promise<void> };
  observer: Observer;
  clock: Clock;
}
