import type { RequestKey } from '../contract/request-key.ts';
import type { CheckLease, Claim, Lease, LinkRecord, QrFailure, RequestRecord } from './ledger-record.ts';
import type { LinkAddress, OwnedLink } from './link-id.ts';

/**
 * The use cases' port to the ledger. Reads are strongly consistent. A write recognises its own repeat after a lost
 * answer.
 */
export interface LinkLedger {
  /** The existing records of these requests, by their request key. */
  requests(asked: RequestKey[]): Promise<Map<string, RequestRecord>>;
  /**
   * The existing records of these requests, and the times at which these subjects were erased, in epoch milliseconds by
   * digest. One read for both.
   */
  known(
    asked: RequestKey[],
    subjects: readonly string[],
  ): Promise<{ requests: Map<string, RequestRecord>; erasedAt: Map<string, number> }>;
  /** Records a request's outcome, unless it has one. @returns the existing record, if there is one */
  rememberRequest(record: RequestRecord): Promise<RequestRecord | undefined>;
  /** One link's record. It may have expired, because DynamoDB removes it up to some days later. */
  link(address: LinkAddress): Promise<LinkRecord | undefined>;
  /** Adds a link's record, unless the address has one. @returns the existing record, if there is one */
  addLink(record: LinkRecord): Promise<LinkRecord | undefined>;
  /**
   * Takes the lease of a link for one change. It fails if the link has changed since that version was read. It
   * also fails if another lease runs, even one of a copy of the same change.
   *
   * @returns whether it took the lease
   */
  leaseLink(address: LinkAddress, lease: Lease, readVersion: number, nowSeconds: number): Promise<boolean>;
  /** Releases the lease of a change that was not applied. A later lease stays. */
  releaseLink(address: LinkAddress, lease: Lease): Promise<void>;
  /**
   * Replaces a link's record and removes its lease. It fails if the link has changed since that version was read, or if
   * another lease runs. The key of a live link's QR image stays.
   *
   * @param held.anew the record is a new link's, which has no image yet
   * @returns whether it replaced the record
   */
  replaceLink(
    record: LinkRecord,
    held: { version: number; leaseOf?: string; nowSeconds: number; anew?: boolean },
  ): Promise<boolean>;
  /**
   * Claims an address for one create, unless another attempt's claim runs, or another source's claim has not ended
   * without a link.
   *
   * @param held.recorded the request in the address's record. A claim of the same source has served its purpose.
   * @returns whether it claimed the address
   */
  claimAddress(
    address: LinkAddress,
    claim: Claim,
    held: { nowSeconds: number; recorded?: RequestKey | undefined },
  ): Promise<boolean>;
  /** The last claim of an address. */
  claimOf(address: LinkAddress): Promise<Claim | undefined>;
  /** Ends the claim of a create that has made no link, unless another attempt's claim runs. */
  releaseClaim(
    address: LinkAddress,
    claim: Pick<Claim, 'source' | 'requestId' | 'token'>,
    nowSeconds: number,
  ): Promise<void>;
  /**
   * Writes the result of an expiry check and removes its mark, unless a command has changed the link since or holds its
   * lease.
   *
   * @param checked the record with its mark, as it was read
   * @param found.lease the lease of the check, which the write replaces
   * @returns whether it wrote the result
   */
  concludeCheck(
    checked: LinkRecord,
    found: { expiresAt: number; checkAgainAt?: number; lease?: CheckLease; nowSeconds: number },
  ): Promise<boolean>;
  /**
   * Removes the record of a link that its check has found expired, unless a command has changed the link since or holds
   * its lease.
   *
   * @returns whether it removed the record
   */
  removeChecked(checked: LinkRecord, nowSeconds: number): Promise<boolean>;
  /**
   * Records the key of a link's QR image, unless the link is deleted, unknown, or another source's. A recorded failure
   * is removed.
   *
   * @returns whether it recorded the key
   */
  noteQr(link: OwnedLink, qrKey: string): Promise<boolean>;
  /**
   * Records why a link has no QR code, unless it has one, or it is deleted, unknown, or another source's.
   *
   * @param asked the link for which the code was asked: the link of that create, or that version of the link
   * @returns whether it recorded the failure
   */
  noteQrFailure(link: OwnedLink, failure: QrFailure, asked: { madeBy: string } | { version: number }): Promise<boolean>;
  /** The park order of a link's commands (contract/parked-command.ts), first to last. */
  parkOrder(address: LinkAddress): Promise<string[]>;
  /** Adds a parked command of a link, so that later commands for the link queue behind it. */
  addToParkOrder(address: LinkAddress, key: string, keptUntilSeconds: number): Promise<void>;
  /** Removes a finished command, so that the link's next command may run. */
  removeFromParkOrder(address: LinkAddress, key: string): Promise<void>;
}
