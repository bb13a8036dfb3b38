import type { CampaignKey } from '../domain/campaign/places.ts';
import type { PolicyCheck } from '../domain/contract/command-reading.ts';
import type { RequestKey } from '../domain/contract/request-key.ts';
import type { ControlReader } from '../domain/control/control-record.ts';
import type { Places } from '../domain/http/rate.ts';
import type { HttpRecord } from '../domain/http/record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Deadline } from '../domain/work/delivery.ts';
import type { Observer } from '../domain/work/observer.ts';

/** A command as it goes to its lane. */
export interface LaneMessage {
  body: string;
  messageId: string;
  /** Epoch milliseconds of the first claim. */
  sentAtMilliseconds: number;
  /** The source that API Gateway has proved. */
  sender: string;
  groupId: string;
}

/** A place among the waiting calls, and its end in epoch milliseconds. */
export interface WaitingPlace {
  place: number;
  until: number;
}

/** The adapters that the HTTP API needs. */
export interface HttpApiPorts {
  control: ControlReader;
  ledger: Pick<LinkLedger, 'requests' | 'link'>;
  records: {
    find(requests: readonly RequestKey[]): Promise<Map<string, HttpRecord>>;
    claim(record: HttpRecord, over?: HttpRecord): Promise<boolean>;
    markSent(record: RequestKey & { messageId: string }, nowMilliseconds: number): Promise<void>;
    giveUp(record: HttpRecord): Promise<void>;
    withdraw(record: HttpRecord): Promise<void>;
    /** The request of the last change of a key's link. */
    lastChange(key: RequestKey): Promise<string | undefined>;
    /**
     * Notes the request of the next change.
     *
     * @param read the last change, as the call has read it
     * @returns false if another call has noted one since
     */
    noteChange(key: RequestKey, next: string, read: string | undefined): Promise<boolean>;
    /** Notes that calls make links of this campaign's keys. `expiresAt` is in epoch seconds. */
    noteCampaign(campaign: CampaignKey, expiresAt: number): Promise<void>;
    /** The last request of a source with the action `qr` for this link. */
    lastCode(source: string, address: LinkAddress): Promise<string | undefined>;
    /** Notes such a request. `expiresAt` is that of its HTTP record. */
    noteCode(request: RequestKey, address: LinkAddress, expiresAt: number): Promise<void>;
  };
  limits: {
    /**
     * Takes the next places of a source's rate, if the next one is in the range.
     *
     * @returns undefined if they are taken, or else the next place
     */
    takeRate(source: string, places: Places, by: number): Promise<number | undefined>;
    take(place: WaitingPlace, nowMilliseconds: number): Promise<Set<number> | undefined>;
    leave(place: WaitingPlace): Promise<void>;
  };
  lanes: {
    /**
     * @returns the messages that the lane's queue refuses
     * @throws Error if it accepts none
     */
    send(lane: string, messages: readonly LaneMessage[], deadline: Deadline): Promise<readonly LaneMessage[]>;
  };
  /** Keys the digests of commands. */
  linkIdSecret: { value(): Promise<string> };
  reader: { read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi> | 'busy' | 'failed'> };
  codes: { read(key: string): Promise<Uint8Array | undefined> };
  /** What commands may hold by the policies of their template and source. */
  policy: PolicyCheck;
  /** The OpenAPI document, as JSON. */
  openapi(): string;
  newMessageId(): string;
  /** From 0 up to 1. */
  random(): number;
  observer: Observer;
  clock: Clock;
}
