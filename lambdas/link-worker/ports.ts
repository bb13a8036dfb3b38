import type { LinkSpec } from '../domain/contract/link-spec.ts';
import type { Outcome } from '../domain/contract/outcome.ts';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import type { QrJob } from '../domain/contract/qr-job.ts';
import type { RejectedCommand } from '../domain/contract/rejected-command.ts';
import type { RequestKey } from '../domain/contract/request-key.ts';
import type { ControlReader, Signal } from '../domain/control/control-record.ts';
import type { Claim, Lease, LinkRecord, RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
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

export interface LinkLedger {
  requests(asked: RequestKey[]): Promise<Map<string, RequestRecord>>;
  /** Remembers the answer, or returns the one that another copy of the request has had before. */
  rememberRequest(record: RequestRecord): Promise<RequestRecord | undefined>;
  link(address: LinkAddress): Promise<LinkRecord | undefined>;
  /** Adds the record, or returns the one that is there. */
  addLink(record: LinkRecord): Promise<LinkRecord | undefined>;
  /** @returns false while another attempt's claim runs */
  claimAddress(
    address: LinkAddress,
    claim: Claim,
    held: { nowSeconds: number; recorded?: RequestKey | undefined },
  ): Promise<boolean>;
  claimOf(address: LinkAddress): Promise<Claim | undefined>;
  releaseClaim(
    address: LinkAddress,
    claim: Pick<Claim, 'source' | 'requestId' | 'token'>,
    nowSeconds: number,
  ): Promise<void>;
  leaseLink(address: LinkAddress, lease: Lease, readVersion: number, nowSeconds: number): Promise<boolean>;
  releaseLink(address: LinkAddress, lease: Lease): Promise<void>;
  /** @param held anew: the record is that of another link than before, which has no image yet. */
  replaceLink(
    record: LinkRecord,
    held: { version: number; leaseOf?: string; nowSeconds: number; anew?: boolean },
  ): Promise<boolean>;
  /** Where the parked commands of a link stand, the first one first. */
  parkedPlaces(address: LinkAddress): Promise<string[]>;
  addParkedPlace(address: LinkAddress, place: string, keptUntilSeconds: number): Promise<void>;
  removeParkedPlace(address: LinkAddress, place: string): Promise<void>;
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
    approach(): Promise<void>;
    /** It has ended without a call. */
    arrive(): void;
  };
  parked: { add(command: ParkedCommand): Promise<void> };
  /** Told of each call of the quota, for the metrics by source. */
  onQuotaCall: (source: string, operation: Operation) => void;
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
