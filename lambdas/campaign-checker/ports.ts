import type { CampaignKey } from '../domain/campaign/places.ts';
import type { CampaignFile, CampaignRecord } from '../domain/campaign/record.ts';
import type { CheckedRow } from '../domain/campaign/row.ts';
import type { PolicyCheck } from '../domain/contract/command-reading.ts';
import type { RequestKey } from '../domain/contract/request-key.ts';
import type { ControlReader } from '../domain/control/control-record.ts';
import type { LinkRecord, RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Observer } from '../domain/work/observer.ts';

/** A campaign's record, as it was read. */
export interface Reading {
  /** Undefined if the record is missing or malformed. */
  record: CampaignRecord | undefined;
  corrupt: boolean;
}

export type Content = Omit<CampaignRecord, 'v' | 'revision'>;

/** The adapters that the campaign checker needs. */
export interface CampaignCheckerPorts {
  campaigns: {
    read(campaign: CampaignKey): Promise<Reading>;
    /** @returns the record as it is now, or undefined if somebody else has written it since the reading */
    write(next: Content, read: Reading): Promise<CampaignRecord | undefined>;
    list(drop: CampaignKey & { drop: number }): Promise<void>;
  };
  files: {
    /** What is in the inbox under this key now, or undefined. */
    file(key: string): Promise<CampaignFile | undefined>;
    /** @throws an error named `FileChanged` if the file is gone or has other bytes now */
    bytes(file: CampaignFile, from: number): AsyncIterable<Uint8Array>;
    settings(campaign: CampaignKey): Promise<{ text: string } | 'too-large' | undefined>;
    putChunk(campaign: CampaignKey, drop: number, chunk: number, rows: readonly CheckedRow[]): Promise<void>;
    putDigests(campaign: CampaignKey, drop: number, part: number, digests: Uint8Array): Promise<void>;
    digests(campaign: CampaignKey, drop: number, part: number): Promise<Uint8Array>;
    putRejected(campaign: CampaignKey, drop: number, part: number, rows: readonly CheckedRow[]): Promise<void>;
    rejected(campaign: CampaignKey, drop: number, part: number): Promise<CheckedRow[]>;
    /** Streams an object, which appears whole or not at all. */
    upload(key: string, parts: AsyncIterable<string>, contentType: string): Promise<void>;
  };
  /** What the HTTP API has noted: whether a call has asked for a link of the campaign's keys. */
  calls: { isCampaignNoted(campaign: CampaignKey): Promise<boolean> };
  /** What the ledger knows of the rows. */
  ledger: {
    requests(asked: RequestKey[]): Promise<Map<string, RequestRecord>>;
    linksAt(addresses: readonly LinkAddress[]): Promise<LinkRecord[]>;
  };
  linkIdSecret: { value(): Promise<string> };
  control: ControlReader;
  /** The checker's own queue. */
  queue: { send(body: string, delaySeconds: number): Promise<void> };
  policy: PolicyCheck;
  observer: Observer;
  clock: Clock;
}
