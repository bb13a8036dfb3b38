import type { PolicyCheck } from '../domain/contract/command-reading.ts';
import type { Outcome } from '../domain/contract/outcome.ts';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import type { QrJob } from '../domain/contract/qr-job.ts';
import type { RejectedCommand } from '../domain/contract/rejected-command.ts';
import type { RequestKey } from '../domain/contract/request-key.ts';
import type { SenderDecisions } from '../domain/contract/sender.ts';
import type { WorkerControl } from '../domain/control/control-record.ts';
import type { HttpNote } from '../domain/http/record.ts';
import type { OwnedLink } from '../domain/link/link-id.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';
import type { OneLinkApi } from '../domain/link/onelink-api.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Observer } from '../domain/work/observer.ts';

/** The calls with which the link worker carries out commands. */
export type LinkApi = Pick<OneLinkApi, 'create' | 'read' | 'update' | 'delete'>;

/** The adapters that the link worker needs. */
export interface LinkWorkerPorts {
  api: LinkApi;
  /** Calls of the quota that the account has left. Polled only if the control record is stale or missing. */
  quota: OneLinkApi['quota'];
  control: WorkerControl;
  /** The pace of the calls. */
  pace: {
    /** Starts slowly, after a pause of the lane. */
    easeIn(): void;
    /** Acquires a permit to start a command, so that the worker reads its records shortly before its call. */
    acquire(): Promise<void>;
    /** Releases the permit of a command that has ended without a call. */
    release(): void;
  };
  /** What commands may hold by the policies of their template and source. */
  policy: PolicyCheck;
  parked: { add(command: ParkedCommand): Promise<void> };
  /** Keeps the commands of unknown senders until somebody decides about the sender. */
  held: { add(command: ParkedCommand): Promise<void> };
  /** The operators' decisions about unknown senders. */
  senders: { decisions(): Promise<SenderDecisions> };
  /** Runs for each call of the quota, for the metrics by source. */
  onQuotaCall: (source: string) => void;
  /** Derives link IDs and keys the digests. */
  linkIdSecret: { value(): Promise<string> };
  ledger: Omit<LinkLedger, 'noteQr' | 'concludeCheck' | 'removeChecked'>;
  /** Notes for the HTTP API what has no request record: parked, held, rejected without an attempt. */
  httpRecords: { note(message: RequestKey & { messageId: string }, note: HttpNote): Promise<void> };
  outcomes: { publish(outcome: Outcome): Promise<void> };
  /** The answers to `get`. Absent if no producer may have one. */
  privateOutcomes?: { publish(outcome: Outcome): Promise<void> } | undefined;
  qrQueue: { enqueue(job: QrJob, groupId: string): Promise<void> };
  qrImages: { remove(link: OwnedLink): Promise<void> };
  archive: { addRejected(rejected: RejectedCommand): Promise<void> };
  observer: Observer;
  clock: Clock;
}
