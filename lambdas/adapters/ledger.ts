import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import type { Erasure } from '../domain/link/erasure.ts';
import {
  type CheckLease,
  type Claim,
  type Lease,
  type LinkRecord,
  type QrFailure,
  type RequestRecord,
  wakeAt,
} from '../domain/link/ledger-record.ts';
import type { LinkAddress, OwnedLink } from '../domain/link/link-id.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';
import type { Clock } from '../domain/work/clock.ts';
import { DocumentTable, type Item, setting } from './document-table.ts';
import type { JoinedReads } from './joined-reads.ts';
import {
  checkedBy,
  claimKey,
  erasureKey,
  expiry,
  itemOf,
  linkInItem,
  linkKey,
  optional,
  parkedKey,
  pk,
  recordKeyOf,
  recordVersion,
} from './ledger-item.ts';

/**
 * The ledger: link records and request records in one table, each found by its key alone. Links share no partition key,
 * so no partition is hotter than its own link.
 */
export class Ledger implements LinkLedger {
  readonly #table: DocumentTable;

  constructor(client: DynamoDBClient, table: string, clock: Clock, joined?: JoinedReads) {
    this.#table = new DocumentTable(client, table, clock, joined);
  }

  async requests(asked: RequestKey[]): Promise<Map<string, RequestRecord>> {
    return (await this.known(asked, [])).requests;
  }

  async known(
    asked: RequestKey[],
    subjects: readonly string[],
  ): Promise<{ requests: Map<string, RequestRecord>; erasedAt: Map<string, number> }> {
    const items = await this.#table.getAll([...asked.map(recordKeyOf), ...subjects.map(erasureKey)]);
    const isErasure = (item: Item) => String(item[pk]).startsWith(erasureKey(''));
    const records = items.filter((item) => !isErasure(item)) as unknown as RequestRecord[];
    const erasures = items.filter(isErasure) as unknown as Erasure[];
    return {
      requests: new Map(records.map((record) => [requestKey(record), record])),
      erasedAt: new Map(erasures.map(({ subject, erasedAt }) => [subject, erasedAt])),
    };
  }

  /** One request's record. Strongly consistent. */
  async request(asked: RequestKey): Promise<RequestRecord | undefined> {
    return (await this.#get(recordKeyOf(asked))) as RequestRecord | undefined;
  }

  async rememberRequest(record: RequestRecord): Promise<RequestRecord | undefined> {
    const added = await this.#table.add({ [pk]: recordKeyOf(record), ...recordVersion, ...record });
    return added ? undefined : this.request(record);
  }

  async link(address: LinkAddress): Promise<LinkRecord | undefined> {
    const item = await this.#get(linkKey(address));
    return item === undefined ? undefined : linkInItem(item);
  }

  /** The existing records of these links, in any order. Strongly consistent. */
  async linksAt(addresses: readonly LinkAddress[]): Promise<LinkRecord[]> {
    return (await this.#table.getAll(addresses.map(linkKey))).map(linkInItem);
  }

  async addLink(record: LinkRecord): Promise<LinkRecord | undefined> {
    const added = await this.#table.add({ [pk]: linkKey(record.address), ...itemOf(record) });
    return added ? undefined : this.link(record.address);
  }

  async leaseLink(address: LinkAddress, lease: Lease, readVersion: number, nowSeconds: number): Promise<boolean> {
    const taken = await this.#table.update(linkKey(address), {
      UpdateExpression: 'SET lease = :lease',
      ConditionExpression: '#version = :read AND (attribute_not_exists(lease) OR lease.#until < :now)',
      ExpressionAttributeValues: {
        ':lease': lease,
        ':read': readVersion,
        ':now': nowSeconds,
      },
    });
    // If DynamoDB's answer was lost, the client has repeated the write and met its own lease.
    return taken || (lease.token !== undefined && (await this.link(address))?.lease?.token === lease.token);
  }

