import type { RequestKey } from '../contract/request-key.ts';
import type { CheckLease, Claim, Lease, LinkRecord, RequestRecord } from './ledger-record.ts';
import type { LinkAddress } from './link-id.ts';

/** The ledger as use cases know it. Reads are strongly consistent. A write that is repeated, since its answer was lost, knows itself. */
export interface LinkLedger {
  /** The records of those requests that have one, by their request key. */
  requests(asked: RequestKey[]): Promise<Map<string, RequestRecord>>;
  /** Remembers what was answered, unless the request has been answered already: then it returns that answer's record. */
  rememberRequest(record: RequestRecord): Promise<RequestRecord | undefined>;
  /** One link's record. An expired record may still be there: DynamoDB removes it some days later. */
  link(address: LinkAddress): Promise<LinkRecord | undefined>;
  /** Adds a link's record unless the address has one already, whose it then returns. */
  addLink(record: LinkRecord): Promise<LinkRecord | undefined>;
  /**
   * Takes the lease of a link for one change, unless the link has changed since that version was read, or any
   * lease of it still runs, be it that of another copy of the same change. @returns whether it was taken
   */
  leaseLink(address: LinkAddress, lease: Lease, readVersion: number, nowSeconds: number): Promise<boolean>;
  /** Gives a lease back when its change did not come about; a later one stays. */
  releaseLink(address: LinkAddress, lease: Lease): Promise<void>;
  /**
   * Replaces a link's record, its lease with it, unless the link has changed since that version was read or the lease is
   * another's. What is known of its QR image stays while it lives.
   *
   * @param held.anew the record is that of another link than before, which has no image yet
   * @returns whether it was replaced
   */
  replaceLink(
    record: LinkRecord,
    held: { version: number; leaseOf?: string; nowSeconds: number; anew?: boolean },
  ): Promise<boolean>;
  /**
   * Claims an address for one create, unless another attempt's claim runs.
   *
   * @param held.recorded the request that the address's record speaks of: its own claim has served
   * @returns whether it was claimed
   */
  claimAddress(
    address: LinkAddress,
    claim: Claim,
    held: { nowSeconds: number; recorded?: RequestKey | undefined },
  ): Promise<boolean>;
  /** Who has claimed an address last. */
  claimOf(address: LinkAddress): Promise<Claim | undefined>;
  /** A create has ended without a link: its claim ends, unless another attempt's runs. */
  releaseClaim(
    address: LinkAddress,
    claim: Pick<Claim, 'source' | 'requestId' | 'token'>,
    nowSeconds: number,
  ): Promise<void>;
  /**
   * Writes what the check of a link's expiry has found, and takes its mark off, unless a command has changed the link
   * meanwhile or is about to.
   *
   * @param checked the record with its mark, as it was read
   * @param found.lease taken for the check, and given back with it
   * @returns whether it was written
   */
  concludeCheck(
    checked: LinkRecord,
    found: { expiresAt: number; lookAgainAt?: number; lease?: CheckLease; nowSeconds: number },
  ): Promise<boolean>;
  /**
   * Removes the record of a link whose check has found it over, unless a command has changed the link meanwhile or is about to.
   * @returns whether it was removed
   */
  removeChecked(checked: LinkRecord, nowSeconds: number): Promise<boolean>;
  /** Notes where a link's QR image lies, unless the link is deleted or unknown. @returns whether it was noted */
  noteQr(address: LinkAddress, qrKey: string): Promise<boolean>;
  /** Where the parked commands of a link stand among each other (contract/parked-command.ts), the first one first. */
  parkedPlaces(address: LinkAddress): Promise<string[]>;
  /** Notes that a command of a link is parked, so that later ones for it stand behind. */
  addParkedPlace(address: LinkAddress, place: string, keptUntilSeconds: number): Promise<void>;
  /** The command has been carried out: the next one of its link may follow. */
  removeParkedPlace(address: LinkAddress, place: string): Promise<void>;
}
