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
    /** The records of the campaigns on the list of active ones. Strongly consistent. */
    active(): Promise<CampaignRecord[]>;
    /** One campaign's record. Strongly consistent. */
    read(campaign: CampaignKey): Promise<CampaignRecord | undefined>;
    /**
     * Replaces the record, unless somebody else has written it since this revision. It recognises its own repeat after a
     * lost answer.
     *
     * @param next with the revision that follows
     * @returns whether it was replaced
     */
    replace(next: CampaignRecord, readRevision: number): Promise<boolean>;
    /** Takes a campaign off the list. Safe to repeat. */
    unlist(campaign: CampaignKey): Promise<void>;
  };
  files: {
    /** The rows of a chunk, or undefined if the object is missing. */
    chunk(campaign: CampaignKey, drop: number, chunk: number): Promise<CheckedRow[] | undefined>;
    /** Writes, or overwrites, the results of a settled chunk. */
    putResults(campaign: CampaignKey, drop: number, chunk: number, results: readonly RowResult[]): Promise<void>;
    /** The results of a settled chunk, or undefined if the object is missing. */
    results(campaign: CampaignKey, drop: number, chunk: number): Promise<RowResult[] | undefined>;
    /** Streams a text into an object, in flat memory. The object appears whole or not at all. */
    write(key: string, contentType: string, parts: AsyncIterable<string>): Promise<void>;
  };
  ledger: Pick<LinkLedger, 'requests'> & {
    /** The existing records of these links. Strongly consistent. */
    links(addresses: LinkAddress[]): Promise<LinkRecord[]>;
  };
  queue: {
    /** The approximate number of messages that wait or are in flight. */
    depth(queueUrl: string): Promise<number>;
    /**
     * @returns the rows that the queue refuses
     * @throws Error if it accepts none. Then none counts as refused.
     */
    send(queueUrl: string, rows: OutgoingRow[], deadline: Deadline): Promise<OutgoingRow[]>;
  };
  outcomes: { publish(outcome: Outcome): Promise<void> };
  /** Keys the digests of commands. */
  linkIdSecret: { value(): Promise<string> };
  policy: PolicyCheck;
  laneObserver: (lane: string) => Observer;
  clock: Clock;
}
