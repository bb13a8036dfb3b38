import type { ErasureRun, TargetPage } from '../domain/acts/erasure-run.ts';
import type { CampaignKey } from '../domain/campaign/places.ts';
import type { CampaignRecord } from '../domain/campaign/record.ts';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import type { RequestKey } from '../domain/contract/request-key.ts';
import type { LinkRecord, RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress, OwnedLink } from '../domain/link/link-id.ts';
import type { ScanPage, SubjectItem } from '../domain/link/subject-item.ts';
import type { Clock } from '../domain/work/clock.ts';

/** The ledger, as a search and an erasure use it. */
export interface SubjectLedger {
  /** Items with a subject, from a key on. */
  withSubject(after?: string): Promise<ScanPage<SubjectItem>>;
  /** Records of requests without a subject whose outcome names a link. */
  withLink(after?: string): Promise<ScanPage<RequestKey & LinkAddress>>;
  /** Marks subjects as erased, so that the workers end what was requested or sent until then. */
  mark(digests: Iterable<string>, erasedAt: number, expiresAtSeconds: number): Promise<void>;
  run(id: string): Promise<ErasureRun | undefined>;
  /** @returns false if somebody else has saved the run since it was read */
  saveRun(id: string, run: ErasureRun, expiresAtSeconds: number): Promise<boolean>;
  /** Notes for plans how many DELETE calls the run has before it. */
  noteOpenDeletes(id: string, deletes: number, expiresAtSeconds: number): Promise<void>;
  page(id: string, page: number): Promise<TargetPage>;
  savePage(id: string, page: number, targets: TargetPage, expiresAtSeconds: number): Promise<void>;
  removePage(id: string, page: number): Promise<void>;
  link(address: LinkAddress): Promise<LinkRecord | undefined>;
  request(key: RequestKey): Promise<RequestRecord | undefined>;
  /** Leaves of a deleted link what keeps its address from others. @returns false if the record has changed since */
  cutLink(link: OwnedLink, version: number): Promise<boolean>;
  /** Leaves of a request what answers its repeats. */
  cutRequest(key: RequestKey): Promise<void>;
  cutHttpRecord(key: RequestKey): Promise<void>;
}

/** A version of an object. A bucket without versions has one of each object, under the ID `null`. */
export interface ObjectVersion {
  key: string;
  versionId: string;
  isLatest: boolean;
  bytes: number;
}

/** A bucket with all versions of its objects. */
export interface Versions {
  objects(prefix: string, after?: string): AsyncIterable<ObjectVersion[]>;
  read(version: Pick<ObjectVersion, 'key' | 'versionId'>): Promise<Buffer | undefined>;
  write(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** Puts a delete marker over the object. */
  hide(key: string): Promise<void>;
  remove(version: Pick<ObjectVersion, 'key' | 'versionId'>): Promise<void>;
}

/** What the producers of the configuration may do. */
export interface Sources {
  /** The lane of each producer, and its templates. */
  [source: string]: { lane: string; templates: readonly string[] };
}

export interface SubjectPorts {
  ledger: SubjectLedger;
  archive: Versions;
  campaignBucket: Versions;
  campaigns: { read(campaign: CampaignKey): Promise<{ record: CampaignRecord | undefined }> };
  images: { remove(link: OwnedLink): Promise<void> };
  lanes: {
    /** Sends commands to a lane, each with its first sender. @returns those that the queue refuses */
    sendBack(lane: string, commands: ParkedCommand[]): Promise<ParkedCommand[]>;
  };
  sources: Sources;
  linkIdSecret: { value(): Promise<string> };
  newMessageId(): string;
  clock: Pick<Clock, 'wallMilliseconds' | 'monotonicMilliseconds'>;
}

export interface SubjectSettings {
  /** The longest invocation of a worker: until then, one may still work that has not read the mark. */
  settleSeconds: number;
  /** How long the mark stays: longer than any command waits. */
  keptDays: number;
  /** The lanes that have a queue. */
  lanes: ReadonlySet<string>;
}