  async releaseLink(address: LinkAddress, lease: Lease): Promise<void> {
    await this.#table.update(linkKey(address), {
      UpdateExpression: 'REMOVE lease',
      ConditionExpression: 'lease.requestId = :mine AND lease.#until = :until',
      ExpressionAttributeValues: { ':mine': lease.requestId, ':until': lease.until },
    });
  }

  replaceLink(
    record: LinkRecord,
    held: { version: number; leaseOf?: string; nowSeconds: number; anew?: boolean },
  ): Promise<boolean> {
    const { qrKey: _, qrFailure: __, lease: ___, ...fields }: Item = { ...optional, ...itemOf(record) };
    // When a link ends, its image is removed, and what the record has of it.
    const ended = record.state === 'deleted' || held.anew ? ['lease', 'qrKey', 'qrFailure'] : ['lease'];
    const { UpdateExpression, values } = setting(fields, ended);
    const mine = held.leaseOf === undefined ? '' : ' OR lease.requestId = :mine';
    return this.#table.update(linkKey(record.address), {
      UpdateExpression,
      ConditionExpression: `#version = :read AND (attribute_not_exists(lease) OR lease.#until < :now${mine})`,
      ExpressionAttributeValues: {
        ...values,
        ':read': held.version,
        ':now': held.nowSeconds,
        ...(held.leaseOf !== undefined && { ':mine': held.leaseOf }),
      },
    });
  }

  claimAddress(
    address: LinkAddress,
    claim: Claim,
    { nowSeconds, recorded }: { nowSeconds: number; recorded?: RequestKey | undefined },
  ): Promise<boolean> {
    return this.#table.put(
      { [pk]: claimKey(address), ...recordVersion, ...claim },
      {
        // `token`: if DynamoDB's answer was lost, the client has repeated the write and meets its own claim.
        ConditionExpression: `attribute_not_exists(${pk}) OR #until = :ended OR #token = :token OR (#source = :mine AND (#until < :now OR requestId = :request))`,
        ExpressionAttributeValues: {
          ':ended': 0,
          ':mine': claim.source,
          ':now': nowSeconds,
          ':token': claim.token,
          ':request': recorded?.source === claim.source ? recorded.requestId : '',
        },
      },
    );
  }

  async claimOf(address: LinkAddress): Promise<Claim | undefined> {
    return (await this.#get(claimKey(address))) as Claim | undefined;
  }

  async releaseClaim(
    address: LinkAddress,
    { source, requestId, token }: Pick<Claim, 'source' | 'requestId' | 'token'>,
    nowSeconds: number,
  ): Promise<void> {
    await this.#table.update(claimKey(address), {
      UpdateExpression: 'SET #until = :ended',
      ConditionExpression: '#source = :source AND requestId = :request AND (#token = :token OR #until < :now)',
      ExpressionAttributeValues: {
        ':ended': 0,
        ':source': source,
        ':request': requestId,
        ':token': token,
        ':now': nowSeconds,
      },
    });
  }

  concludeCheck(
    checked: LinkRecord,
    found: { expiresAt: number; checkAgainAt?: number; lease?: CheckLease; nowSeconds: number },
  ): Promise<boolean> {
    const { expiryCheck: _, checkAgainAt: __, ...kept } = checked;
    const { expiresAt, checkAgainAt, lease, nowSeconds } = found;
    const wake = wakeAt({ ...kept, expiresAt, ...(checkAgainAt !== undefined && { checkAgainAt }) });
    const condition = checkedBy(checked, nowSeconds, lease?.taken);
    const set = {
      [expiry]: wake,
      linkExpiresAt: wake === expiresAt ? undefined : expiresAt,
      checkAgainAt,
      ...(lease !== undefined && { lease: lease.left }),
    };
    const { UpdateExpression, values } = setting(set, ['expiryCheck']);
    return this.#table.update(linkKey(checked.address), {
      ...condition,
      UpdateExpression,
      ExpressionAttributeValues: { ...condition.ExpressionAttributeValues, ...values },
    });
  }

  removeChecked(checked: LinkRecord, nowSeconds: number): Promise<boolean> {
    return this.#table.remove(linkKey(checked.address), checkedBy(checked, nowSeconds, undefined));
  }

  noteQr({ source, address }: OwnedLink, qrKey: string): Promise<boolean> {
    return this.#table.update(linkKey(address), {
      UpdateExpression: 'SET qrKey = :key REMOVE qrFailure',
      ConditionExpression: '#state = :live AND #source = :source',
      ExpressionAttributeValues: { ':key': qrKey, ':live': 'live', ':source': source },
    });
  }

  noteQrFailure(
    { source, address }: OwnedLink,
    failure: QrFailure,
    asked: { madeBy: string } | { version: number },
  ): Promise<boolean> {
    const [isAsked, value] =
      'madeBy' in asked ? ['requestId = :asked', asked.madeBy] : ['#version = :asked', asked.version];
    return this.#table.update(linkKey(address), {
      UpdateExpression: 'SET qrFailure = :failure',
      ConditionExpression: `#state = :live AND #source = :source AND attribute_not_exists(qrKey) AND ${isAsked}`,
      ExpressionAttributeValues: { ':failure': failure, ':live': 'live', ':source': source, ':asked': value },
    });
  }

  async parkOrder(address: LinkAddress): Promise<string[]> {
    const item = await this.#get(parkedKey(address));
    return item?.places instanceof Set ? [...(item.places as Set<string>)].sort() : [];
  }

  async addToParkOrder(address: LinkAddress, key: string, keptUntilSeconds: number): Promise<void> {
    await this.#table.update(parkedKey(address), {
      UpdateExpression: `ADD places :place SET #${expiry} = :until`,
      ExpressionAttributeValues: { ':place': new Set([key]), ':until': keptUntilSeconds },
    });
  }

  async removeFromParkOrder(address: LinkAddress, key: string): Promise<void> {
    await this.#table.update(parkedKey(address), {
      UpdateExpression: 'DELETE places :place',
      ExpressionAttributeValues: { ':place': new Set([key]) },
    });
  }

  async #get(key: string): Promise<Item | undefined> {
    const item = await this.#table.get(key);
    if (item === undefined) return undefined;
    // Callers write changed records back, and DynamoDB refuses an update that sets the key.
    const { [pk]: _, ...record } = item;
    return record;
  }
}
