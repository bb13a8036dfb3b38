import type { CampaignKey } from '../domain/campaign/places.ts';
import type { CampaignRecord } from '../domain/campaign/record.ts';
import type { CheckedRow, RowResult } from '../domain/campaign/row.ts';
import type { PolicyCheck } from '../domain/contract/command-reading.ts';
import type { Outcome } from '../domain/contract/outcome.ts';
import type { ControlReader } from '../domain/control/control-record.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Deadline } from '../domain/work/delivery.ts';
import type { Observer } from '../domain/work/observer.ts';

/** A campaign's drop, as on the list of active campaigns. */
export interface CampaignDrop extends CampaignKey {
  drop: number;
}

/** One reading of a campaign's record. */
export interface CampaignReading {
  /** Undefined if the record is missing or malformed. */
  record: CampaignRecord | undefined;
  corrupt: boolean;
}

/** A campaign as a writer gives it. The table adds the version and the revision. */
export type CampaignContent = Omit<CampaignRecord, 'v' | 'revision'>;

/** A command on its way into a lane's queue. */
export interface OutgoingRow {
  row: number;
  body: string;
  /** The same each time the row is sent with the same command. */
  messageId: string;
  /** Epoch milliseconds. */
  sentAtMilliseconds: number;
  /** `source:crm` (contract/sender.ts). */
  sender: string;
  /** Its message group: source and campaign. */
  groupId: string;
}

export interface CampaignSenderPorts {
  control: ControlReader;
  campaigns: {
    active(): Promise<CampaignDrop[]>;
    /** Strongly consistent, in any order. A missing record is left out. */
    readAll(campaigns: readonly CampaignKey[]): Promise<{ records: CampaignRecord[]; corrupt: string[] }>;
    read(campaign: CampaignKey): Promise<CampaignReading>;
    /** @returns the record as it is now, or undefined if somebody else has written it since the reading */
    write(next: CampaignContent, read: CampaignReading): Promise<CampaignRecord | undefined>;
    /** Takes a drop off the list. Safe to repeat. */
    unlist(drop: CampaignDrop): Promise<void>;
  };
  files: {
    /** @throws Error if the chunk is missing or malformed */
    chunk(campaign: CampaignKey, drop: number, chunk: number): Promise<CheckedRow[]>;
    /** Writes the results of a settled chunk, or replaces them. */
    putChunkResult(campaign: CampaignKey, drop: number, chunk: number, rows: readonly RowResult[]): Promise<void>;
    /** @throws Error if the result is missing or malformed */
    chunkResult(campaign: CampaignKey, drop: number, chunk: number): Promise<RowResult[]>;
    /** Writes an object of any size in flat memory. The object appears when it is whole, or not at all. */
    upload(key: string, parts: AsyncIterable<string>, contentType: string): Promise<void>;
  };
  ledger: Pick<LinkLedger, 'requests'> & {
    /** The existing records of these links. Strongly consistent. */
    linksAt(addresses: readonly LinkAddress[]): Promise<LinkRecord[]>;
  };
  queue: {
    /** The approximate number of messages that wait or are in flight. */
    depth(queueUrl: string): Promise<number>;
    /**
     * @returns the rows that the queue refuses
     * @throws Error if it accepts none. Then none counts as refused.
     */
    send(queueUrl: string, rows: readonly OutgoingRow[], deadline: Deadline): Promise<OutgoingRow[]>;
  };
  outcomes: { publish(outcome: Outcome): Promise<void> };
  /** Keys the digests of commands. */
  linkIdSecret: { value(): Promise<string> };
  policy: PolicyCheck;
  laneObserver: (lane: string) => Observer;
  clock: Clock;
}
