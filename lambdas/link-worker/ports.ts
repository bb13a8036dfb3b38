import type { ApiAnswer, LinkAtApi } from '../domain/api-answer.ts';
import type { Clock } from '../domain/clock.ts';
import type { ControlRecord, Lease, LinkRecord, RequestRecord } from '../domain/ledger-record.ts';
import type { LinkAddress } from '../domain/link-id.ts';
import type { LinkSpec } from '../domain/link-spec.ts';
import type { Observer } from '../domain/observer.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { QrJob } from '../domain/qr-job.ts';
import type { RejectedCommand } from '../domain/rejected-command.ts';

export interface OneLinkApi {
  create(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>>;
  read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>>;
  update(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>>;
  delete(address: LinkAddress): Promise<ApiAnswer<null>>;
}

export interface LinkLedger {
  requests(asked: { source: string; requestId: string }[]): Promise<Map<string, RequestRecord>>;
  /** Remembers the answer, or returns the one that another copy of the request has had before. */
  rememberRequest(record: RequestRecord): Promise<RequestRecord | undefined>;
  link(address: LinkAddress): Promise<LinkRecord | undefined>;
  /** Adds the record, or returns the one that is there. */
  addLink(record: LinkRecord): Promise<LinkRecord | undefined>;
  leaseLink(address: LinkAddress, lease: Lease, readVersion: number, nowSeconds: number): Promise<boolean>;
  releaseLink(address: LinkAddress, lease: Lease): Promise<void>;
  /** @param held anew: the record is that of another link than before, which has no image yet. */
  replaceLink(
    record: LinkRecord,
    held: { version: number; leaseOf?: string; nowSeconds: number; anew?: boolean },
  ): Promise<boolean>;
  control(): Promise<ControlRecord | undefined>;
}

/** Everything outside that the link worker needs. */
export interface LinkWorkerPorts {
  api: OneLinkApi;
  /** Derives link IDs and keys the digests. */
  linkIdSecret: { value(): Promise<string> };
  ledger: LinkLedger;
  outcomes: { tell(outcome: Outcome): Promise<void> };
  qrQueue: { ask(job: QrJob): Promise<void> };
  qrImages: { remove(address: LinkAddress): Promise<void> };
  archive: { addRejected(rejected: RejectedCommand): Promise<void> };
  observer: Observer;
  clock: Clock;
}
